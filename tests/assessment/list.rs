//! `GET /api/v1/gaps`: totals, filters, order, pages, CSV, and that search says the same.

use jiff::SignedDuration;
use serde_json::{Value, json};
use toantrinh::account::model::Role;
use toantrinh::assessment::flag_store;

use super::samples::{DORMANT, FORMULA, GAPS, INTERNAL, VERIFIED, codes, get_as, load, post, token};
use crate::support::{NOW, TestApp, TestDb, databases, sqlite, user};

/// What an item must show to be among those that a filter gives.
type Holds = Box<dyn Fn(&Value) -> bool>;

async fn board(test: &TestDb) -> (TestApp, String) {
    load(&test.db).await;
    user(&test.db, "an", &[Role::Officer]).await;
    let token = token(&test.db, "an").await;
    (TestApp::start(test).await, token)
}

fn sum(of: &Value) -> u64 {
    of.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum()
}

/// Gives flags of three procedures an owner, a cause and a day.
async fn decide(test: &TestDb, app: &TestApp, token: &str) {
    let open = flag_store::open(&mut test.db.read().await.unwrap()).await.unwrap();
    let of = |code: &str, flag: &str| open.iter().find(|f| f.code == code && f.flag == flag).unwrap().id.clone();
    for (id, decision) in [
        (of(GAPS[1].0, "F1"), json!({"owner": "an", "cause": "law", "due_date": "2026-11-25"})),
        (of(GAPS[2].0, "F1"), json!({"owner": "an", "cause": "software", "due_date": "2026-12-24"})),
        (of(GAPS[3].0, "F10"), json!({"cause": "law", "due_date": "2026-11-30"})),
    ] {
        let (status, answer) = post(app, Some(token), &format!("/api/v1/flags/{id}"), &decision).await;
        assert_eq!(status, 200, "{answer}");
    }
}

#[tokio::test]
async fn totals_count_every_procedure_once_and_a_filter_of_gaps_does_not_change_them() {
    for test in databases().await {
        let (app, _) = board(&test).await;
        let all = app.json("/api/v1/gaps?limit=200", 200).await;
        let totals = &all["totals"];
        let n = |name: &str| totals[name].as_u64().unwrap();
        assert_eq!((n("procedures"), n("verified"), n("dormant"), n("internal"), n("gaps")), (13, 1, 1, 1, 10));
        assert_eq!((all["total"].as_u64(), sum(&totals["by_gap"])), (Some(10), 10));
        let volume = &totals["volume"];
        let v = |name: &str| volume[name].as_u64().unwrap();
        assert_eq!((v("procedures"), v("dossiers"), v("verified"), v("gaps")), (6, 990, 300, 690));
        assert_eq!(sum(&volume["by_gap"]), 690);
        assert_eq!(volume["sources"], json!(["một cửa thử (2026-11-20)"]));
        for (code, gap) in GAPS {
            let item = all["items"].as_array().unwrap().iter().find(|i| i["code"] == code).unwrap();
            assert_eq!(item["gap"], gap, "{code}");
        }
        for absent in [VERIFIED, DORMANT, INTERNAL] {
            assert!(!codes(&all).contains(&absent), "{absent}");
        }
        let some = app.json("/api/v1/gaps?gap=not_online", 200).await;
        assert_eq!((some["total"].as_u64(), &some["totals"]), (Some(1), totals));
        let agency = app.json("/api/v1/gaps?agency=bo%20khac", 200).await;
        assert_eq!((agency["total"].as_u64(), agency["totals"]["procedures"].as_u64()), (Some(1), Some(1)));
        app.stop().await;
    }
}

#[tokio::test]
async fn every_filter_gives_what_the_items_show() {
    for test in databases().await {
        let (app, token) = board(&test).await;
        decide(&test, &app, &token).await;
        app.clock.set(NOW + SignedDuration::from_hours(48));
        let all = get_as(&app, &token, "/api/v1/gaps?limit=200&sort=code").await;
        let flags = |item: &Value| item["flags"].as_array().unwrap().clone();
        let has = |list: &Value, word: &str| list.as_array().unwrap().iter().any(|w| w == word);
        let mut checks: Vec<(String, Holds, usize)> = Vec::new();
        for gap in ["not_online", "unknown_evidence", "partial_legal"] {
            checks.push((format!("gap={gap}"), Box::new(move |i| i["gap"] == gap), 1));
        }
        for flag in ["F1", "F4", "F5", "F10"] {
            checks.push((format!("flag={flag}"), Box::new(move |i| flags(i).iter().any(|f| f["code"] == flag)), 1));
        }
        for point in ["P3", "P4", "P9"] {
            checks.push((format!("point={point}"), Box::new(move |i| has(&i["failing"], point)), 1));
        }
        for (query, agency) in [("Bộ%20Thử", "Bộ Thử"), ("bo%20khac", "Bộ Khác")] {
            checks.push((format!("agency={query}"), Box::new(move |i| i["agency"] == agency), 1));
        }
        checks.push(("agency=C%E1%BB%A5c%20th%E1%BB%AD".into(), Box::new(|_| true), 10));
        checks.push(("field=linh+vuc+rieng".into(), Box::new(|i| i["field"] == "Lĩnh vực riêng"), 1));
        for cause in ["law", "software", "equipment"] {
            let least = usize::from(cause != "equipment");
            checks.push((
                format!("cause={cause}"),
                Box::new(move |i| flags(i).iter().any(|f| f["cause"] == cause)),
                least,
            ));
        }
        checks.push(("owner=an".into(), Box::new(move |i| flags(i).iter().any(|f| f["owner"] == "an")), 2));
        checks.push(("owner=none".into(), Box::new(move |i| flags(i).iter().any(|f| f["assigned"] == false)), 3));
        checks.push(("overdue=true".into(), Box::new(|i| i["overdue"] == true), 1));
        checks.push(("high_volume=true".into(), Box::new(|i| i["high_volume"] == true), 1));
        checks.push(("flag=F1&cause=law&overdue=true".into(), Box::new(|i| i["code"] == GAPS[1].0), 1));
        for (query, holds, least) in checks {
            let some = get_as(&app, &token, &format!("/api/v1/gaps?limit=200&sort=code&{query}")).await;
            let wanted: Vec<&Value> = all["items"].as_array().unwrap().iter().filter(|i| holds(i)).collect();
            assert!(wanted.len() >= least && (least == 10 || wanted.len() < 10), "{query} shows nothing");
            assert_eq!(some["items"].as_array().unwrap().iter().collect::<Vec<_>>(), wanted, "{query}");
            assert_eq!(some["total"].as_u64(), Some(wanted.len() as u64), "{query}");
        }
        // Overdue from the day after: today's is not.
        app.clock.set(NOW + SignedDuration::from_hours(24));
        assert_eq!(app.json("/api/v1/gaps?overdue=true", 200).await["total"], 0);
        app.stop().await;
    }
}

#[tokio::test]
async fn every_order_orders() {
    let test = sqlite().await;
    let (app, token) = board(&test).await;
    decide(&test, &app, &token).await;
    let asked = async |sort: &str| app.json(&format!("/api/v1/gaps?limit=200&sort={sort}"), 200).await;
    let by_stake = app.json("/api/v1/gaps?limit=200", 200).await;
    assert_eq!(by_stake, asked("stake").await);
    // Dossiers times failing points times two hours; then dossiers without a failing point; then no figures.
    assert_eq!(codes(&by_stake)[..4], [GAPS[1].0, GAPS[2].0, GAPS[3].0, GAPS[4].0]);
    let hours: Vec<Option<f64>> = by_stake["items"].as_array().unwrap().iter().map(|i| i["hours"].as_f64()).collect();
    assert_eq!(hours[..5], [Some(1_000.0), Some(180.0), Some(120.0), Some(0.0), None]);
    assert_eq!(by_stake["hours_per_point"], 2.0);
    let by_code = asked("code").await;
    assert_eq!(codes(&by_code), GAPS.map(|(code, _)| code));
    let by_due = asked("due").await;
    assert_eq!(codes(&by_due)[..3], [GAPS[1].0, GAPS[3].0, GAPS[2].0]);
    let opened = |item: &Value| {
        let flags = item["flags"].as_array().unwrap();
        flags.iter().map(|f| f["opened_at"].as_str().unwrap().to_owned()).min().unwrap_or("9999".to_owned())
    };
    let by_age: Vec<String> = asked("age").await["items"].as_array().unwrap().iter().map(opened).collect();
    assert!(by_age.is_sorted() && by_age[0] < by_age[9], "{by_age:?}");
    app.stop().await;
}

#[tokio::test]
async fn cursors_page_through_everything_once_and_belong_to_one_list() {
    for test in databases().await {
        let (app, _) = board(&test).await;
        let (mut seen, mut path) = (Vec::new(), "/api/v1/gaps?limit=3".to_owned());
        let mut cursors = Vec::new();
        loop {
            let page = app.json(&path, 200).await;
            seen.extend(codes(&page).into_iter().map(str::to_owned));
            let Some(cursor) = page["next_cursor"].as_str() else { break };
            path = format!("/api/v1/gaps?limit=3&cursor={cursor}");
            cursors.push(cursor.to_owned());
        }
        assert_eq!((cursors.len(), seen.len()), (3, 10));
        assert_eq!(seen, codes(&app.json("/api/v1/gaps?limit=200", 200).await));
        for other in ["flag=F1&", "sort=code&"] {
            let problem = app.json(&format!("/api/v1/gaps?{other}cursor={}", cursors[0]), 422).await;
            assert_eq!((&problem["code"], &problem["field"]), (&"invalid_cursor".into(), &"cursor".into()));
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn wrong_parameters_are_named_and_names_of_people_are_not_searched_by_nobody() {
    let test = sqlite().await;
    let (app, _) = board(&test).await;
    for (query, code, field) in [
        ("mau=do", "unknown_parameter", "mau"),
        ("gap=none", "invalid_parameter", "gap"),
        ("gap=", "invalid_parameter", "gap"),
        ("flag=F11", "invalid_parameter", "flag"),
        ("point=P12", "invalid_parameter", "point"),
        ("cause=weather", "invalid_parameter", "cause"),
        ("overdue=perhaps", "invalid_parameter", "overdue"),
        ("sort=name", "invalid_parameter", "sort"),
        ("format=xml", "invalid_parameter", "format"),
        ("limit=0", "invalid_parameter", "limit"),
        ("limit=201", "invalid_parameter", "limit"),
        ("gap=not_online&gap=not_online", "invalid_parameter", "gap"),
        ("cursor=zz", "invalid_cursor", "cursor"),
    ] {
        let problem = app.json(&format!("/api/v1/gaps?{query}"), 422).await;
        assert_eq!((problem["code"].as_str(), problem["field"].as_str()), (Some(code), Some(field)), "{problem}");
    }
    let problem = app.json("/api/v1/gaps?owner=an", 401).await;
    assert_eq!((&problem["code"], &problem["field"]), (&"not_signed_in".into(), &"owner".into()));
    assert_eq!(app.json("/api/v1/gaps?owner=an&format=csv", 401).await["code"], "not_signed_in");
    assert_eq!(app.json("/api/v1/gaps?owner=none", 200).await["total"], 5);
    app.stop().await;
}

#[tokio::test]
async fn csv_has_the_same_rows_and_no_cell_that_a_spreadsheet_would_run() {
    for test in databases().await {
        let (app, token) = board(&test).await;
        decide(&test, &app, &token).await;
        let list = app.json("/api/v1/gaps?limit=200", 200).await;
        let answer = app.client.get(format!("{}/api/v1/gaps?limit=3&format=csv", app.base)).bearer_auth(&token).send();
        let answer = answer.await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
        let bytes = answer.bytes().await.unwrap();
        let text = std::str::from_utf8(&bytes).unwrap().strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headings = reader.headers().unwrap().clone();
        let column = |name: &str| headings.iter().position(|h| h == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.iter().map(|row| &row[column("code")]).collect::<Vec<_>>(), codes(&list));
        for (row, item) in rows.iter().zip(list["items"].as_array().unwrap()) {
            assert_eq!(
                (&row[column("gap")], &row[column("level")]),
                (item["gap"].as_str().unwrap(), item["level"].as_str().unwrap())
            );
            let dossiers = item["volume"]["dossiers"].as_u64().map_or(String::new(), |n| n.to_string());
            assert_eq!(&row[column("dossiers")], dossiers);
        }
        let formula = rows.iter().find(|row| row[column("code")] == *GAPS[9].0).unwrap();
        assert_eq!(&formula[column("name")], format!("'{FORMULA}"));
        assert!(!text.contains(",an,") && !headings.iter().any(|h| h == "owner"), "the file names people");
        let accepted =
            app.client.get(format!("{}/api/v1/gaps", app.base)).header("accept", "text/csv").send().await.unwrap();
        assert_eq!(accepted.bytes().await.unwrap(), bytes);
        app.stop().await;
    }
}

#[tokio::test]
async fn search_says_of_gaps_and_online_states_what_the_assessment_says() {
    for test in databases().await {
        let (app, _) = board(&test).await;
        let listed = async |query: &str| {
            let mut found = codes(&app.json(&format!("/api/v1/procedures?limit=200&{query}"), 200).await)
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>();
            found.sort_unstable();
            found
        };
        for (_, gap) in GAPS {
            let wanted: Vec<&str> = GAPS.iter().filter(|(_, g)| *g == gap).map(|(code, _)| *code).collect();
            assert_eq!(listed(&format!("gap={gap}")).await, wanted, "{gap}");
        }
        let all = app.json("/api/v1/procedures?limit=200", 200).await;
        let mut by_state: std::collections::BTreeMap<String, Vec<String>> = std::collections::BTreeMap::new();
        for item in all["items"].as_array().unwrap() {
            let code = item["code"].as_str().unwrap();
            let view = app.json(&format!("/api/v1/procedures/{code}/assessment"), 200).await;
            assert_eq!((&item["online_level"], &item["gap"]), (&view["level"], &view["gap"]), "{code}");
            let any_no = view["points"].as_array().unwrap()[..11].iter().any(|p| p["value"] == "no");
            let state = match view["level"].as_str().unwrap() {
                "L5" | "L6" | "L7" => "verified",
                "L4" => "claimed",
                "L3" if any_no => "partial",
                "L3" => "unknown",
                _ => "none",
            };
            by_state.entry(state.to_owned()).or_default().push(code.to_owned());
        }
        assert_eq!(by_state.len(), 5, "{by_state:?}");
        for (state, mut codes) in by_state {
            codes.sort_unstable();
            assert_eq!(listed(&format!("online={state}")).await, codes, "{state}");
        }
        app.stop().await;
    }
}
