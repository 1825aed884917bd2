//! Workbooks of the register and the desk: nothing in them runs, money is a number.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use toantrinh::initiative::actions::{begin, write};
use toantrinh::initiative::cost::Method;

use super::given::{CODE, actor, draft, go, measure, office, record};
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite};

type Book = Xlsx<Cursor<Vec<u8>>>;

async fn book(answer: reqwest::Response) -> (Book, Vec<u8>) {
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let file = answer.bytes().await.unwrap().to_vec();
    (Xlsx::new(Cursor::new(file.clone())).unwrap(), file)
}

fn rows(book: &mut Book, sheet: &str) -> Vec<Vec<Data>> {
    book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn column(rows: &[Vec<Data>], heading: &str) -> usize {
    rows[0].iter().position(|cell| *cell == *heading).unwrap()
}

fn part(file: &[u8], name: &str) -> String {
    let mut text = String::new();
    zip::ZipArchive::new(Cursor::new(file)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn the_register_as_a_workbook_has_money_as_numbers_and_runs_nothing() {
    const EVIL: &str = "=HYPERLINK(\"http://x.example\",\"bấm vào\")";
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let lan = actor(db, "lan").await;
        let new = begin::New { title: EVIL.to_owned(), ..begin::New::default() };
        let item = begin::begin(db, &lan, &new, NOW).await.unwrap();
        write::record(db, &lan, &item.id, None, (EVIL, record()), NOW).await.unwrap();
        for (position, title, method) in [
            (Some(1), "+84 bớt một bước", Method::Statutory),
            (None, "-1 ngày", Method::Statutory),
            (None, "@quy đổi", Method::HandlingTimeProxy),
        ] {
            let mut one = measure("10 ngày làm việc", "5 ngày làm việc");
            one.title = title.to_owned();
            one.cost.as_mut().unwrap().method = method;
            write::measure(db, &lan, &item.id, None, (position, one), NOW).await.unwrap();
        }
        go(db, "lan", &item.id, "submit", None, NOW).await.unwrap();
        let kept = draft(db).await;
        let app = TestApp::start(&test).await;
        let (mut register, file) = book(app.get("/sang-kien.xlsx").await).await;
        let all = rows(&mut register, "Sáng kiến");
        assert_eq!(all.len(), 2, "a draft is not public");
        assert_eq!(all[1][column(&all, "Tên sáng kiến")], Data::String(EVIL.to_owned()));
        let figure = |heading: &str| all[1][column(&all, heading)].clone();
        assert_eq!(figure("Chi phí hiện nay (Điều 27), đồng/năm"), Data::Float(64_000_000.0));
        assert_eq!(figure("Tiết kiệm (Điều 27), đồng/năm"), Data::Float(32_000_000.0));
        assert_eq!(figure("Chi phí hiện nay (quy đổi thời hạn), đồng/năm"), Data::Float(32_000_000.0));
        assert!(matches!(figure("Ngày trình"), Data::DateTime(_)));
        let measures = rows(&mut register, "Biện pháp");
        let titles: Vec<String> = measures.iter().skip(1).map(|row| row[2].to_string()).collect();
        assert_eq!(titles, ["+84 bớt một bước", "-1 ngày", "@quy đổi"]);
        for sheet in ["xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"] {
            assert!(!part(&file, sheet).contains("<f>"), "{sheet} has a formula");
        }
        assert!(part(&file, "xl/styles.xml").contains("quotePrefix=\"1\""));
        // The same filters as the page.
        for (path, count) in [("?track=recognition", 1), (&format!("?code={CODE}"), 2), ("?code=9.999999", 1)] {
            let (mut some, _) = book(app.get(&format!("/sang-kien.xlsx{path}")).await).await;
            assert_eq!(rows(&mut some, "Sáng kiến").len(), count, "{path}");
        }
        assert_eq!(app.get("/sang-kien.xlsx?colour=red").await.status().as_u16(), 422);
        let page = app.get("/sang-kien?track=simplification").await.text().await.unwrap();
        assert!(page.contains("/sang-kien.xlsx?track=simplification"));
        // The desk is the reader's own.
        assert_eq!(
            TestApp::browser()
                .get(format!("{}/co-quan/sang-kien.xlsx", app.base))
                .send()
                .await
                .unwrap()
                .status()
                .as_u16(),
            303
        );
        let (mut desk, _) = book(app.sign_in("lan", PASSWORD).await.get("/co-quan/sang-kien.xlsx").await).await;
        let own = rows(&mut desk, "Việc của tôi");
        assert_eq!((own.len(), own[1][0].to_string(), own[1][1].to_string()), (2, "Đang soạn".to_owned(), kept.number));
        let (mut desk, _) = book(app.sign_in("minh", PASSWORD).await.get("/co-quan/sang-kien.xlsx").await).await;
        let own = rows(&mut desk, "Việc của tôi");
        assert_eq!((own.len(), own[1][1].to_string()), (2, item.number));
        assert!(matches!(own[1][4], Data::DateTime(_)));
        app.stop().await;
    }
}

#[tokio::test]
async fn an_empty_register_is_a_workbook_with_headings() {
    let test = sqlite().await;
    office(&test.db).await;
    let app = TestApp::start(&test).await;
    let (mut register, _) = book(app.get("/sang-kien.xlsx").await).await;
    assert_eq!(rows(&mut register, "Sáng kiến").len(), 1);
    app.stop().await;
}
