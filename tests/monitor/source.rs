//! Sources: read, checked, put, changed by two at once, loaded from a file, sent with a token.

use serde_json::{Value, json};
use toantrinh::account::audit;
use toantrinh::account::model::{Actor, Role, UserId};
use toantrinh::account::secret::Secret;
use toantrinh::monitor::observation::series;
use toantrinh::monitor::poll::store::status;
use toantrinh::monitor::source::actions::{Change, Keeper, Loaded, disable, enable, issue_token, load_file, put};
use toantrinh::monitor::source::check::check;
use toantrinh::monitor::source::file::FileError;
use toantrinh::monitor::source::kept::{SourceError, find, history, list, of_token};
use toantrinh::monitor::source::model::{Covers, Definition};
use toantrinh::monitor::source::store::of_procedure;
use toantrinh::platform::db::Db;

use crate::support::{NOW, databases};

const BY: Keeper<'static> = Keeper::COMMAND_LINE;

/// A definition of a kind, with everything that kind needs.
fn example(kind: &str) -> Value {
    let mut one = json!({"id": format!("mau-{}", kind.replace('_', "-")), "name": "Mẫu", "owner": "Văn phòng UBND tỉnh",
                         "licence": "CC BY 4.0", "kind": kind});
    let own = match kind {
        "http_probe" => {
            json!({"url": "https://dichvucong.gov.vn/", "conditions": ["status == 200"], "every_seconds": 60})
        }
        "json_pull" => json!({"url": "https://a.vn/x.json", "every_seconds": 3600,
            "readings": [{"metric": "received", "value": "$.n", "unit": "dossiers"},
                         {"metric": "of_month", "value": "$.m", "period": "$.p"}]}),
        "portal_catalog" => json!({"url": "https://thutuc.dichvucong.gov.vn/", "every_seconds": 86_400}),
        "portal_index766" => {
            json!({"url": "https://dichvucong.gov.vn/", "every_seconds": 86_400, "departments": ["H31"]})
        }
        "dossier_feed" => json!({}),
        _ => json!({"metrics": [{"metric": "waiting", "unit": "people", "every_seconds": 60}, {"metric": "score"}]}),
    };
    one.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    one
}

const KINDS: [&str; 8] =
    ["http_probe", "json_pull", "portal_catalog", "portal_index766", "dossier_feed", "push", "upload", "manual"];

fn read(value: Value) -> Definition {
    serde_json::from_value(value).unwrap()
}

fn probe(id: &str) -> Definition {
    Definition { id: id.to_owned(), ..read(example("http_probe")) }
}

async fn put_now(db: &Db, definition: &Definition, expected: Option<i64>) -> Result<(Change, i64), SourceError> {
    put(db, BY, definition, expected, NOW).await
}

#[test]
fn an_example_of_every_kind_is_good() {
    for kind in KINDS {
        assert_eq!(check(&read(example(kind))), [], "{kind}");
    }
}

#[test]
fn every_field_that_cannot_be_used_is_named() {
    let cases = [
        ("http_probe", "id", json!("Có dấu")),
        ("http_probe", "id", json!("-a")),
        ("http_probe", "name", json!("  ")),
        ("http_probe", "owner", json!("")),
        ("http_probe", "owner", json!("a\nb")),
        ("json_pull", "licence", json!("")),
        ("portal_catalog", "licence", json!("")),
        ("http_probe", "unit_id", json!("hai từ")),
        ("http_probe", "every_seconds", json!(4)),
        ("http_probe", "every_seconds", json!(604_801)),
        ("http_probe", "every_seconds", Value::Null),
        ("push", "every_seconds", json!(60)),
        ("http_probe", "max_age_seconds", json!(59)),
        ("http_probe", "host_limit", json!(0)),
        ("http_probe", "host_limit", json!(65)),
        ("http_probe", "daily_budget", json!(0)),
        ("manual", "daily_budget", json!(5)),
        ("portal_catalog", "pause_ms", json!(299)),
        ("portal_catalog", "pause_ms", json!(60_001)),
        ("http_probe", "pause_ms", json!(300)),
        ("http_probe", "procedures", json!({"codes": []})),
        ("http_probe", "procedures[1]", json!({"codes": ["1.001193", "abc"]})),
        ("http_probe", "url", json!("ftp://a.vn/")),
        ("http_probe", "timeout_ms", json!(99)),
        ("json_pull", "readings", json!([])),
        ("json_pull", "readings[0].metric", json!([{"metric": "poll", "value": "$.n"}])),
        ("portal_catalog", "url", json!("https://a:b@c.vn/")),
        ("portal_index766", "year", json!(1999)),
        ("portal_index766", "departments[0]", json!(["H 31"])),
        ("push", "metrics", json!([])),
        ("push", "metrics[0].metric", json!([{"metric": "probe"}])),
        ("push", "metrics[1].metric", json!([{"metric": "a"}, {"metric": "a"}])),
        ("push", "metrics[0].every_seconds", json!([{"metric": "a", "every_seconds": 0}])),
    ];
    for (kind, field, value) in cases {
        let mut one = example(kind);
        one[field.split('[').next().unwrap()] = value.clone();
        let wrong = check(&read(one));
        assert!(wrong.iter().any(|error| error.field == field), "{kind} {field} = {value}: {wrong:?}");
        assert!(wrong.iter().all(|error| !error.message.is_empty()));
    }
}

#[test]
fn a_portal_on_this_machine_may_be_asked_without_pause() {
    for (url, good) in
        [("http://127.0.0.1:9/", true), ("http://[::1]/", true), ("http://localhost/", true), ("https://a.vn/", false)]
    {
        let mut one = example("portal_catalog");
        one["url"] = json!(url);
        one["pause_ms"] = json!(0);
        assert_eq!(check(&read(one)).is_empty(), good, "{url}");
    }
}

#[tokio::test]
async fn putting_the_same_again_changes_nothing_and_a_stale_version_is_a_conflict() {
    for test in databases().await {
        let db = &test.db;
        let first = probe("cong");
        assert_eq!(put_now(db, &first, Some(0)).await.unwrap(), (Change::Created, 1));
        assert_eq!(put_now(db, &first, None).await.unwrap(), (Change::Unchanged, 1));
        let second = Definition { name: " Cổng dịch vụ công ".to_owned(), ..first.clone() };
        assert!(matches!(put_now(db, &second, Some(0)).await, Err(SourceError::Conflict(1))));
        assert_eq!(put_now(db, &second, Some(1)).await.unwrap(), (Change::Changed, 2));
        assert!(matches!(put_now(db, &first, Some(1)).await, Err(SourceError::Conflict(2))));
        assert_eq!(put_now(db, &second, Some(2)).await.unwrap(), (Change::Unchanged, 2), "spaces are no change");
        assert!(matches!(put_now(db, &read(example("push")), Some(3)).await, Err(SourceError::Conflict(0))));
        let mut tx = db.read().await.unwrap();
        let source = find(&mut tx, "cong").await.unwrap().unwrap();
        assert_eq!((source.version, source.enabled, source.definition.name.as_str()), (2, true, "Cổng dịch vụ công"));
        let past = history(&mut tx, "cong", i64::MAX, 10).await.unwrap();
        let names: Vec<_> =
            past.iter().map(|v| (v.version, v.definition.name.as_str(), v.changed_by.as_str())).collect();
        assert_eq!(names, [(2, "Cổng dịch vụ công", "command line"), (1, "Mẫu", "command line")]);
        let entries = audit::page(&mut tx, i64::MAX, 10).await.unwrap();
        let actions: Vec<_> = entries.iter().map(|e| (e.action.as_str(), e.subject.as_str())).collect();
        assert_eq!(actions, [("source_changed", "cong"), ("source_created", "cong")]);
    }
}

#[tokio::test]
async fn two_who_create_one_source_at_once_make_it_once() {
    for test in databases().await {
        let definition = probe("cong");
        let (a, b) = tokio::join!(put_now(&test.db, &definition, Some(0)), put_now(&test.db, &definition, Some(0)));
        let created = [&a, &b].iter().filter(|one| matches!(one, Ok((Change::Created, 1)))).count();
        let refused = [&a, &b].iter().filter(|one| matches!(one, Err(SourceError::Conflict(1)))).count();
        assert_eq!((created, refused), (1, 1), "{a:?} {b:?} on {}", test.db.kind());
        assert_eq!(history(&mut test.db.read().await.unwrap(), "cong", i64::MAX, 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn the_kind_of_a_source_stays_and_wrong_fields_leave_nothing_behind() {
    for test in databases().await {
        put_now(&test.db, &probe("cong"), None).await.unwrap();
        let other = Definition { id: "cong".to_owned(), ..read(example("json_pull")) };
        let error = put_now(&test.db, &other, None).await.unwrap_err();
        assert!(matches!(&error, SourceError::Invalid(wrong) if wrong[0].field == "kind"), "{error}");
        let wrong = Definition { owner: String::new(), host_limit: 0, ..probe("khac") };
        let error = put_now(&test.db, &wrong, None).await.unwrap_err().to_string();
        assert!(error.contains("owner") && error.contains("host_limit"), "{error}");
        assert_eq!(list(&mut test.db.read().await.unwrap(), "", 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_source_is_planned_while_it_is_on() {
    for test in databases().await {
        let db = &test.db;
        put_now(db, &probe("cong"), None).await.unwrap();
        put_now(db, &read(example("push")), None).await.unwrap();
        let next = async |id: &str| {
            let status = status(&mut db.read().await.unwrap(), id).await.unwrap();
            status.map(|status| status.next_at.map(|at| at - NOW.as_millisecond()))
        };
        let first = next("cong").await.unwrap().unwrap();
        assert!((0..60_000).contains(&first), "{first}");
        assert_eq!(next("mau-push").await, None, "what is sent is not polled");
        assert_eq!(disable(db, BY, "cong", NOW).await.unwrap(), 2);
        assert_eq!(disable(db, BY, "cong", NOW).await.unwrap(), 2, "off already");
        assert_eq!(next("cong").await, Some(None));
        let renamed = Definition { name: "Khác".to_owned(), ..probe("cong") };
        assert_eq!(put_now(db, &renamed, Some(2)).await.unwrap(), (Change::Changed, 3));
        assert_eq!(next("cong").await, Some(None), "a change does not switch it on");
        assert_eq!(enable(db, BY, "cong", NOW).await.unwrap(), 4);
        assert_eq!(next("cong").await, Some(Some(first)));
        let slower = Definition { every_seconds: Some(120), ..renamed };
        put_now(db, &slower, None).await.unwrap();
        assert!((0..120_000).contains(&next("cong").await.unwrap().unwrap()));
        assert!(matches!(enable(db, BY, "nothing", NOW).await, Err(SourceError::Unknown(_))));
    }
}

#[tokio::test]
async fn a_procedure_finds_the_sources_it_depends_on() {
    for test in databases().await {
        let db = &test.db;
        let codes = vec!["1.001193.000.00.00.H38".to_owned(), "1.001193".to_owned(), "2.000001".to_owned()];
        put_now(db, &Definition { procedures: Covers::Codes(codes), ..probe("mot") }, None).await.unwrap();
        put_now(db, &Definition { procedures: Covers::All, ..probe("tat-ca") }, None).await.unwrap();
        put_now(db, &probe("khong"), None).await.unwrap();
        let of = async |code: &str| of_procedure(&mut db.read().await.unwrap(), code).await.unwrap();
        assert_eq!(of("1.001193").await, ["mot", "tat-ca"]);
        assert_eq!(of("9.999999").await, ["tat-ca"]);
        put_now(db, &Definition { procedures: Covers::None, ..probe("mot") }, None).await.unwrap();
        disable(db, BY, "tat-ca", NOW).await.unwrap();
        assert!(of("1.001193").await.is_empty());
    }
}

#[tokio::test]
async fn only_a_metric_owner_or_an_administrator_may_change_sources() {
    for role in Role::ALL {
        let actor = Actor {
            id: UserId::generate(),
            login: "an".to_owned(),
            name: "An".to_owned(),
            roles: vec![role],
            organisation_id: None,
        };
        let may = Keeper::of(&actor);
        let expected = matches!(role, Role::MetricOwner | Role::Admin);
        assert_eq!(may.is_ok(), expected, "{role:?}");
        if let Err(error) = may {
            assert!(matches!(error, SourceError::Forbidden));
        }
    }
}

#[tokio::test]
async fn a_token_is_shown_once_and_only_its_hash_is_kept() {
    for test in databases().await {
        let db = &test.db;
        put_now(db, &read(example("push")), None).await.unwrap();
        put_now(db, &probe("cong"), None).await.unwrap();
        assert!(matches!(issue_token(db, BY, "cong", NOW).await, Err(SourceError::NoToken)));
        let first = issue_token(db, BY, "mau-push", NOW).await.unwrap();
        let second = issue_token(db, BY, "mau-push", NOW).await.unwrap();
        assert!(second.reveal().starts_with("tts_"));
        let of = async |secret: &Secret| of_token(&mut db.read().await.unwrap(), secret).await.unwrap();
        assert!(of(&first).await.is_none(), "the one before has ended");
        assert_eq!(of(&second).await.unwrap().definition.id, "mau-push");
        assert!(find(&mut db.read().await.unwrap(), "mau-push").await.unwrap().unwrap().has_token);
        disable(db, BY, "mau-push", NOW).await.unwrap();
        assert!(of(&second).await.is_none(), "a source that is off takes nothing");
    }
}

#[tokio::test]
async fn series_follow_the_rhythm_of_their_definition() {
    for test in databases().await {
        let pull = read(example("json_pull"));
        let of_month = pull.series("of_month", "").unwrap();
        assert_eq!((of_month.every_ms, pull.series("received", "").unwrap().every_ms), (None, Some(3_600_000)));
        assert_eq!((pull.series("poll", "").unwrap().unit.as_str(), pull.series("other", "")), ("ms", None));
        put_now(&test.db, &pull, None).await.unwrap();
        let mut tx = test.db.write().await.unwrap();
        let new = [pull.series("received", "").unwrap(), of_month];
        let ids = series::ensure(&mut tx, &new).await.unwrap();
        tx.commit().await.unwrap();
        let slower = Definition { every_seconds: Some(7200), max_age_seconds: Some(9000), ..pull };
        put_now(&test.db, &slower, None).await.unwrap();
        let mut tx = test.db.read().await.unwrap();
        let received = series::find(&mut tx, ids[0]).await.unwrap().unwrap();
        assert_eq!((received.every_ms, received.max_age_ms), (Some(7_200_000), Some(9_000_000)));
        let of_month = series::find(&mut tx, ids[1]).await.unwrap().unwrap();
        assert_eq!((of_month.every_ms, of_month.max_age_ms), (None, Some(9_000_000)));
    }
}

const FILE: &str = r#"
[[source]]
id = "cong"
name = "Cổng dịch vụ công"
owner = "Văn phòng UBND tỉnh"
kind = "http_probe"
url = "https://dichvucong.gov.vn/"
every_seconds = 60
procedures = "all"
conditions = ["status == 200", "certificate_days > 14"]

[[source]]
id = "thong-ke"
name = "Thống kê"
owner = "Văn phòng UBND tỉnh"
licence = "CC BY 4.0"
kind = "json_pull"
url = "https://a.vn/x.json"
every_seconds = 3600
procedures = { codes = ["1.001193"] }
readings = [{ metric = "received", value = "$.n", unit = "dossiers" }]
"#;

#[tokio::test]
async fn a_file_is_taken_whole_or_not_at_all() {
    for test in databases().await {
        let loaded = load_file(&test.db, BY, FILE, NOW).await.unwrap();
        assert_eq!(loaded, Loaded { created: 2, changed: 0, unchanged: 0 });
        let loaded = load_file(&test.db, BY, &FILE.replace("3600", "7200"), NOW).await.unwrap();
        assert_eq!(loaded, Loaded { created: 0, changed: 1, unchanged: 1 });
        let wrong = FILE.replace("every_seconds = 60", "every_seconds = 1").replace("thong-ke", "Thống kê");
        let Err(SourceError::File(FileError::Entries(entries))) = load_file(&test.db, BY, &wrong, NOW).await else {
            panic!("it was taken");
        };
        let named: Vec<_> = entries.iter().map(|e| (e.entry, e.wrong.field.as_str())).collect();
        assert_eq!(named, [(1, "every_seconds"), (2, "id")]);
        for (text, part) in [
            ("[[source]", "line 1"),
            ("x = 1", "unknown field `x`"),
            (&FILE.replace("owner", "ower"), "owner is missing"),
        ] {
            let error = load_file(&test.db, BY, text, NOW).await.unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
        assert_eq!(list(&mut test.db.read().await.unwrap(), "", 10).await.unwrap().len(), 2);
    }
}
