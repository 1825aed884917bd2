//! The API and the pages as a caller meets them.

mod index766;
mod index766_pages;
mod source_pages;
pub mod sources;

use scraper::{Html, Selector};
use toantrinh::assessment::actions::catch_up;
use toantrinh::catalog::starter;

use crate::support::{NOW, TestApp, TestDb, corpus, databases, import_file, options, postgres, shared, sqlite};

async fn starter_app() -> (TestDb, TestApp) {
    let db = sqlite().await;
    starter::load(&db.db, NOW).await.unwrap();
    catch_up(&db.db, NOW).await.unwrap();
    let app = TestApp::start(&db).await;
    (db, app)
}

fn texts(html: &str, selector: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|e| e.text().collect::<String>().trim().to_owned()).collect()
}

#[tokio::test]
async fn a_list_pages_through_everything_once() {
    let (_db, app) = starter_app().await;
    let mut path = "/api/v1/procedures?limit=7".to_owned();
    let mut codes: Vec<String> = Vec::new();
    let total = loop {
        let page = app.json(&path, 200).await;
        codes.extend(page["items"].as_array().unwrap().iter().map(|i| i["code"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/api/v1/procedures?limit=7&cursor={cursor}"),
            None => break page["total"].as_u64().unwrap(),
        }
    };
    assert_eq!(codes.len() as u64, total);
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len() as u64, total);
    app.stop().await;
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let (_db, app) = starter_app().await;
    let long = "a".repeat(10_000);
    for (query, code, field) in [
        ("colour=red", "unknown_parameter", "colour"),
        ("limit=0", "invalid_parameter", "limit"),
        ("limit=ten", "invalid_parameter", "limit"),
        ("q=a&q=b", "invalid_parameter", "q"),
        ("level=district", "invalid_parameter", "level"),
        ("group=all", "invalid_parameter", "group"),
        ("gap=none", "invalid_parameter", "gap"),
        ("online=perhaps", "invalid_parameter", "online"),
        ("cursor=zzz", "invalid_cursor", "cursor"),
        (&format!("q={long}"), "query_too_long", "q"),
    ] {
        let problem = app.json(&format!("/api/v1/procedures?{query}"), 422).await;
        assert_eq!((problem["code"].as_str(), problem["field"].as_str()), (Some(code), Some(field)), "{problem}");
    }
    let missing = app.json("/api/v1/procedures/9.999999", 404).await;
    assert_eq!(missing["code"], "procedure_not_found");
    let early = app.json("/api/v1/procedures/1.001193?at=2020-01-01", 404).await;
    assert!(early["detail"].as_str().unwrap().contains("2026-07-18"), "{early}");
    assert_eq!(app.json("/api/v1/nothing", 404).await["code"], "path_not_found");
    app.stop().await;
}

#[tokio::test]
async fn strange_queries_get_an_answer_or_a_reason() {
    let (_db, app) = starter_app().await;
    for query in ["%00%07", "%22%C4%91", "%3F%3F%21", "%FF%FE", "%F0%9F%98%80", "a%0Ab", "%CC%81", "1.", "%28%28%28"] {
        for path in ["/api/v1/procedures?q=", "/?q="] {
            let status = app.get(&format!("{path}{query}")).await.status().as_u16();
            assert!(status == 200 || status == 422, "{path}{query}: {status}");
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn an_unchanged_answer_is_304() {
    let (_db, app) = starter_app().await;
    for path in ["/api/v1/procedures?q=khai+sinh", "/api/v1/procedures/1.001193"] {
        let first = app.get(path).await;
        let tag = first.headers()["etag"].clone();
        let again = app.client.get(format!("{}{path}", app.base)).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status().as_u16(), 304, "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn copies_are_listed_one_by_one_or_folded() {
    let (_db, app) = starter_app().await;
    let flat = app.json("/api/v1/procedures?limit=200", 200).await;
    let folded = app.json("/api/v1/procedures?limit=200&group=variants", 200).await;
    assert!(flat["items"][0]["variants"].is_null());
    assert!(folded["total"].as_u64() < flat["total"].as_u64());
    let sum: u64 = folded["items"].as_array().unwrap().iter().map(|i| i["variants"].as_u64().unwrap()).sum();
    assert_eq!(Some(sum), flat["total"].as_u64());
    app.stop().await;
}

#[tokio::test]
async fn a_filter_gives_what_its_facet_counts() {
    let (_db, app) = starter_app().await;
    let all = app.json("/api/v1/procedures?facets=true", 200).await;
    for facet in ["field", "agency", "level", "audience", "online"] {
        for value in all["facets"][facet].as_array().unwrap().iter().take(3) {
            let wanted = value["value"].as_str().unwrap();
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair(facet, wanted).finish();
            let some = app.json(&format!("/api/v1/procedures?{query}"), 200).await;
            // An agency is also found as the handling one; a facet counts the promulgating one.
            let enough = some["total"].as_u64() >= value["count"].as_u64();
            assert!(enough && (facet == "agency" || some["total"] == value["count"]), "{facet}={wanted}");
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn a_detail_is_whole_and_knows_its_history() {
    let (_db, app) = starter_app().await;
    for spelling in ["1.001193", "1.001193.H31", "1.001193.000.00.00.H31"] {
        let detail = app.json(&format!("/api/v1/procedures/{spelling}"), 200).await;
        assert_eq!(detail["code"], "1.001193");
        assert_eq!((&detail["online_level"], &detail["gap"]), (&"L3".into(), &"unknown_evidence".into()));
        assert_eq!(detail["versions"][0]["number"], 1);
        assert_eq!(detail["versions"][0]["payload_sha256"].as_str().unwrap().len(), 64);
    }
    let then = app.json("/api/v1/procedures/1.001193?at=2026-07-18", 200).await;
    assert_eq!(then["version"], 1);
    app.stop().await;
}

#[tokio::test]
async fn pages_say_it_without_a_script() {
    let (_db, app) = starter_app().await;
    let search = app.get("/?q=lam+khai+sinh").await;
    let policy = search.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let html = search.text().await.unwrap();
    assert_eq!(texts(&html, ".hit h3 a")[0], "Thủ tục đăng ký khai sinh");
    assert_eq!(texts(&html, "h1").len(), 1);
    assert!(!html.contains("style=") && !html.contains("onclick"));
    let page = app.get("/thu-tuc/1.001193").await.text().await.unwrap();
    assert_eq!(texts(&page, "h1"), ["Thủ tục đăng ký khai sinh"]);
    assert!(texts(&page, ".answer .badge")[0].contains("chưa kiểm chứng"));
    let missing = app.get("/thu-tuc/1.999999").await;
    assert_eq!(missing.status().as_u16(), 404);
    assert!(missing.text().await.unwrap().contains("role=\"search\""));
    let wrong = app.get("/?q=khai+sinh&mau=do").await;
    assert_eq!(wrong.status().as_u16(), 422);
    assert!(wrong.text().await.unwrap().contains("value=\"khai sinh\""), "what was typed was lost");
    app.stop().await;
}

#[tokio::test]
async fn html_in_a_name_stays_text() {
    let db = sqlite().await;
    let item = serde_json::json!({"code": "1.000001", "name": "<script>alert(1)</script> & thẻ", "type": "STANDARD"});
    crate::support::import_text(&db.db, item.to_string().as_bytes(), &options()).await;
    let app = TestApp::start(&db).await;
    for path in ["/?q=alert", "/thu-tuc/1.000001"] {
        let html = app.get(path).await.text().await.unwrap();
        assert!(!html.contains("<script>alert") && html.contains("&#60;script"), "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn operators_see_health_readiness_and_figures() {
    let (_db, app) = starter_app().await;
    assert_eq!(app.json("/healthz", 200).await["status"], "ok");
    assert_eq!(app.json("/readyz", 200).await["status"], "ready");
    app.get("/api/v1/procedures?q=a").await;
    let text = app.get("/metrics").await.text().await.unwrap();
    assert!(
        text.contains("toantrinh_http_requests_total{method=\"GET\",route=\"/api/v1/procedures\",status=\"2xx\"} 1"),
        "{text}"
    );
    assert!(text.contains("toantrinh_indexed_procedures"));
    app.stop().await;
}

#[tokio::test]
async fn readiness_waits_until_search_has_taken_in_changes() {
    let db = sqlite().await;
    let app = TestApp::start_with(&db, |s| s.search.follow_seconds = 3600).await;
    assert_eq!(app.json("/readyz", 200).await["status"], "ready");
    starter::load(&db.db, NOW).await.unwrap();
    assert_eq!(app.json("/readyz", 503).await["code"], "not_ready");
    app.stop().await;
}

#[tokio::test]
async fn the_api_is_described_as_it_is() {
    let (_db, app) = starter_app().await;
    let description = app.json("/api/v1/openapi.json", 200).await;
    insta::assert_json_snapshot!("openapi", description);
    let text = description["info"]["description"].as_str().unwrap();
    for (_, code, ..) in toantrinh::platform::problem::CODES {
        assert!(text.contains(code), "{code} is not described");
    }
    app.stop().await;
}

#[tokio::test]
async fn both_databases_give_the_same_answers() {
    let all = databases().await;
    let [lite, pg] = all.as_slice() else { return };
    for test in [lite, pg] {
        starter::load(&test.db, NOW).await.unwrap();
    }
    same_answers(
        lite,
        pg,
        &["/api/v1/procedures?limit=200", "/api/v1/procedures?q=khai+sinh", "/api/v1/procedures/1.001193"],
    )
    .await;
}

#[tokio::test]
async fn both_databases_give_the_same_answers_on_the_national_catalog() {
    let (Some(lite), Some(pg)) = (corpus().await, postgres().await) else { return };
    import_file(&pg.db, &shared("procedures.jsonl.gz").unwrap(), &options()).await;
    let dev = std::fs::read_to_string(shared("queries_dev.jsonl").unwrap()).unwrap();
    let mut paths: Vec<String> =
        vec!["/api/v1/procedures?limit=200&facets=true".into(), "/api/v1/procedures?retired=true".into()];
    for query in toantrinh::search::judge::read(&dev).unwrap() {
        let q = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", &query.query).finish();
        paths.push(format!("/api/v1/procedures?{q}&group=variants"));
        paths.push(format!("/api/v1/procedures/{}", query.relevant[0]));
    }
    let app = TestApp::start(&lite).await;
    assert_eq!(app.json("/api/v1/procedures", 200).await["total"], 5669);
    assert_eq!(app.json("/api/v1/procedures?retired=true", 200).await["total"], 5776);
    assert_eq!(app.json("/api/v1/procedures?type=internal", 200).await["total"], 192);
    drop(app);
    same_answers(&lite, &pg, &paths).await;
}

async fn same_answers(lite: &TestDb, pg: &TestDb, paths: &[impl AsRef<str>]) {
    for test in [lite, pg] {
        catch_up(&test.db, NOW).await.unwrap();
    }
    let (a, b) = (TestApp::start(lite).await, TestApp::start(pg).await);
    for path in paths {
        let path = path.as_ref();
        assert_eq!(a.json(path, 200).await, b.json(path, 200).await, "{path}");
    }
    let gaps = "/api/v1/gaps?format=csv";
    let (ours, theirs) = (a.get(gaps).await.text().await.unwrap(), b.get(gaps).await.text().await.unwrap());
    assert!(ours == theirs && ours.lines().count() > 10, "the gaps differ");
    a.stop().await;
    b.stop().await;
}
