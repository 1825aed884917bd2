//! The decision sheet: the page and the Word document say the same, and to whom.

use std::io::{Cursor, Read};

use scraper::{Html, Selector};
use toantrinh::initiative::actions::part::{NewAct, add_act};
use toantrinh::initiative::actions::{begin, write};
use toantrinh::initiative::cost::Method;
use toantrinh::initiative::record::Measure;

use super::given::{actor, draft, go, measure, office, record};
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite};

/// The texts of a Word document, a line for each paragraph.
fn paragraphs(file: Vec<u8>) -> Vec<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
    let mut xml = String::new();
    archive.by_name("word/document.xml").unwrap().read_to_string(&mut xml).unwrap();
    let text = regex::Regex::new(r"(?s)<w:t[ >][^<]*").unwrap();
    let of = |paragraph: &str| {
        let all: String = text
            .find_iter(paragraph)
            .map(|found| found.as_str().split_once('>').map_or("", |(_, text)| text).to_owned())
            .collect();
        all.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&")
    };
    xml.split("</w:p>").map(of).filter(|line| !line.is_empty()).collect()
}

/// The texts of the page, a line for each paragraph, cell and heading.
fn lines(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let each =
        Selector::parse(".sheet p, .sheet td, .sheet th, .sheet h2, .sheet h3, .sheet li, .sheet caption").unwrap();
    let texts = page.select(&each).flat_map(|one| one.text().map(str::to_owned).collect::<Vec<_>>());
    texts
        .flat_map(|text| text.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>())
        .filter(|line| !line.is_empty())
        .collect()
}

#[tokio::test]
async fn the_page_and_the_word_document_say_the_same_to_whoever_may_see_the_initiative() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let item = draft(db).await;
        let lan = actor(db, "lan").await;
        let mut odd = record();
        odd.reasons = "Người dân nộp <b>hai lần</b> & chờ “lâu”.\nDòng thứ hai: ngẫm nghĩ kỹ, Ứng Hòa.".to_owned();
        let written = write::record(db, &lan, &item.id, None, (&item.title, odd), NOW).await.unwrap();
        let mut proxy: Measure = measure("10 ngày làm việc", "5 ngày làm việc");
        proxy.title = "Quy đổi thời hạn".to_owned();
        proxy.cost.as_mut().unwrap().method = Method::HandlingTimeProxy;
        write::measure(db, &lan, &item.id, Some(written.version), (None, proxy), NOW).await.unwrap();
        let app = TestApp::start(&test).await;
        let browser = app.sign_in("lan", PASSWORD).await;
        let page = format!("/sang-kien/{}/to-trinh", item.number);
        let word = format!("{page}.docx");
        // A draft is for those it belongs to.
        for path in [&page, &word] {
            assert_eq!(app.get(path).await.status().as_u16(), 404);
            assert_eq!(browser.get(path).await.status().as_u16(), 200);
        }
        for (login, step) in [("lan", "submit"), ("minh", "receive"), ("minh", "appraise"), ("thu", "approve")] {
            go(db, login, &item.id, step, None, NOW).await.unwrap();
        }
        go(db, "nam", &item.id, "implement_locally", Some(1), NOW).await.unwrap();
        let act = NewAct {
            act: "Quyết định 5/2024/QĐ-UBND".to_owned(),
            provision: "Điều 4 khoản 2".to_owned(),
            change: "Sửa thời hạn".to_owned(),
        };
        add_act(db, &actor(db, "nam").await, &item.id, 1, &act, NOW).await.unwrap();
        let html = browser.get(&page).await.text().await.unwrap();
        let answer = browser.get(&word).await;
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert!(header("content-disposition").starts_with("attachment; filename=\"to-trinh-SK-2026-"));
        assert_eq!(header("cache-control"), "private, no-store");
        let told = paragraphs(answer.bytes().await.unwrap().to_vec());
        let all = told.join("\n");
        for line in lines(&html) {
            assert!(all.contains(&line), "the document lacks “{line}”:\n{all}");
        }
        for text in [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc",
            "UBND TỈNH",
            "SỞ Y TẾ",
            "TỜ TRÌNH",
            "Kính gửi: UBND tỉnh",
            "Người dân nộp <b>hai lần</b> & chờ “lâu”.",
            "Dòng thứ hai: ngẫm nghĩ kỹ, Ứng Hòa.",
            "Quyết định 5/2024/QĐ-UBND",
            "Sự cần thiết",
            "Đúng quy định hiện hành.",
            "10 ngày làm việc",
            "Phụ lục",
            "THỦ TRƯỞNG CƠ QUAN",
        ] {
            assert!(all.contains(text), "{text} is missing in:\n{all}");
            assert!(
                text == "TỜ TRÌNH" || lines(&html).iter().any(|line| line.contains(text)),
                "{text} is not on the page"
            );
        }
        // Each method has a total of its own: 32 million before, 16 million after, and no 64 million anywhere.
        assert_eq!(told.iter().filter(|line| line.as_str() == "Cộng (1 biện pháp)").count(), 2);
        assert!(all.contains("32.000.000") && !all.contains("64.000.000"));
        // The public reads what the page of the initiative shows, without what appraisers wrote.
        let open = app.get(&page).await.text().await.unwrap();
        assert!(open.contains("Cắt thời hạn") && !open.contains("Đúng quy định hiện hành."));
        let open = paragraphs(app.get(&word).await.bytes().await.unwrap().to_vec()).join("\n");
        assert!(open.contains("Cắt thời hạn") && !open.contains("Đúng quy định hiện hành."));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_sheet_of_an_empty_draft_can_be_printed_and_an_unknown_one_is_not_there() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let new = begin::New { title: "Đề xuất còn trống".to_owned(), ..begin::New::default() };
    let item = begin::begin(db, &actor(db, "lan").await, &new, NOW).await.unwrap();
    let app = TestApp::start(&test).await;
    let browser = app.sign_in("lan", PASSWORD).await;
    let word = browser.get(&format!("/sang-kien/{}/to-trinh.docx", item.number)).await;
    let told = paragraphs(word.bytes().await.unwrap().to_vec()).join("\n");
    assert!(told.contains("……, ngày …… tháng …… năm ……") && told.contains("Chưa ghi thay đổi nào."));
    for path in ["/sang-kien/SK-1999-0001/to-trinh", "/sang-kien/%00/to-trinh.docx"] {
        assert_eq!(browser.get(path).await.status().as_u16(), 404, "{path}");
    }
    app.stop().await;
}
