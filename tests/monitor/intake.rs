//! Figures that programs and people send, as they are kept.

use std::io::{Cursor, Write};

use sqlx::AssertSqlSafe;
use toantrinh::account::audit::{self, Author};
use toantrinh::monitor::intake::actions::{Read, Target, take};
use toantrinh::monitor::intake::model::{Line, read_item};
use toantrinh::monitor::intake::refusal::Reason;
use toantrinh::monitor::intake::report::IntakeReport;
use toantrinh::monitor::intake::table::{self, Cell, Unreadable};
use toantrinh::monitor::intake::upload;
use toantrinh::monitor::model::State;
use toantrinh::monitor::observation::model::MINUTE;
use toantrinh::on_db;
use toantrinh::platform::db::Db;

use crate::support::{NOW, databases};

fn lines() -> Vec<Line> {
    vec![
        Line { metric: "received".to_owned(), unit: "hồ sơ".to_owned(), every_ms: None },
        Line { metric: "waiting".to_owned(), unit: "s".to_owned(), every_ms: Some(MINUTE) },
    ]
}

async fn target(db: &Db) -> Target {
    run(
        db,
        "INSERT INTO sources (id, kind, name, owner, definition, enabled, version, created_at, changed_at)
         VALUES ('so-lieu', 'push', 'a', 'b', '{}', 1, 1, 0, 0)",
    )
    .await;
    Target { source_id: "so-lieu".to_owned(), max_age_ms: None }
}

async fn run(db: &Db, text: &str) {
    let mut tx = db.write().await.unwrap();
    on_db!(&mut tx, |conn| sqlx::query(AssertSqlSafe(text.to_owned())).execute(conn).await.map(|_| ()).unwrap());
    tx.commit().await.unwrap();
}

async fn count(db: &Db, table: &str) -> i64 {
    let text = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
    let mut tx = db.read().await.unwrap();
    let (n,): (i64,) = on_db!(&mut tx, |conn| sqlx::query_as(AssertSqlSafe(text)).fetch_one(conn).await.unwrap());
    n
}

fn read(items: &[serde_json::Value]) -> Read {
    let mut read = Read { count: items.len(), ..Read::default() };
    for (index, item) in items.iter().enumerate() {
        match read_item(index, item, &lines(), NOW.as_millisecond()) {
            Ok(item) => read.items.push(item),
            Err(refused) => read.refused.push(refused),
        }
    }
    read
}

fn counts(report: &IntakeReport) -> (usize, usize, usize, usize) {
    (report.added, report.corrected, report.unchanged, report.refused)
}

#[tokio::test]
async fn good_figures_are_kept_once_and_bad_ones_are_named() {
    for test in databases().await {
        let target = target(&test.db).await;
        let sent = [
            serde_json::json!({"metric": "received", "subject": "H44", "period": "2026-10", "value": 12}),
            serde_json::json!({"metric": "received", "subject": "H45", "period": "2026-10", "state": "not_delivered"}),
            serde_json::json!({"metric": "received", "subject": "H46", "period": "2026-10"}),
            serde_json::json!({"metric": "received", "subject": "H44", "period": "2026-10", "value": 12.0}),
        ];
        let first = take(&test.db, &target, read(&sent), None, false, NOW).await.unwrap();
        assert_eq!(counts(&first), (2, 0, 1, 1));
        assert_eq!((first.refusals[0].place.index, first.refusals[0].code), (Some(2), Reason::Missing));
        let again = take(&test.db, &target, read(&sent), None, false, NOW).await.unwrap();
        assert_eq!(counts(&again), (0, 0, 3, 1));
        assert_eq!(count(&test.db, "observations").await, 2);
        assert_eq!(count(&test.db, "audit").await, 0, "a program's figures are no deed of a person");
    }
}

#[tokio::test]
async fn a_correction_tells_what_was_there_and_a_dry_run_leaves_nothing() {
    for test in databases().await {
        let target = target(&test.db).await;
        let sent = |value| [serde_json::json!({"metric": "received", "period": "2026-10", "value": value})];
        let tried = take(&test.db, &target, read(&sent(5)), None, true, NOW).await.unwrap();
        assert_eq!((counts(&tried), tried.dry_run), ((1, 0, 0, 0), true));
        assert_eq!((count(&test.db, "observations").await, count(&test.db, "series").await), (0, 0));
        take(&test.db, &target, read(&sent(5)), Some(Author::COMMAND_LINE), false, NOW).await.unwrap();
        let corrected = take(&test.db, &target, read(&sent(6)), Some(Author::COMMAND_LINE), false, NOW).await.unwrap();
        let change = &corrected.corrections[0];
        assert_eq!((change.before.value, change.after.value), (Some(5.0), Some(6.0)));
        assert_eq!((change.before.state, counts(&corrected)), (State::Number, (0, 1, 0, 0)));
        assert_eq!(count(&test.db, "observations").await, 2, "both stay");
        let mut tx = test.db.read().await.unwrap();
        let entries = audit::page(&mut tx, i64::MAX, 10).await.unwrap();
        assert_eq!(
            entries.iter().map(|e| e.action.as_str()).collect::<Vec<_>>(),
            ["figures_entered", "figures_entered"]
        );
    }
}

#[tokio::test]
async fn what_can_no_longer_be_told_apart_is_refused_by_its_period() {
    for test in databases().await {
        let target = target(&test.db).await;
        run(&test.db, "UPDATE counters SET n = 1793000000000 WHERE name = 'dropped_raw'").await;
        let sent = [
            serde_json::json!({"metric": "waiting", "period": "2026-01-01", "value": 5}),
            serde_json::json!({"metric": "received", "period": "2026-01-01", "value": 5}),
        ];
        let report = take(&test.db, &target, read(&sent), None, false, NOW).await.unwrap();
        assert_eq!((counts(&report), report.refusals[0].code), ((1, 0, 0, 1), Reason::TooLate));
    }
}

/// A workbook with one sheet; `cells` is the inside of `sheetData`, style 1 is percent, style 2 a day.
fn workbook(cells: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let styles = "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><cellXfs count=\"3\"><xf numFmtId=\"0\"/><xf numFmtId=\"10\" applyNumberFormat=\"1\"/><xf numFmtId=\"14\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>";
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{cells}</sheetData></worksheet>"
    );
    for (name, text) in [
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>",
        ),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", &sheet),
    ] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn inline(at: &str, text: &str) -> String {
    format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn a_workbook_is_read_with_its_days_percentages_and_gaps() {
    let cells = format!(
        "<row r=\"1\">{}{}{}</row><row r=\"3\"><c r=\"A3\" s=\"2\"><v>46329</v></c><c r=\"C3\" s=\"1\"><v>0.855</v></c></row><row r=\"4\"><c r=\"A4\"><v>2026</v></c><c r=\"C4\"><v>1234.5</v></c></row>",
        inline("A1", "Kỳ"),
        inline("B1", "Đối tượng"),
        inline("C1", "Giá trị")
    );
    let rows = table::read(&workbook(&cells)).unwrap();
    assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(rows[1].cells[1..], [Cell::Text(String::new()), Cell::Percent(85.5)]);
    let share = Line { metric: "share".to_owned(), unit: "%".to_owned(), every_ms: None };
    let read = upload::read(&workbook(&cells), &[share], NOW.as_millisecond()).unwrap();
    assert_eq!(read.refused, []);
    assert_eq!(read.items.iter().map(|item| item.value).collect::<Vec<_>>(), [Some(85.5), Some(1234.5)]);
    assert_eq!(rows[1].cells[0].text(), "03/11/2026");
}

#[test]
fn a_workbook_that_would_fill_the_memory_is_refused() {
    let far = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    assert_eq!(table::read(&workbook(far)), Err(Unreadable::TooManyColumns));
    let huge = format!("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>{}</t></is></c></row>", " ".repeat(70 << 20));
    let packed = workbook(&huge);
    assert!(packed.len() < table::MAX_BYTES, "it is small until it is unpacked");
    assert_eq!(table::read(&packed), Err(Unreadable::TooLarge));
}
