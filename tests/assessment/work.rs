//! `POST /api/v1/flags/{id}`: who answers for a flag, why it stands, by when it is to be resolved.

use serde_json::{Value, json};
use toantrinh::account::actions::{NewUser, add_organisation, add_user, disable_user};
use toantrinh::account::audit::{self, Author};
use toantrinh::account::model::Role;
use toantrinh::assessment::flag_store::{self, FlagRow};
use toantrinh::assessment::record::record;
use toantrinh::platform::db::Db;

use super::given::{assessed, line, said};
use super::samples::{get_as, post, token};
use crate::support::{NOW, PASSWORD, TestApp, TestDb, databases, sqlite, user};

const CODE: &str = "1.900001";

async fn flag(db: &Db) -> FlagRow {
    flag_store::of_procedure(&mut db.read().await.unwrap(), CODE).await.unwrap().remove(0)
}

fn path(flag: &FlagRow) -> String {
    format!("/api/v1/flags/{}", flag.id)
}

/// A procedure with the flag F10, two officers, a token of the first, and the running program.
async fn office(test: &TestDb) -> (TestApp, String) {
    assessed(&test.db, &[line(CODE, "Cấp giấy thử một")]).await;
    record(&test.db, CODE, &said("P10", "no", "run"), "an", NOW).await.unwrap();
    user(&test.db, "an", &[Role::Officer]).await;
    user(&test.db, "binh", &[Role::AgencyHead]).await;
    let token = token(&test.db, "an").await;
    (TestApp::start(test).await, token)
}

#[tokio::test]
async fn a_flag_is_given_to_somebody_with_a_cause_and_a_day_and_taken_note_of() {
    for test in databases().await {
        let (app, token) = office(&test).await;
        let open = flag(&test.db).await;
        let decision = json!({"version": 1, "owner": " Binh ", "cause": "software", "due_date": "2026-11-24",
            "acknowledge": true});
        let (status, answer) = post(&app, Some(&token), &path(&open), &decision).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["version"], 2, "the next decision needs the version");
        let shown = ["owner", "cause", "due_date", "acknowledged_at"].map(|m| answer[m].as_str().unwrap().to_owned());
        assert_eq!(shown, ["binh", "software", "2026-11-24", "2026-11-24T02:00:00Z"]);
        let kept = flag(&test.db).await;
        assert_eq!((kept.version, kept.owner.as_deref(), kept.cause.as_deref()), (2, Some("binh"), Some("software")));
        // What is left out stays, what is empty is cleared.
        let (status, answer) = post(&app, Some(&token), &path(&open), &json!({"version": 2, "cause": ""})).await;
        assert_eq!((status, &answer["cause"], &answer["owner"]), (200, &Value::Null, &"binh".into()));
        let events = flag_store::events(&mut test.db.read().await.unwrap(), &open.id).await.unwrap();
        let decided: Vec<_> = events.iter().filter(|e| e.event == "decided").collect();
        assert!(decided.len() == 2 && decided.iter().all(|e| e.actor.as_deref() == Some("an")), "{events:?}");
        let entries = audit::page(&mut test.db.read().await.unwrap(), i64::MAX, 1).await.unwrap();
        assert_eq!((entries[0].action.as_str(), entries[0].subject.as_str()), ("flag_decided", "1.900001 F10"));
        let public = app.json("/api/v1/gaps", 200).await;
        let seen = &public["items"][0]["flags"][0];
        assert_eq!(
            (seen.get("owner"), &seen["assigned"]),
            (None, &true.into()),
            "a name was shown to nobody in particular"
        );
        assert_eq!(get_as(&app, &token, "/api/v1/gaps").await["items"][0]["flags"][0]["owner"], "binh");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_decision_on_a_version_that_is_no_longer_the_last_is_a_conflict() {
    for test in databases().await {
        let (app, token) = office(&test).await;
        let open = flag(&test.db).await;
        let first = json!({"version": 1, "cause": "law"});
        assert_eq!(post(&app, Some(&token), &path(&open), &first).await.0, 200);
        let (status, problem) = post(&app, Some(&token), &path(&open), &json!({"version": 1, "cause": "data"})).await;
        assert_eq!((status, &problem["code"]), (409, &"conflict".into()));
        assert_eq!(flag(&test.db).await.cause.as_deref(), Some("law"));
        record(&test.db, CODE, &said("P10", "yes", "run"), "an", NOW + jiff::SignedDuration::from_secs(1))
            .await
            .unwrap();
        let (status, _) = post(&app, Some(&token), &path(&open), &json!({"cause": "data"})).await;
        assert_eq!(status, 409, "a resolved flag was decided about");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_decision_that_cannot_be_kept_names_the_field_and_changes_nothing() {
    for test in databases().await {
        let (app, token) = office(&test).await;
        user(&test.db, "cu", &[Role::Officer]).await;
        disable_user(&test.db, Author::COMMAND_LINE, "cu", NOW).await.unwrap();
        let open = flag(&test.db).await;
        for (decision, field) in [
            (json!({"owner": "khong-ai"}), "owner"),
            (json!({"owner": "hai từ"}), "owner"),
            (json!({"owner": "cu"}), "owner"),
            (json!({"due_date": "2026-11-23"}), "due_date"),
            (json!({"due_date": "24/12/2026"}), "due_date"),
            (json!({"cause": "weather"}), "cause"),
            (json!({"owner": "binh", "cause": "law", "due_date": "2025-01-01"}), "due_date"),
            (json!({"colour": "red"}), "body"),
        ] {
            let (status, problem) = post(&app, Some(&token), &path(&open), &decision).await;
            assert_eq!((status, problem["field"].as_str()), (422, Some(field)), "{decision}: {problem}");
            assert_eq!(problem["code"], "invalid_field");
        }
        assert_eq!(flag(&test.db).await, open);
        let (status, problem) = post(&app, Some(&token), "/api/v1/flags/khong-co", &json!({"cause": "law"})).await;
        assert_eq!((status, &problem["code"]), (404, &"flag_not_found".into()));
        app.stop().await;
    }
}

#[tokio::test]
async fn nobody_and_people_of_another_agency_decide_nothing() {
    let by = Author::COMMAND_LINE;
    let test = sqlite().await;
    let (app, _) = office(&test).await;
    add_organisation(&test.db, by, "K1", "Sở Khác", None, NOW).await.unwrap();
    let roles = &[Role::AgencyHead];
    let new = NewUser { login: "chi", name: "Chi", password: PASSWORD, roles, organisation_id: Some("K1") };
    add_user(&test.db, by, new, NOW).await.unwrap();
    let stranger = token(&test.db, "chi").await;
    let open = flag(&test.db).await;
    assert_eq!(post(&app, None, &path(&open), &json!({"cause": "law"})).await.0, 401);
    assert_eq!(post(&app, Some(&stranger), &path(&open), &json!({"cause": "law"})).await.0, 403);
    assert_eq!(flag(&test.db).await, open);
    app.stop().await;
}
