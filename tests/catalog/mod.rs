//! Importing: what arrives broken, twice, late, or not at all.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::SignedDuration;
use toantrinh::catalog::import::actions::Options;
use toantrinh::catalog::{starter, store, units};
use toantrinh::platform::changes;

use crate::support::{NOW, corpus, databases, import_file, import_text, options, postgres, shared, sqlite};

fn item(code: &str, name: &str) -> String {
    item_with_id(code, name, &format!("id-{code}"))
}

fn item_with_id(code: &str, name: &str, id: &str) -> String {
    serde_json::json!({
        "id": id, "code": code, "name": name, "categories": ["Hộ tịch"], "departments": [""],
        "departmentPromulgate": "Bộ Tư pháp", "formalityTargetType": ["Công dân Việt Nam"],
        "state": "UPDATED", "type": "STANDARD",
    })
    .to_string()
}

#[tokio::test]
async fn a_second_import_of_the_same_file_changes_nothing() {
    for test in databases().await {
        let text = [item("1.000001", "Cấp thẻ"), item("1.000002", "Đổi thẻ")].join("\n");
        let first = import_text(&test.db, text.as_bytes(), &options()).await;
        assert_eq!((first.read, first.added, first.public), (2, 2, 2));
        let before = changes::newest(&mut test.db.read().await.unwrap()).await.unwrap();
        let second = import_text(&test.db, text.as_bytes(), &options()).await;
        assert_eq!((second.added, second.changed, second.unchanged), (0, 0, 2));
        assert_eq!(changes::newest(&mut test.db.read().await.unwrap()).await.unwrap(), before);
    }
}

#[tokio::test]
async fn composed_and_decomposed_names_are_the_same_content() {
    use unicode_normalization::UnicodeNormalization;
    let db = sqlite().await;
    let decomposed: String = "Đổi thẻ căn cước".nfd().collect();
    import_text(&db.db, item("1.000001", "Đổi thẻ căn cước").as_bytes(), &options()).await;
    let second = import_text(&db.db, item("1.000001", &decomposed).as_bytes(), &options()).await;
    assert_eq!((second.changed, second.unchanged), (0, 1));
}

#[tokio::test]
async fn bad_records_are_refused_with_line_field_and_reason_and_the_rest_is_kept() {
    for test in databases().await {
        let mut text = Vec::new();
        text.extend(item("1.000001", "Một").bytes().chain(*b"\n"));
        text.extend(b"{\"code\": \"1.000002\", \"name\": \n");
        text.extend(b"{\"code\": 17, \"name\": \"So\"}\n");
        text.extend(b"{\"code\": \"1.000003\", \"name\": \"\xff\xfe\"}\n");
        text.extend(item("1.000004", &"x".repeat(5 << 20)).bytes().chain(*b"\n"));
        text.extend(item("khong phai ma", "Tên").bytes().chain(*b"\n"));
        text.extend(b"<html><body>Request Rejected</body></html>\n");
        text.extend(b"[1, 2]\n");
        text.extend(b"{\"code\": \"1.000005\"}\n\n");
        text.extend(b"{\"code\":\"ERR\",\"data\":null,\"message\":\"no\"}\n");
        text.extend(item("1.000006", "Sáu").bytes());
        let report = import_text(&test.db, &text, &options()).await;
        let reasons: Vec<(u64, &str, &str)> =
            report.rejected.iter().map(|r| (r.line, r.field.as_str(), r.reason.as_str())).collect();
        assert_eq!(
            reasons,
            [
                (2, "line", "invalid_json"),
                (3, "code", "wrong_type"),
                (4, "line", "invalid_utf8"),
                (5, "name", "too_large"),
                (6, "code", "invalid_code"),
                (7, "line", "html"),
                (8, "line", "not_an_object"),
                (9, "name", "missing_field"),
                (11, "data", "source_error"),
            ]
        );
        assert_eq!((report.added, report.is_clean(), report.is_void()), (2, false, false));
        let kept: i64 = match &mut test.db.read().await.unwrap() {
            toantrinh::platform::db::Tx::Sqlite(tx) => {
                sqlx::query_scalar("SELECT COUNT(*) FROM import_rejections").fetch_one(&mut **tx).await.unwrap()
            }
            toantrinh::platform::db::Tx::Postgres(tx) => {
                sqlx::query_scalar("SELECT COUNT(*) FROM import_rejections").fetch_one(&mut **tx).await.unwrap()
            }
        };
        assert_eq!(kept, 9);
    }
}

#[tokio::test]
async fn the_exact_code_wins_over_one_that_is_only_equal_after_trimming() {
    let spaced = item_with_id(" 1.014325", "Của tỉnh này", "a");
    let exact = item_with_id("1.014325", "Của tỉnh kia", "b");
    for order in [[&spaced, &exact], [&exact, &spaced]] {
        let lite = sqlite().await;
        let text = format!("{}\n{}", order[0], order[1]);
        let report = import_text(&lite.db, text.as_bytes(), &options()).await;
        let stored = store::find(&mut lite.db.read().await.unwrap(), "1.014325").await.unwrap().unwrap();
        assert_eq!(stored.procedure.name, "Của tỉnh kia");
        let told: Vec<&str> = report
            .rejected
            .iter()
            .map(|r| r.message.as_str())
            .chain(report.warnings.iter().map(|w| w.message.as_str()))
            .collect();
        assert!(told.iter().any(|m| m.contains('a') && m.contains('b')), "{told:?}");
        let again = import_text(&lite.db, exact.as_bytes(), &options()).await;
        assert_eq!(again.unchanged, 1);
    }
}

#[tokio::test]
async fn an_empty_file_and_a_file_of_rubbish_are_void() {
    let db = sqlite().await;
    assert!(import_text(&db.db, b"", &options()).await.is_void());
    assert!(import_text(&db.db, b"\n\n", &options()).await.is_void());
    assert!(import_text(&db.db, b"\xff\xff\n{}\n", &options()).await.is_void());
}

#[tokio::test]
async fn a_truncated_gzip_keeps_what_came_before_and_removes_nothing() {
    for test in databases().await {
        let lines: Vec<String> = (0..3000).map(|n| item(&format!("1.{n:06}"), &format!("Thủ tục số {n}"))).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(lines.join("\n").as_bytes()).unwrap();
        let whole = encoder.finish().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cut.jsonl.gz");
        let complete = Options { complete: true, ..options() };
        std::fs::write(&path, &whole).unwrap();
        assert_eq!(import_file(&test.db, &path, &complete).await.public, 3000);
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let cut = import_file(&test.db, &path, &complete).await;
        assert!(cut.broken_off.is_some() && cut.unchanged > 0, "{cut}");
        assert_eq!((cut.removed, cut.public), (0, 3000));
    }
}

#[tokio::test]
async fn a_killed_import_is_finished_by_the_next_one_without_doubling() {
    for test in databases().await {
        let lines: Vec<String> = (0..900).map(|n| item(&format!("1.{n:06}"), &format!("Thủ tục số {n}"))).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("all.jsonl");
        std::fs::write(&path, lines.join("\n")).unwrap();
        // The future is dropped in the middle, as a killed process would leave it.
        let half = async {
            let mut batches = 0;
            let lines = toantrinh::catalog::import::lines::Lines::open(&path).unwrap();
            let options = options();
            let mut stop = |_: u64, _: u64| batches += 1;
            let run = toantrinh::catalog::import::actions::import(&test.db, lines, &options, NOW, &mut stop);
            tokio::time::timeout(std::time::Duration::from_millis(60), run).await.is_ok()
        };
        let finished = half.await;
        let report = import_file(&test.db, &path, &options()).await;
        assert_eq!(report.added + report.unchanged, 900);
        assert_eq!((report.public, report.changed), (900, 0));
        let mut tx = test.db.read().await.unwrap();
        let log = changes::after(&mut tx, 0, 5000).await.unwrap();
        assert_eq!(log.len(), 900, "the change log doubled (first run finished: {finished})");
    }
}

#[tokio::test]
async fn a_complete_source_removes_what_it_lacks_and_a_partial_one_does_not() {
    for test in databases().await {
        let both = [item("1.000001", "Một"), item("1.000002", "Hai")].join("\n");
        import_text(&test.db, both.as_bytes(), &options()).await;
        let one = item("1.000001", "Một");
        assert_eq!(import_text(&test.db, one.as_bytes(), &options()).await.removed, 0);
        let complete = Options { complete: true, ..options() };
        let report = import_text(&test.db, one.as_bytes(), &complete).await;
        assert_eq!((report.removed, report.public, report.tombstones), (1, 1, 1));
        let back = import_text(&test.db, both.as_bytes(), &complete).await;
        assert_eq!((back.changed, back.public, back.tombstones), (1, 2, 0));
    }
}

#[tokio::test]
async fn every_version_is_kept_with_the_time_it_held() {
    for test in databases().await {
        let later = NOW + SignedDuration::from_hours(48);
        import_text(&test.db, item("1.000001", "Tên cũ").as_bytes(), &options()).await;
        let second = Options { as_of: later, ..options() };
        assert_eq!(import_text(&test.db, item("1.000001", "Tên mới").as_bytes(), &second).await.changed, 1);
        let mut tx = test.db.read().await.unwrap();
        let versions = store::versions(&mut tx, "1.000001").await.unwrap();
        assert_eq!(versions.len(), 2);
        assert_eq!(versions[1].valid_to, Some(versions[0].valid_from));
        let before = store::document_at(&mut tx, "1.000001", NOW - SignedDuration::from_secs(1)).await.unwrap();
        assert!(before.is_none());
        let then = store::document_at(&mut tx, "1.000001", NOW + SignedDuration::from_hours(1)).await.unwrap().unwrap();
        assert_eq!((then.0, then.1.name.as_str()), (1, "Tên cũ"));
        let now = store::document_at(&mut tx, "1.000001", later).await.unwrap().unwrap();
        assert_eq!((now.0, now.1.name.as_str()), (2, "Tên mới"));
    }
}

#[tokio::test]
async fn the_untouched_payload_can_be_had_back_by_its_hash() {
    use std::io::Read;
    for test in databases().await {
        let line = item("1.000001", "Cấp\u{a0} thẻ");
        import_text(&test.db, line.as_bytes(), &options()).await;
        let mut tx = test.db.read().await.unwrap();
        let stored = store::find(&mut tx, "1.000001").await.unwrap().unwrap();
        let packed = store::payload(&mut tx, &stored.payload_sha256).await.unwrap().unwrap();
        let mut raw = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut raw).unwrap();
        assert_eq!(raw, line);
        assert_eq!(stored.procedure.name, "Cấp thẻ");
    }
}

#[tokio::test]
async fn a_dry_run_reports_and_writes_nothing() {
    for test in databases().await {
        let dry = Options { dry_run: true, ..options() };
        let report = import_text(&test.db, item("1.000001", "Một").as_bytes(), &dry).await;
        assert_eq!((report.added, report.public), (1, 0));
        assert_eq!(changes::newest(&mut test.db.read().await.unwrap()).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn list_and_detail_may_arrive_apart_and_add_up() {
    let test = sqlite().await;
    let detail = serde_json::json!({"code": "OK", "message": "OK", "data": {
        "id": "id-1.000001", "code": "1.000001", "name": "Tên khác trong chi tiết", "executionSteps": [{"name": "", "description": "Nộp tờ khai"}],
        "executionMethods": [{"submissionMethod": "ONLINE", "processingTime": 3, "processingTimeUnit": "WORKING_DAY", "fees": []}],
        "isWard": true,
    }});
    let list = format!(
        "{{\"code\":\"OK\",\"data\":{{\"items\":[{}],\"lastId\":\"\",\"total\":1}}}}",
        item("1.000001", "Tên trong danh sách")
    );
    import_text(&test.db, list.as_bytes(), &options()).await;
    import_text(&test.db, detail.to_string().as_bytes(), &options()).await;
    let stored = store::find(&mut test.db.read().await.unwrap(), "1.000001").await.unwrap().unwrap();
    assert_eq!(stored.procedure.name, "Tên trong danh sách");
    assert_eq!(stored.procedure.steps.len(), 1);
    let again = import_text(&test.db, list.as_bytes(), &options()).await;
    assert_eq!((again.changed, again.unchanged), (0, 1), "the list took the detail away");
}

#[tokio::test]
async fn the_starter_catalog_covers_fields_and_levels_on_both_databases() {
    for test in databases().await {
        let report = starter::load(&test.db, NOW).await.unwrap();
        assert!(report.is_clean() && report.added >= 60, "{report}");
        let page = store::page(&mut test.db.read().await.unwrap(), "", 1000).await.unwrap();
        let mut fields: Vec<&str> = page.iter().flat_map(|s| s.procedure.fields.iter().map(String::as_str)).collect();
        fields.sort_unstable();
        fields.dedup();
        assert!(fields.len() >= 12, "{fields:?}");
        let mut levels: Vec<_> = page.iter().flat_map(|s| s.procedure.levels.clone()).collect();
        levels.sort_unstable();
        levels.dedup();
        assert!(levels.len() >= 3, "{levels:?}");
        assert_eq!(starter::load(&test.db, NOW).await.unwrap().unchanged, report.added);
    }
}

#[tokio::test]
async fn the_national_catalog_is_imported_whole_and_a_second_time_changes_nothing() {
    let Some(path) = shared("procedures.jsonl.gz") else { return };
    let mut all = vec![sqlite().await];
    all.extend(postgres().await);
    for test in all {
        let first = import_file(&test.db, &path, &options()).await;
        assert_eq!((first.read, first.public, first.tombstones), (5776, 5669, 107), "{first}");
        assert!(first.rejected.is_empty());
        let second = import_file(&test.db, &path, &options()).await;
        assert_eq!((second.added, second.changed, second.unchanged), (0, 0, 5776));
    }
}

#[tokio::test]
async fn the_portals_own_captures_are_read() {
    let Some(list) = shared("portal/catalog.jsonl.gz") else { return };
    let test = sqlite().await;
    let report = import_file(&test.db, &list, &options()).await;
    // " 1.014325" and "1.014325" are two provinces' procedures under one code.
    assert_eq!((report.read, report.public, report.rejected.len()), (5670, 5669, 1), "{report}");
    let details = import_file(&test.db, &shared("portal/details.jsonl.gz").unwrap(), &options()).await;
    assert_eq!((details.read, details.changed), (422, 422), "{details}");
    assert!(details.rejected.is_empty());
    let again = import_file(&test.db, &list, &options()).await;
    assert_eq!((again.added, again.changed), (0, 0), "{again}");
}

/// `derived` in the corpus is somebody else's reading of the same records: an oracle, never a source.
#[tokio::test]
async fn levels_channels_and_decisions_agree_with_the_corpus_oracle() {
    use std::io::{BufRead, BufReader};
    let Some(db) = corpus().await else { return };
    let file = std::fs::File::open(shared("procedures.jsonl.gz").unwrap()).unwrap();
    let reader = BufReader::new(flate2::read::GzDecoder::new(file));
    let (mut checked, mut levels_differ, mut channels_differ) = (0, 0, 0);
    let mut tx = db.db.read().await.unwrap();
    for line in reader.lines() {
        let record: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let derived = &record["derived"];
        if record["detail"].is_null() || derived.is_null() {
            continue;
        }
        let code = record["code"].as_str().unwrap();
        let stored = store::find(&mut tx, code).await.unwrap().unwrap();
        checked += 1;
        levels_differ += usize::from(stored.procedure.levels.len() != derived["levels"].as_array().map_or(0, Vec::len));
        let channels = derived["channels"].as_array().map_or(0, Vec::len);
        channels_differ += usize::from(stored.procedure.channels.len() != channels);
    }
    println!("checked {checked}: levels differ in {levels_differ}, channels in {channels_differ}");
    assert!(checked > 4000);
    assert!(levels_differ * 100 < checked, "levels differ in {levels_differ} of {checked}");
    assert!(channels_differ * 100 < checked * 5, "channels differ in {channels_differ} of {checked}");
}

#[tokio::test]
async fn units_of_today_and_before_the_reorganisation_are_imported() {
    let Some(current) = shared("codes/units_current_2026-07-25.json") else { return };
    for test in databases().await {
        let read = |f: &std::path::Path| std::fs::read_to_string(f).unwrap();
        let report = units::import(&test.db, &read(&current)).await.unwrap();
        assert_eq!((report.provinces, report.communes), (34, 3321));
        let agencies = shared("codes/agencies_old_portal_57.json").unwrap();
        assert_eq!(units::import(&test.db, &read(&agencies)).await.unwrap().agency_codes, 34);
        let former = shared("codes/units_before_2025-07-01.json").unwrap();
        let report = units::import(&test.db, &read(&former)).await.unwrap();
        assert_eq!((report.provinces, report.districts, report.communes), (63, 696, 10_035));
        let mut tx = test.db.read().await.unwrap();
        assert_eq!(units::count(&mut tx, "commune").await.unwrap(), 3321);
        assert!(units::import(&test.db, "{\"a\": 1}").await.is_err());
    }
}
