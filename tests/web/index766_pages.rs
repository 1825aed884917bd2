//! The pages of index 766: what was published stands as it was, own points beside it, and nothing where nothing came.

use scraper::{Html, Selector};
use serde_json::{Value, json};
use toantrinh::account::model::Role;
use toantrinh::monitor::index766::actions::take;
use toantrinh::monitor::index766::model::{Context, Endpoint};
use toantrinh::monitor::index766::period::Period;

use crate::monitor::index766::{online, real, wrapped};
use crate::support::{Browser, NOW, PASSWORD, TestApp, TestDb, databases, sqlite, user};
use crate::web::texts;

const LIST: &str = "/lanh-dao/bo-chi-so-766";
const YEAR: Period = Period::Year(2026);
const AUGUST: Period = Period::Month(2026, 8);
const ONLY: &str = "chỉ có điểm công bố";

async fn bring(test: &TestDb, endpoint: Endpoint, context: &Context, payload: &Value) -> String {
    let taken = take(&test.db, "cong", endpoint, context, payload.to_string().as_bytes(), NOW).await.unwrap();
    taken.raw_sha256
}

async fn leader(test: &TestDb) -> (TestApp, Browser) {
    user(&test.db, "lan", &[Role::Approver]).await;
    let app = TestApp::start_with(test, |settings| "H31".clone_into(&mut settings.board.agency)).await;
    let browser = app.sign_in("lan", PASSWORD).await;
    (app, browser)
}

/// The page at an address; its status must be the one given, and nowhere may a number stand that is none.
async fn page(browser: &Browser, path: &str, status: u16) -> String {
    let answer = browser.get(path).await;
    assert_eq!(answer.status().as_u16(), status, "{path}");
    let html = answer.text().await.unwrap();
    for wrong in ["NaN", "inf", "null"] {
        assert!(!texts(&html, "main").concat().contains(wrong), "{path} shows {wrong}");
    }
    html
}

/// The cells of the rows of a table, by the table's place on the page.
fn table(html: &str, place: usize) -> Vec<Vec<String>> {
    let page = Html::parse_document(html);
    let [tables, rows, cells] = ["table", "tbody tr", "th, td"].map(|s| Selector::parse(s).unwrap());
    let Some(table) = page.select(&tables).nth(place) else { return Vec::new() };
    let text = |cell: scraper::ElementRef<'_>| cell.text().collect::<Vec<_>>().join(" ").trim().to_owned();
    table.select(&rows).map(|row| row.select(&cells).map(text).collect()).collect()
}

fn row<'a>(rows: &'a [Vec<String>], name: &str) -> Vec<&'a str> {
    let found = rows.iter().find(|row| row.iter().any(|cell| cell.contains(name)));
    found.unwrap_or_else(|| panic!("no row of {name}: {rows:?}")).iter().map(String::as_str).collect()
}

fn hundredths(cell: &str) -> i64 {
    cell.replace(',', "").parse().unwrap_or_else(|_| panic!("{cell} has not two decimals"))
}

fn points(number: &Value) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "points out of 100")]
    let hundredths = (number.as_f64().unwrap() * 100.0).round() as i64;
    hundredths
}

#[tokio::test]
async fn all_provinces_of_the_captured_report_stand_as_published() {
    for test in databases().await {
        let Some(national) = real("metrics/service-results_national_2026-09-17.json") else { return };
        bring(&test, Endpoint::ServiceResults, &Context::of(YEAR), &national).await;
        let (app, browser) = leader(&test).await;
        let html = page(&browser, LIST, 200).await;
        let published = national["data"]["evaluation"].as_array().unwrap();
        let own = published.iter().find(|row| row["departmentCode"] == "H31").unwrap();
        let above = published.iter().filter(|row| points(&row["totalScore"]) > points(&own["totalScore"])).count();
        let title = format!("Hưng Yên xếp {} trên 34: 57,41 điểm, trung bình", above + 1);
        assert_eq!(texts(&html, "h1"), [title]);
        assert!(texts(&html, ".eyebrow")[0].ends_with("năm 2026, tính đến ngày 24/11/2026"));
        let rows = table(&html, 0);
        assert_eq!(rows.len(), 34);
        assert!(rows[0][1].starts_with("Hưng Yên") && texts(&html, "tr.own th").len() == 1, "the own one is first");
        let names = ["CKMB", "TDGQ", "CLGQ", "TTTT", "MDSH", "MDHL"];
        for row in published {
            let code = row["departmentCode"].as_str().unwrap();
            let link = format!("a[href='{LIST}/{code}?period=2026']");
            let name = texts(&html, &link).pop().unwrap_or_else(|| panic!("{code} is not linked"));
            let shown = rows.iter().find(|cells| cells[1].starts_with(&name)).unwrap();
            assert_eq!(hundredths(&shown[2]), points(&row["totalScore"]), "{code}");
            let groups: Vec<i64> = shown[4..10].iter().map(|cell| hundredths(cell)).collect();
            assert_eq!(groups, names.map(|group| points(&row["groupScores"][group])), "{code}");
            assert_eq!(groups.iter().sum::<i64>(), points(&row["totalScore"]), "{code}");
            assert_eq!(shown[10], ONLY, "{code}");
        }
        let places: Vec<usize> = rows[1..].iter().map(|row| row[0].parse().unwrap()).collect();
        assert!(places.is_sorted() && places.len() == 33);
        let one = page(&browser, &format!("{LIST}/H31"), 200).await;
        assert_eq!(texts(&one, "h1"), [format!("Hưng Yên: 57,41 điểm, trung bình; {ONLY}")]);
        assert!(table(&one, 0).iter().all(|group| group[3] == "không có dữ liệu" && group[5] == ONLY));
        let silent = table(&one, 1);
        assert!(
            silent.len() > 15
                && silent
                    .iter()
                    .all(|row| ["chưa tính được", "–"].contains(&row[1].as_str()) && row[2] == "không có dữ liệu")
        );
        let main = texts(&one, "main").concat();
        assert!(main.contains("Chưa có điểm theo tháng") && !main.contains(" 0 %"), "{main}");
        let country = page(&browser, &format!("{LIST}/VN"), 200).await;
        assert!(texts(&country, "h1")[0].starts_with("Cả nước: 56,56 điểm"));
        assert!(row(&table(&country, 0), "Thanh toán trực tuyến")[2].contains("công bố chung với nhóm khác: 13,10"));
        assert!(country.contains("<svg role=\"img\""), "months of the country are drawn");
        app.stop().await;
    }
}

#[tokio::test]
async fn captured_numerators_give_the_published_scores_on_the_page() {
    let test = sqlite().await;
    let Some(online) = real("portal/new_reporting_provide-online-tree.json") else { return };
    let Some(trees) = real("portal/new_reporting_progress_and_payment_children.json") else { return };
    let Some(transparency) = real("portal/new_reporting_transparency.json") else { return };
    let context = Context { department_id: "019d2be3-6a88-732b-8b17-b68020c8553a".to_owned(), ..Context::of(AUGUST) };
    let children = |name: &str| wrapped(&json!({ "children": trees[format!("{name}.children[]")] }));
    bring(&test, Endpoint::ProvideOnlineTree, &context, &online).await;
    bring(&test, Endpoint::DvcProgressTree, &context, &children("dvc-progress-tree")).await;
    bring(&test, Endpoint::FormalityOnlinePaymentTree, &context, &children("formality-online-payment-tree")).await;
    bring(&test, Endpoint::Transparency, &context, &transparency).await;
    let (app, browser) = leader(&test).await;
    for (department, group, points) in [
        ("H44", "Dịch vụ công trực tuyến", "12,00"),
        ("H44", "Công khai, minh bạch", "6,00"),
        ("H44.236", "Tiến độ", "14,83"),
        ("H44.236", "Thanh toán trực tuyến", "6,74"),
    ] {
        let html = page(&browser, &format!("{LIST}/{department}?period=2026-08"), 200).await;
        let rows = table(&html, 0);
        assert_eq!(row(&rows, group)[2..], [points, points, "0", "khớp điểm công bố"], "{department}");
    }
    let ward = page(&browser, &format!("{LIST}/H44.100"), 200).await;
    let rows = table(&ward, 0);
    let group = row(&rows, "Dịch vụ công trực tuyến");
    assert_eq!(group[2..], ["10,00", "không có dữ liệu", "", ONLY]);
    let inspectorate = page(&browser, &format!("{LIST}/H44.23"), 200).await;
    let rows = table(&inspectorate, 0);
    assert_eq!(row(&rows, "Tiến độ")[2..], ["0,00", "n = 0", "", "không có đối tượng tính điểm"]);
    let indicators = table(&inspectorate, 1);
    assert_eq!(row(&indicators, "Hồ sơ giải quyết đúng hạn")[1..4], ["chưa tính được", "0 / 0", "n = 0"]);
    app.stop().await;
}

fn totals(code: &str, total: f64) -> Value {
    json!({ "departmentId": format!("id-{code}"), "departmentCode": code, "departmentName": format!("UBND tỉnh {code}"), "totalScore": total })
}

/// The published example of the online report, with totals beside it.
async fn example(test: &TestDb) -> String {
    let evaluation = [totals("H31", 57.41), totals("H44", 62.6), totals("H20", 68.32)];
    let payload = wrapped(&json!({ "evaluation": evaluation }));
    bring(test, Endpoint::ServiceResults, &Context::of(YEAR), &payload).await;
    let mut row = online("H31", [89, 31, 21, 518, 1881, 591_643, 600_057], 8.56);
    row["departmentId"] = json!("id-H31");
    row["departmentName"] = json!("UBND tỉnh H31");
    bring(test, Endpoint::ProvideOnlineTree, &Context::of(YEAR), &wrapped(&json!({ "children": [row] }))).await
}

#[tokio::test]
async fn an_indicator_says_what_its_target_would_add_and_what_another_share_would() {
    for test in databases().await {
        let sha256 = example(&test).await;
        let (app, browser) = leader(&test).await;
        let html = page(&browser, &format!("{LIST}/H31?period=2026"), 200).await;
        let finding = "H31: “Dịch vụ công trực tuyến phát sinh hồ sơ” đạt mục tiêu thì thêm 2,9 điểm";
        assert_eq!(texts(&html, "h1"), [finding]);
        let lead = "Điểm công bố 57,41, trung bình, xếp 3 trên 3. Tự tính: 8,56 ở 1/6 nhóm, lệch 0.";
        assert_eq!(texts(&html, ".finding"), [lead]);
        let indicators = table(&html, 1);
        let first: Vec<Vec<&str>> =
            indicators[..3].iter().map(|row| row.iter().map(String::as_str).collect()).collect();
        let used = [
            "3.2 Dịch vụ công trực tuyến phát sinh hồ sơ",
            "2,90",
            "518 / 1.881",
            "27,54 %",
            "100 %",
            "4",
            "1,10",
            "–",
        ];
        let offered =
            ["3.1 Thủ tục có dịch vụ công trực tuyến", "0,54", "52 / 89", "58,43 %", "80 %", "2", "1,46", "–"];
        let online = ["3.3 Hồ sơ trực tuyến", "0,00", "591.643 / 600.057", "98,6 %", "50 %", "6", "6,00", "–"];
        assert_eq!(first, [used, offered, online]);
        assert!(indicators[3..].iter().all(|row| ["chưa tính được", "–"].contains(&row[1].as_str())));
        let formulas = table(&html, 2);
        assert_eq!(row(&formulas, "3.1 ")[1..], ["766-2026.1", "trọng số 2/4/6 tái lập được điểm Cổng"]);
        let answers = texts(&html, "section[aria-labelledby=h-answers]").concat();
        for said in [&sha256, "cong", "/api/v1/reporting/evaluation/provide-online-tree", "09:00 ngày 24/11/2026"] {
            assert!(answers.contains(said), "{said} is not in {answers}");
        }
        for (query, answer) in [
            (
                "indicator=SERVICE_PROVIDED&percent=50",
                "Thủ tục có dịch vụ công trực tuyến từ 58,43 % thành 50 %: từ 1,46 thành 1,25 điểm (-0,21). Điểm tổng từ 57,41 thành 57,2, trung bình.",
            ),
            (
                "indicator=SERVICE_USED",
                "Dịch vụ công trực tuyến phát sinh hồ sơ từ 27,54 % thành 100 %: từ 1,1 thành 4 điểm (+2,9). Điểm tổng từ 57,41 thành 60,31, trung bình.",
            ),
            (
                "indicator=DOSSIER_ON_TIME&percent=90",
                "Hồ sơ giải quyết đúng hạn: chưa có tử số, mẫu số hoặc không có đối tượng để tính, nên không tính thử được.",
            ),
        ] {
            let html = page(&browser, &format!("{LIST}/H31?period=2026&{query}"), 200).await;
            assert_eq!(texts(&html, "#neu .finding"), [answer]);
        }
        for (query, typed) in [
            ("indicator=SERVICE_USED&percent=1O0", "1O0"),
            ("indicator=SERVICE_USED&percent=101", "101"),
            ("indicator=KHAC&percent=50", "50"),
            ("percent=50", "50"),
        ] {
            let html = page(&browser, &format!("{LIST}/H31?period=2026&{query}"), 422).await;
            let kept = format!("input[name=percent][value='{typed}']");
            assert!(texts(&html, &kept).len() == 1 && texts(&html, "#neu [role=alert]").len() == 1, "{query}");
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn a_period_that_is_wrong_or_empty_is_said_with_those_that_have_figures() {
    for test in databases().await {
        let (app, browser) = leader(&test).await;
        let html = page(&browser, LIST, 200).await;
        assert_eq!(texts(&html, "h1"), ["Chưa nhận được số liệu của bộ chỉ số 766"]);
        assert!(page(&browser, &format!("{LIST}/H31"), 404).await.contains("Không có số liệu này"));
        example(&test).await;
        for path in [LIST.to_owned(), format!("{LIST}/H31")] {
            let html = page(&browser, &format!("{path}?period=qu%C3%BD%20%22ba%22"), 422).await;
            let field = Html::parse_document(&html);
            let field = field.select(&Selector::parse("input[name=period]").unwrap()).next().unwrap().value();
            assert_eq!((field.attr("value"), field.attr("aria-invalid")), (Some("quý \"ba\""), Some("true")));
            assert_eq!(texts(&html, "[role=alert]").len(), 1);
            let html = page(&browser, &format!("{path}?period=2026-03"), 200).await;
            assert!(texts(&html, "h1")[0].to_lowercase().contains("tháng 3/2026: không có dữ liệu"));
            assert_eq!(texts(&html, &format!("a[href='{path}?period=2026']")), ["năm 2026"]);
        }
        assert_eq!(browser.get(&format!("{LIST}?colour=red")).await.status(), 422);
        // Rows stand on pages that lead to each other and show everything once.
        let first = page(&browser, &format!("{LIST}?period=2026&limit=2"), 200).await;
        let next = Html::parse_document(&first);
        let next = next.select(&Selector::parse(".more a").unwrap()).next().unwrap().attr("href").unwrap().to_owned();
        let second = page(&browser, &next, 200).await;
        let names = [table(&first, 0), table(&second, 0)].concat();
        let names: Vec<&str> = names.iter().map(|row| row[1].split(' ').next().unwrap()).collect();
        assert_eq!(names, ["H31", "H20", "H44"]);
        let outside = TestApp::browser().get(format!("{}{LIST}", app.base)).send().await.unwrap();
        assert_eq!(outside.status(), 303, "leadership only");
        let board = page(&browser, "/lanh-dao?period=2026-10", 200).await;
        assert_eq!(texts(&board, &format!("a[href='{LIST}?period=2026-10']")), ["Bộ chỉ số 766"]);
        let figure = page(&browser, "/lanh-dao/so-lieu/satisfaction?period=2026-10", 200).await;
        assert_eq!(texts(&figure, &format!("a[href='{LIST}?period=2026-10']")), ["Bộ chỉ số 766"]);
        app.stop().await;
    }
}

#[tokio::test]
async fn months_before_and_after_the_break_are_lines_of_their_own() {
    let test = sqlite().await;
    for (year, month, total) in [(2025, 11, 86.3), (2025, 12, 87.0), (2026, 1, 50.0), (2026, 2, 57.4)] {
        let payload = wrapped(&json!({ "evaluation": [totals("H31", total)] }));
        bring(&test, Endpoint::ServiceResults, &Context::of(Period::Month(year, month)), &payload).await;
    }
    let (app, browser) = leader(&test).await;
    let html = page(&browser, &format!("{LIST}/H31"), 200).await;
    assert_eq!(texts(&html, "#h-trend"), ["Điểm tổng tăng 7,4 từ tháng 1/2026 đến tháng 2/2026"]);
    let chart = texts(&html, "figure svg text");
    for line in ["tháng 11/2025 đến tháng 12/2025", "tháng 1/2026 đến tháng 2/2026"] {
        assert!(chart.iter().any(|text| text == line), "{chart:?}");
    }
    let told = texts(&html, "section[aria-labelledby=h-trend] p.note");
    assert!(told.len() == 1 && told[0].starts_with("Không nối đường qua ngày 01/01/2026. Cổng mới"), "{told:?}");
    let rows: Vec<String> = texts(&html, "section[aria-labelledby=h-trend] tbody tr");
    assert_eq!(rows.len(), 5);
    assert!(rows[2].contains("không so được") && rows[3].contains("87,00"), "{rows:?}");
    app.stop().await;
}
