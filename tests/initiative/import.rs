//! Drafts out of workbooks: looked at first, all or none, and the same content makes nothing twice.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use scraper::{Html, Selector};
use toantrinh::initiative::import::actions::import;
use toantrinh::initiative::import::read::read;
use toantrinh::initiative::model::Track;
use toantrinh::initiative::store::initiative;
use toantrinh::monitor::intake::table::{Cell, Row};

use super::form::send;
use super::given::{CODE, actor, go, office};
use crate::support::{NOW, PASSWORD, TestApp, databases, sqlite};

const PATH: &str = "/co-quan/sang-kien/nhap";
const HEAD: [&str; 14] = [
    "Mã sáng kiến",
    "Tên sáng kiến",
    "Tóm tắt",
    "Lý do",
    "Mục tiêu",
    "Biện pháp",
    "Mã thủ tục",
    "Mục",
    "Hiện nay",
    "Sau khi thay đổi",
    "Số giờ hiện nay",
    "Số giờ sau",
    "Thu nhập một giờ",
    "Số đối tượng một năm",
];

fn book(rows: &[&[&str]]) -> Vec<u8> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    for (row, line) in (0..).zip(rows) {
        for (column, text) in (0..).zip(*line) {
            page.write_string(row, column, *text).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

/// Two initiatives in four rows, as messy as people type.
fn messy() -> Vec<u8> {
    book(&[
        &HEAD,
        &[
            "SK1",
            // Decomposed letters.
            "Ca\u{302}\u{301}p gia\u{302}\u{301}y phe\u{301}p nhanh",
            "Nhanh hơn",
            "Dữ liệu đã có",
            "trực tuyến toàn trình; dịch vụ số",
            "Cắt thời hạn",
            CODE,
            "thời hạn",
            "10 ngày làm việc",
            "5 ngày làm việc",
            "80",
            "40,5",
            "40.000 đồng",
            "1.200",
        ],
        &["SK2", "Đề xuất thứ hai", "", "", "", "", CODE],
        &["SK1", "", "", "", "", "Bỏ giấy tờ", CODE],
    ])
}

/// Row, column and text of every fault of the page.
fn faults(html: &str) -> Vec<(String, String, String)> {
    let page = Html::parse_document(html);
    let (row, cell) = (Selector::parse("main table tbody tr").unwrap(), Selector::parse("td").unwrap());
    page.select(&row)
        .map(|row| {
            let mut cells = row.select(&cell).map(|cell| cell.text().collect::<String>());
            (cells.next().unwrap(), cells.next().unwrap(), cells.next().unwrap())
        })
        .collect()
}

async fn count(db: &toantrinh::platform::db::Db) -> usize {
    let mut tx = db.read().await.unwrap();
    let mut n = 0;
    for at in 1..20 {
        n += usize::from(initiative::find(&mut tx, &format!("SK-2026-{at:04}")).await.unwrap().is_some());
    }
    n
}

#[tokio::test]
async fn a_messy_workbook_is_looked_at_and_then_becomes_drafts_once() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let app = TestApp::start(&test).await;
        let lan = app.sign_in("lan", PASSWORD).await;
        let address = format!("{}{PATH}", app.base);
        let file = messy();
        let look = send(&lan, &address, &[("action", "try")], Some(("sk.xlsx", &file))).await;
        assert_eq!(look.status().as_u16(), 200);
        let html = look.text().await.unwrap();
        assert!(html.contains("3 dòng đều đúng, sẽ tạo 2 sáng kiến") && html.contains("Cấp giấy phép nhanh"), "{html}");
        assert_eq!(count(db).await, 0, "looking makes nothing");
        // What was looked at is made without being chosen again.
        let page = Html::parse_document(&html);
        let held = Selector::parse("input[name=held]").unwrap();
        let held = page.select(&held).next().unwrap().value().attr("value").unwrap().to_owned();
        let made = send(&lan, &address, &[("held", &held), ("action", "save")], None).await.text().await.unwrap();
        assert!(made.contains("Đã nhập 2 sáng kiến"), "{made}");
        let mut tx = db.read().await.unwrap();
        let first = initiative::find(&mut tx, "SK-2026-0001").await.unwrap().unwrap();
        drop(tx);
        assert_eq!(
            (first.title.as_str(), first.track, first.state.as_str()),
            ("Cấp giấy phép nhanh", Track::Simplification, "draft")
        );
        assert_eq!((first.record.objectives.len(), first.measures.len()), (2, 2));
        assert_eq!(first.measures[0].measure.changes[0].amendment.after.as_deref(), Some("5 ngày làm việc"));
        let saving = first.measures[0].measure.cost.as_ref().unwrap().saving();
        assert_eq!((saving.before.per_case, saving.after.per_year), (3_200_000, 1_620_000 * 1_200));
        // It is a draft like any other: the proposer's steps are open to its proposer.
        let error = go(db, "lan", &first.id, "submit", None, NOW).await.unwrap_err().to_string();
        assert!(error.contains("measures[2]"), "{error}");
        // The same file again, and the same content saved anew under other keys.
        let again = send(&lan, &address, &[("action", "save")], Some(("sk.xlsx", &file))).await.text().await.unwrap();
        assert!(again.contains("Đã nhập từ trước (2)") && again.contains("/sang-kien/SK-2026-0001"), "{again}");
        let renamed = book(&[&HEAD, &["X", "Đề xuất thứ hai", "", "", "", "", CODE]]);
        let again = send(&lan, &address, &[("action", "save")], Some(("x.xlsx", &renamed))).await.text().await.unwrap();
        assert!(again.contains("Đã nhập từ trước (1)"), "{again}");
        assert_eq!(count(db).await, 2);
        // Another organisation may have the same thought.
        let minh = app.sign_in("minh", PASSWORD).await;
        let other =
            send(&minh, &address, &[("action", "save")], Some(("x.xlsx", &renamed))).await.text().await.unwrap();
        assert!(other.contains("Đã nhập 1 sáng kiến"), "{other}");
        app.stop().await;
    }
}

#[tokio::test]
async fn one_bad_row_keeps_everything_out_and_every_bad_row_is_named() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let app = TestApp::start(&test).await;
        let lan = app.sign_in("lan", PASSWORD).await;
        let address = format!("{}{PATH}", app.base);
        let change = |key, title, code, before, after| {
            vec![key, title, "", "", "", "", code, "Thời hạn giải quyết", before, after]
        };
        let rows = [
            HEAD.to_vec(),
            change("A", "Đúng cả", CODE, "10 ngày làm việc", "5 ngày làm việc"),
            change("B", "Sai mã thủ tục", "9.999999", "10 ngày làm việc", "5 ngày làm việc"),
            change("C", "Sai nội dung hiện nay", CODE, "99 ngày", "5 ngày làm việc"),
            vec!["D", "Ngắn", "", "", "", "", "abc"],
            change("E", "Sai thời hạn mới", CODE, "10 ngày làm việc", "nhanh nhất"),
        ];
        let lines: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let answer = send(&lan, &address, &[("action", "save")], Some(("a.xlsx", &book(&lines)))).await;
        assert_eq!(answer.status().as_u16(), 422);
        let html = answer.text().await.unwrap();
        let named: Vec<(String, String)> = faults(&html).into_iter().map(|(row, column, _)| (row, column)).collect();
        let named: Vec<(&str, &str)> = named.iter().map(|(row, column)| (row.as_str(), column.as_str())).collect();
        assert_eq!(
            named,
            [
                ("3", "Mã thủ tục"),
                ("4", "Hiện nay"),
                ("5", "Mã thủ tục"),
                ("5", "Tên sáng kiến"),
                ("6", "Sau khi thay đổi"),
            ],
            "{html}"
        );
        assert!(html.contains("Không có sáng kiến nào được tạo") && !html.contains("name=\"held\""));
        assert_eq!(count(db).await, 0);
        // Without the bad rows the good one goes in: what was refused left nothing behind.
        let good = send(&lan, &address, &[("action", "save")], Some(("a.xlsx", &book(&lines[..2])))).await;
        assert!(good.text().await.unwrap().contains("Đã nhập 1 sáng kiến"));
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_no_workbook_is_refused_at_its_field_and_days_are_read_in_every_form() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let app = TestApp::start(&test).await;
    let lan = app.sign_in("lan", PASSWORD).await;
    let address = format!("{}{PATH}", app.base);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("a.txt", zip::write::SimpleFileOptions::default()).unwrap();
    let zip = zip.finish().unwrap().into_inner();
    for (name, bytes) in [
        ("a.xlsx", &b"MZ\x90\0 a program"[..]),
        ("a.xlsx", b"%PDF-1.7"),
        ("a.xlsx", "Mã sáng kiến;Tên sáng kiến\nA;Một tệp CSV\n".as_bytes()),
        ("a.xlsx", &zip),
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a.xlsx", b""),
    ] {
        let answer = send(&lan, &address, &[("action", "save")], Some((name, bytes))).await;
        assert_eq!(answer.status().as_u16(), 422);
        let html = answer.text().await.unwrap();
        assert!(html.contains("aria-describedby=\"d-file\"") && html.contains(".xlsx)"), "{html}");
    }
    let large = vec![b'P'; 5 * 1024 * 1024];
    assert_eq!(send(&lan, &address, &[], Some(("a.xlsx", &large))).await.status().as_u16(), 413);
    let other = book(&[&["Mã sáng kiến", "Cột lạ"], &["A", "b"]]);
    let html = send(&lan, &address, &[("action", "try")], Some(("a.xlsx", &other))).await.text().await.unwrap();
    let columns: Vec<String> = faults(&html).into_iter().map(|(_, column, _)| column).collect();
    assert_eq!(columns, ["Cột lạ", "Tên sáng kiến"]);
    // A serial number, a day and a text; a code that the workbook holds as a number.
    let mut days = Workbook::new();
    let page = days.add_worksheet();
    let head = ["Mã sáng kiến", "Tên sáng kiến", "Loại", "Ngày áp dụng lần đầu", "Mã thủ tục"];
    for (column, heading) in (0..).zip(head) {
        page.write_string(0, column, heading).unwrap();
    }
    for row in 1..4 {
        page.write_number(row, 0, f64::from(row)).unwrap();
        page.write_string(row, 1, format!("Sáng kiến số {row}")).unwrap();
        page.write_string(row, 2, "công nhận").unwrap();
        page.write_number(row, 4, 1.900_001).unwrap();
    }
    page.write_number(1, 3, 46_342.0).unwrap();
    let day = ExcelDateTime::from_ymd(2026, 11, 16).unwrap();
    page.write_datetime_with_format(2, 3, day, &Format::new().set_num_format("dd/mm/yyyy")).unwrap();
    page.write_string(3, 3, "16/11/2026").unwrap();
    let file = days.save_to_buffer().unwrap();
    let html = send(&lan, &address, &[("action", "save")], Some(("a.xlsx", &file))).await.text().await.unwrap();
    assert!(html.contains("Đã nhập 3 sáng kiến"), "{html}");
    for at in 1..4 {
        let mut tx = db.read().await.unwrap();
        let item = initiative::find(&mut tx, &format!("SK-2026-{at:04}")).await.unwrap().unwrap();
        let first = item.record.recognition.first_applied.unwrap().to_string();
        assert_eq!((item.track, first.as_str()), (Track::Recognition, "2026-11-16"));
        assert_eq!(item.measures[0].measure.codes, [CODE]);
    }
    app.stop().await;
}

#[tokio::test]
async fn the_template_can_be_filled_in_and_is_for_those_who_propose() {
    let test = sqlite().await;
    let db = &test.db;
    office(db).await;
    let app = TestApp::start(&test).await;
    let lan = app.sign_in("lan", PASSWORD).await;
    let file = lan.get("/co-quan/sang-kien/mau.xlsx").await.bytes().await.unwrap().to_vec();
    let mut template: Xlsx<_> = Xlsx::new(Cursor::new(file.clone())).unwrap();
    assert_eq!(template.sheet_names(), ["Sáng kiến", "Hướng dẫn", "Ví dụ"]);
    let address = format!("{}{PATH}", app.base);
    let html = send(&lan, &address, &[("action", "try")], Some(("mau.xlsx", &file))).await.text().await.unwrap();
    assert!(html.contains("Tệp không có dòng nào"), "{html}");
    // Its example is read without a fault, but for the procedure, which this catalog does not have.
    let rows = template.worksheet_range("Ví dụ").unwrap();
    let rows: Vec<Vec<String>> = rows.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let lines: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let lines: Vec<&[&str]> = lines.iter().map(Vec::as_slice).collect();
    let file = book(&lines);
    let html = send(&lan, &address, &[("action", "try")], Some(("a.xlsx", &file))).await.text().await.unwrap();
    let columns: Vec<String> = faults(&html).into_iter().map(|(_, column, _)| column).collect();
    assert_eq!(columns, ["Mã thủ tục", "Mã thủ tục"], "{html}");
    let thu = app.sign_in("thu", PASSWORD).await;
    assert_eq!(thu.get(PATH).await.status().as_u16(), 403);
    assert_eq!(send(&thu, &address, &[], Some(("a.xlsx", &file))).await.status().as_u16(), 403);
    app.stop().await;
}

#[tokio::test]
async fn two_who_send_the_same_workbook_at_once_make_it_once() {
    for test in databases().await {
        let db = &test.db;
        office(db).await;
        let cell = |text: &str| Cell::Text(text.to_owned());
        let row = |line, cells: [&str; 3]| Row { line, cells: cells.map(cell).to_vec() };
        let rows = [
            row(1, ["Mã sáng kiến", "Tên sáng kiến", "Mã thủ tục"]),
            row(2, ["A", "Sáng kiến thứ nhất", CODE]),
            row(3, ["B", "Sáng kiến thứ hai", CODE]),
        ];
        let groups = read(&rows).groups;
        let (lan, nam) = (actor(db, "lan").await, actor(db, "nam").await);
        let (one, two) = tokio::join!(import(db, &lan, &groups, true, NOW), import(db, &nam, &groups, true, NOW));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!((one.made.len() + two.made.len(), one.known.len() + two.known.len()), (2, 2), "{}", db.kind());
        let told: Vec<_> = one.known.iter().chain(&two.known).filter_map(|known| known.number.clone()).collect();
        assert_eq!(told, ["SK-2026-0001", "SK-2026-0002"], "whoever was later is told the numbers");
        assert_eq!(count(db).await, 2);
    }
}
