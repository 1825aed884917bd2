//! Files on initiatives: what may be put there, who gets it, and that what a row names lies on disk.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use reqwest::Response;
use serde_json::Value;
use toantrinh::account::audit;
use toantrinh::account::audit::Author;
use toantrinh::account::session::actions::make_token;
use toantrinh::platform::hash::sha256;

use super::form::{body, kind, send};
use super::given::{draft, go, office};
use crate::support::{Browser, NOW, PASSWORD, TestApp, TestDb, databases, sqlite};

const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";

struct Served {
    app: TestApp,
    data: PathBuf,
}

async fn serve(test: &TestDb) -> Served {
    let mut data = PathBuf::new();
    let app = TestApp::start_with(test, |settings| {
        settings.files.max_mib = 1;
        data.clone_from(&settings.data_dir);
    })
    .await;
    Served { app, data }
}

impl Served {
    async fn add(&self, who: &Browser, number: &str, fields: &[(&str, &str)], file: (&str, &[u8])) -> Response {
        send(who, &format!("{}/sang-kien/{number}/tep", self.app.base), fields, Some(file)).await
    }

    async fn list(&self, who: Option<&Browser>, number: &str) -> Vec<Value> {
        let path = format!("/api/v1/initiatives/{number}/files");
        let answer = match who {
            Some(who) => who.get(&path).await,
            None => self.app.get(&path).await,
        };
        assert_eq!(answer.status().as_u16(), 200);
        answer.json::<Value>().await.unwrap()["items"].as_array().unwrap().clone()
    }
}

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_file_is_kept_and_handed_out_to_those_it_is_for() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let item = draft(db).await;
        let number = item.number.as_str();
        let served = serve(&test).await;
        let lan = served.app.sign_in("lan", PASSWORD).await;
        assert_eq!(served.add(&lan, number, &[], ("Khảo sát.pdf", PDF)).await.status().as_u16(), 303);
        assert_eq!(served.add(&lan, number, &[("public", "true")], ("ảnh.png", PNG)).await.status().as_u16(), 303);
        let files = served.list(Some(&lan), number).await;
        assert_eq!(files.len(), 2);
        assert_eq!((files[0]["name"].as_str(), files[0]["kind"].as_str()), (Some("Khảo sát.pdf"), Some("pdf")));
        assert_eq!(files[0]["sha256"], sha256(PDF));
        // The bytes lie in the data folder under their hash, and nothing else does.
        assert_eq!(std::fs::read(served.data.join("files").join(sha256(PDF))).unwrap(), PDF);
        assert_eq!(std::fs::read_dir(served.data.join("files")).unwrap().count(), 2);
        let urls: Vec<&str> = files.iter().map(|file| file["url"].as_str().unwrap()).collect();
        let answer = lan.get(urls[0]).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "application/pdf");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"Kh_o s_t.pdf\"; filename*=UTF-8''Kh%E1%BA%A3o%20s%C3%A1t.pdf"
        );
        assert_eq!(answer.bytes().await.unwrap(), PDF);
        // A draft and its files are for those it belongs to.
        let thu = served.app.sign_in("thu", PASSWORD).await;
        let kien = served.app.sign_in("kien", PASSWORD).await;
        for url in &urls {
            assert_eq!(served.app.get(url).await.status().as_u16(), 404);
            assert_eq!(kien.get(url).await.status().as_u16(), 404);
            assert_eq!(thu.get(url).await.status().as_u16(), 200, "whoever stands above acts for it");
        }
        go(db, "lan", &item.id, "submit", None, NOW).await.unwrap();
        // Now the public gets what was marked public, and the auditor everything.
        assert_eq!(served.app.get(urls[0]).await.status().as_u16(), 404);
        assert_eq!(served.app.get(urls[1]).await.status().as_u16(), 200);
        assert_eq!(kien.get(urls[0]).await.status().as_u16(), 200);
        let public = served.list(None, number).await;
        assert_eq!((public.len(), public[0]["name"].as_str()), (1, Some("ảnh.png")));
        assert_eq!(public[0].get("added_by"), None);
        let page = served.app.get(&format!("/sang-kien/{number}")).await.text().await.unwrap();
        assert!(page.contains("ảnh.png") && !page.contains("Khảo sát.pdf") && !page.contains("name=\"file\""));
        // The appraiser adds an opinion, may not publish it, and the auditor adds nothing.
        let minh = served.app.sign_in("minh", PASSWORD).await;
        let refused = served.add(&minh, number, &[("public", "true")], ("y-kien.pdf", b"%PDF-1.4 y")).await;
        assert_eq!(refused.status().as_u16(), 422);
        assert!(refused.text().await.unwrap().contains("chỉ cơ quan của sáng kiến được công khai tệp"));
        assert_eq!(served.add(&minh, number, &[], ("y-kien.pdf", b"%PDF-1.4 y")).await.status().as_u16(), 303);
        assert_eq!(served.add(&kien, number, &[], ("z.pdf", b"%PDF-1.4 z")).await.status().as_u16(), 403);
        // Taken away, it is handed out to nobody; the row says who did.
        let minh_post = minh.post(urls[1], &[]).await;
        assert_eq!(minh_post.status().as_u16(), 403, "only its author and its organisation take a file away");
        assert_eq!(lan.post(urls[1], &[]).await.status().as_u16(), 303);
        assert_eq!(lan.post(urls[1], &[]).await.status().as_u16(), 409);
        assert_eq!(lan.get(urls[1]).await.status().as_u16(), 404);
        assert_eq!(served.list(None, number).await.len(), 0);
        let known = served.list(Some(&lan), number).await;
        assert_eq!((known.len(), known[1]["url"].is_null()), (3, true));
        assert!(lan.get(&format!("/sang-kien/{number}")).await.text().await.unwrap().contains("lan đã rút lúc"));
        let mut tx = db.read().await.unwrap();
        let entries = audit::page(&mut tx, i64::MAX, 50).await.unwrap();
        drop(tx);
        let of =
            |action: &str| entries.iter().filter(|entry| entry.action == action && entry.subject == number).count();
        assert_eq!((of("file_added"), of("file_withdrawn")), (3, 1));
        served.app.stop().await;
    }
}

#[tokio::test]
async fn what_a_file_is_its_bytes_say_and_names_lead_nowhere() {
    let test = sqlite().await;
    office(&test.db).await;
    let item = draft(&test.db).await;
    let number = item.number.as_str();
    let served = serve(&test).await;
    let lan = served.app.sign_in("lan", PASSWORD).await;
    let large = [PDF, &vec![b' '; 1024 * 1024]].concat();
    for (name, bytes, why) in [
        ("danh-sach.pdf", &b"MZ\x90\0\x03\0\0\0 a program"[..], "nội dung không phải PDF"),
        ("bao-cao.docx", &archive(&[("doc.txt", "x")]), "nội dung không phải PDF"),
        ("bao-cao.docx", &archive(&[("word/document.xml", "<w/>")]), "nội dung không phải PDF"),
        ("trang.html", b"<!doctype html><script>alert(1)</script>", "nội dung không phải PDF"),
        ("trang.html", PDF, "đặt tên có đuôi .pdf"),
        ("anh.pdf", PNG, "đặt tên có đuôi .png"),
        ("to.pdf", &large, "lớn hơn 1 MB"),
        ("trong.pdf", b"", "chưa chọn tệp"),
    ] {
        let answer = served.add(&lan, number, &[], (name, bytes)).await;
        assert_eq!(answer.status().as_u16(), 422, "{name}");
        let html = answer.text().await.unwrap();
        assert!(html.contains("Tệp: ") && html.contains(why), "{name}: {why}");
    }
    let huge = vec![b'a'; 2 * 1024 * 1024];
    let answer = served.add(&lan, number, &[], ("a.pdf", &huge)).await;
    assert_eq!(answer.status().as_u16(), 413);
    assert!(answer.text().await.unwrap().contains("Nội dung gửi quá lớn"));
    assert!(!served.data.join("files").exists(), "what is refused is not written");
    for (place, (name, wanted)) in [
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
        ("..\\..\\toantrinh.db.pdf", "toantrinh.db.pdf"),
    ]
    .into_iter()
    .enumerate()
    {
        let bytes = format!("%PDF-1.7 {place}");
        assert_eq!(served.add(&lan, number, &[], (name, bytes.as_bytes())).await.status().as_u16(), 303);
        assert_eq!(served.list(Some(&lan), number).await[place]["name"].as_str(), Some(wanted));
        assert!(served.data.join("files").join(sha256(bytes.as_bytes())).exists());
        assert!(!served.data.join(wanted).exists());
    }
    let html = lan.get(&format!("/sang-kien/{number}")).await.text().await.unwrap();
    assert!(!html.contains("<img"), "a name is text");
    let again = served.add(&lan, number, &[], ("khac.pdf", b"%PDF-1.7 0")).await;
    assert_eq!(again.status().as_u16(), 422);
    assert!(again.text().await.unwrap().contains("tệp này đã có"));
    served.app.stop().await;
}

#[tokio::test]
async fn programs_add_files_with_a_token_and_are_told_what_is_wrong() {
    for test in databases().await {
        office(&test.db).await;
        let item = draft(&test.db).await;
        let served = serve(&test).await;
        let address = format!("{}/api/v1/initiatives/{}/files", served.app.base, item.number);
        let token = make_token(&test.db, Author::COMMAND_LINE, "lan", "thử", None, NOW).await.unwrap();
        let post = async |form: Vec<u8>| {
            let request = served.app.client.post(&address).bearer_auth(token.reveal()).header("content-type", kind());
            let answer = request.body(form).send().await.unwrap();
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        };
        let (status, view) = post(body(&[("public", "true")], Some(("a.pdf", PDF)))).await;
        assert_eq!((status, view["public"].as_bool(), view["size"].as_i64()), (201, Some(true), Some(35)), "{view}");
        let (status, problem) = post(body(&[], Some(("a.exe", b"MZ")))).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some("file")), "{problem}");
        let (status, _) = post(body(&[], None)).await;
        assert_eq!(status, 422);
        let (status, problem) = post(body(&[], Some(("a.pdf", &vec![b'a'; 2 * 1024 * 1024])))).await;
        assert_eq!((status, problem["code"].as_str()), (413, Some("too_large")), "{problem}");
        let mut cut = body(&[], Some(("b.pdf", PDF)));
        cut.truncate(cut.len() - 30);
        assert_eq!(post(cut).await.0, 422);
        // Nobody without signing in, and nobody from another site with somebody's session.
        let bare = served.app.client.post(&address).header("content-type", kind());
        let bare = bare.body(body(&[], Some(("c.pdf", PDF)))).send().await.unwrap();
        assert_eq!(bare.status().as_u16(), 401);
        let lan = served.app.sign_in("lan", PASSWORD).await;
        let foreign = lan.client.post(format!("{}/sang-kien/{}/tep", served.app.base, item.number));
        let foreign =
            foreign.header("content-type", kind()).body(body(&[], Some(("c.pdf", PDF)))).send().await.unwrap();
        assert_eq!(foreign.status().as_u16(), 403);
        // A file that was changed on disk is not handed out.
        let url = view["url"].as_str().unwrap().to_owned();
        std::fs::write(served.data.join("files").join(sha256(PDF)), b"%PDF other").unwrap();
        assert_eq!(lan.get(&url).await.status().as_u16(), 500);
        served.app.stop().await;
    }
}
