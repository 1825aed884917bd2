//! The same numbers on the page, by the API, in the workbook and as CSV; and what is shown where there is nothing.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;
use toantrinh::account::model::Role;

use super::given::{BIRTH, province};
use crate::support::{Browser, PASSWORD, TestApp, databases, sqlite, user};

async fn signed_in(app: &TestApp) -> Browser {
    app.sign_in("lan", PASSWORD).await
}

async fn text(browser: &Browser, path: &str) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.text().await.unwrap()
}

async fn json(browser: &Browser, path: &str) -> Value {
    serde_json::from_str(&text(browser, path).await).unwrap()
}

/// The lines of a CSV below its heading.
fn csv(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

fn figure<'a>(board: &'a Value, code: &str) -> &'a Value {
    board["figures"].as_array().unwrap().iter().find(|figure| figure["code"] == code).unwrap()
}

#[tokio::test]
async fn page_api_workbook_and_csv_show_the_same_numbers() {
    for test in databases().await {
        province(&test.db).await;
        user(&test.db, "lan", &[Role::Approver]).await;
        let app = TestApp::start(&test).await;
        let lan = signed_in(&app).await;
        let board = json(&lan, "/api/v1/board").await;
        assert_eq!(board["period"], "2026-10", "the last month that is over");
        let online = figure(&board, "online_dossiers");
        assert_eq!((online["part"].as_i64(), online["whole"].as_i64()), (Some(115), Some(200)));
        assert_eq!((online["value"].as_f64(), online["change"].as_f64()), (Some(57.5), Some(-12.5)));
        let on_time = figure(&board, "on_time");
        assert_eq!((on_time["part"].as_i64(), on_time["whole"].as_i64()), (Some(188), Some(200)));
        assert_eq!(on_time["value"].as_f64(), Some(94.0));
        let page = text(&lan, "/lanh-dao").await;
        for said in ["57,5 %", "▼ giảm 12,5 điểm so với tháng 9/2026", "94 %", "115 trên 200 hồ sơ"] {
            assert!(page.contains(said), "{said} is not on the page");
        }
        let lines = csv(&text(&lan, "/api/v1/board?format=csv").await);
        let line = lines.iter().find(|line| line[1] == "online_dossiers").unwrap();
        assert_eq!(
            (&*line[0], &*line[6], &*line[7], &*line[8], &*line[10]),
            ("2026-10", "115", "200", "57.5", "-12.5")
        );
        let answer = lan.get("/lanh-dao.xlsx").await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes().await.unwrap().to_vec())).unwrap();
        let sheet = book.worksheet_range("Chỉ số").unwrap();
        let row = sheet.rows().find(|row| row[1] == Data::String("Hồ sơ trực tuyến".to_owned())).unwrap();
        assert_eq!((&row[2], &row[3], &row[4]), (&Data::Float(115.0), &Data::Float(200.0), &Data::Float(0.575)));
        let formulas = book.worksheet_formula("Đơn vị").unwrap();
        assert!(formulas.rows().flatten().any(|cell| cell.contains("SUM(B2:B3)")), "the sum is a formula");
        let units = book.worksheet_range("Đơn vị").unwrap();
        assert_eq!(
            units.rows().next_back().unwrap()[1..4],
            [Data::Float(115.0), Data::Float(200.0), Data::Float(0.575)]
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn a_figure_opens_to_units_procedures_and_days_that_sum_to_it() {
    let test = sqlite().await;
    province(&test.db).await;
    user(&test.db, "lan", &[Role::Officer]).await;
    let app = TestApp::start(&test).await;
    let lan = signed_in(&app).await;
    let sum = |view: &Value, field: &str| {
        view["rows"].as_array().unwrap().iter().map(|row| row[field].as_i64().unwrap()).sum::<i64>()
    };
    let procedures = json(&lan, "/api/v1/board/online_dossiers?by=procedure").await;
    assert_eq!((sum(&procedures, "part"), sum(&procedures, "whole")), (115, 200));
    let rows = procedures["rows"].as_array().unwrap();
    let effect = |code: &str| rows.iter().find(|row| row["key"] == code).unwrap()["effect"].as_f64().unwrap();
    assert_eq!((effect(BIRTH), effect("1.900002")), (-15.0, 2.5), "they sum to the fall of 12.5 points");
    let units = json(&lan, &format!("/api/v1/board/online_dossiers?by=unit&procedure={BIRTH}")).await;
    assert_eq!((sum(&units, "part"), sum(&units, "whole")), (40, 100));
    let days = json(&lan, &format!("/api/v1/board/online_dossiers?unit=H31.2&procedure={BIRTH}")).await;
    assert_eq!((&days["by"], sum(&days, "part"), sum(&days, "whole")), (&"day".into(), 20, 50));
    assert!(days["rows"][0]["value"].is_null(), "a share of fewer than 30 tells nothing");
    let late = json(&lan, "/api/v1/board/on_time?by=procedure&unit=H31.2").await;
    assert_eq!(sum(&late, "whole") - sum(&late, "part"), 12, "who is late");
    let page = text(&lan, &format!("/lanh-dao/so-lieu/online_dossiers?unit=H31.2&procedure={BIRTH}")).await;
    assert!(page.contains("Đăng ký khai sinh") && page.contains("H31.2 (không có trong danh mục đơn vị)"));
    let line = csv(&text(&lan, "/api/v1/board/online_dossiers?by=procedure&format=csv").await);
    let birth = line.iter().find(|line| line[0] == BIRTH).unwrap();
    assert_eq!((&*birth[2], &*birth[3], &*birth[7]), ("40", "100", "-15"), "a number below zero stays a number");
    app.stop().await;
}

#[tokio::test]
async fn where_there_is_nothing_it_is_said_and_never_zero() {
    let test = sqlite().await;
    province(&test.db).await;
    user(&test.db, "lan", &[Role::Officer]).await;
    let app = TestApp::start(&test).await;
    let lan = signed_in(&app).await;
    let board = json(&lan, "/api/v1/board?period=2025-03").await;
    let online = figure(&board, "online_dossiers");
    assert_eq!((&online["state"], &online["value"], &online["part"]), (&"no_data".into(), &Value::Null, &Value::Null));
    let paid = json(&lan, "/api/v1/board").await;
    assert_eq!(figure(&paid, "paid_online")["state"], "nothing_to_count", "nobody owed a fee");
    for period in ["2025-03", "2026-10", "2026-Q3", "2025"] {
        for path in ["/lanh-dao", "/lanh-dao/bao-cao", "/lanh-dao/so-lieu/on_time", "/lanh-dao/so-lieu/satisfaction"] {
            let page = text(&lan, &format!("{path}?period={period}")).await;
            assert!(!page.contains("NaN") && !page.contains("inf"), "{path} {period}");
        }
    }
    assert!(text(&lan, "/lanh-dao?period=2025-03").await.contains("không có dữ liệu"));
    let refused = |path: &'static str, field: &'static str| {
        let lan = &lan;
        async move {
            let answer = lan.get(path).await;
            assert_eq!(answer.status().as_u16(), 422, "{path}");
            let problem: Value = answer.json().await.unwrap();
            assert_eq!(problem["field"], field, "{path}");
        }
    };
    refused("/api/v1/board?period=2026-11", "period").await;
    refused("/api/v1/board?period=november", "period").await;
    refused("/api/v1/board?format=pdf", "format").await;
    refused("/api/v1/board?colour=red", "colour").await;
    refused("/api/v1/board/on_time?by=colour", "by").await;
    refused("/api/v1/board/on_time?by=day", "procedure").await;
    refused("/api/v1/board/savings", "figure").await;
    assert_eq!(lan.get("/api/v1/board/unheard_of").await.status().as_u16(), 404);
    assert_eq!(lan.get("/lanh-dao?without=P99").await.status().as_u16(), 422);
    assert_eq!(app.get("/api/v1/board").await.status().as_u16(), 401, "the board is for those who signed in");
    app.stop().await;
}

#[tokio::test]
async fn blockers_that_are_taken_away_in_thought_move_the_rate() {
    let test = sqlite().await;
    province(&test.db).await;
    user(&test.db, "lan", &[Role::Officer]).await;
    let app = TestApp::start(&test).await;
    let lan = signed_in(&app).await;
    let page = text(&lan, "/lanh-dao?without=P4&without=P6").await;
    assert!(page.contains("thủ tục đủ mọi điểm") && page.contains("value=\"P4\" checked"), "{page}");
    app.stop().await;
}
