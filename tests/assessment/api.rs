//! `GET /api/v1/procedures/{code}/assessment` and claims by officers.

use serde_json::{Value, json};
use toantrinh::account::actions::{NewUser, add_organisation, add_user};
use toantrinh::account::audit::{self, Author};
use toantrinh::account::model::Role;
use toantrinh::assessment::store;

use super::given::{assessed, line, line_with};
use super::samples::{DORMANT, GAPS, VERIFIED, get_as, load, post, token};
use crate::support::{NOW, PASSWORD, TestApp, TestDb, databases, user};

const CODE: &str = "1.900001";

fn path(code: &str) -> String {
    format!("/api/v1/procedures/{code}/assessment")
}

fn claims(code: &str) -> String {
    format!("/api/v1/procedures/{code}/claims")
}

/// A procedure, an officer of the whole installation with a token, and the running program.
async fn office(test: &TestDb) -> (TestApp, String) {
    assessed(&test.db, &[line(CODE, "Cấp giấy thử một")]).await;
    user(&test.db, "an", &[Role::Officer]).await;
    let token = token(&test.db, "an").await;
    (TestApp::start(test).await, token)
}

#[tokio::test]
async fn an_assessment_has_every_point_with_its_evidence_and_the_rates() {
    for test in databases().await {
        load(&test.db).await;
        let app = TestApp::start(&test).await;
        let view = app.json(&path("1.900002.H31"), 200).await;
        assert_eq!((&view["code"], &view["scope"]), (&"1.900002".into(), &"all".into()));
        assert_eq!((&view["level"], &view["gap"]), (&"L3".into(), &"full_step_gap".into()));
        let points = view["points"].as_array().unwrap();
        let codes: Vec<&str> = points.iter().map(|p| p["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "Q1", "Q2"]);
        let evidence = &points[3]["evidence"][0];
        assert_eq!((&points[3]["value"], &evidence["rule"]), (&"no".into(), &"text.rubbing".into()));
        assert_eq!((&evidence["kind"], &evidence["source"]), (&"document".into(), &"catalog".into()));
        let span = &evidence["span"];
        assert!(span["passage"] == "steps.1" && span["text"].as_str().unwrap().contains("chà số"), "{span}");
        assert_eq!((&evidence["checked"], &evidence["expired"]), (&"2026-11-24T02:00:00Z".into(), &false.into()));
        assert_eq!(evidence["until"], "2027-11-24T02:00:00Z");
        // One yes, one no, nine that nobody knows.
        assert_eq!((view["point_rate"].as_f64(), view["unknown_rate"].as_f64()), (Some(0.5), Some(9.0 / 11.0)));
        assert_eq!((&view["coverage"]["units"], &view["coverage"]["met"]), (&1.into(), &false.into()));
        assert_eq!((&view["dossiers"]["online_90"], &view["dossiers"]["all_90"]), (&20.into(), &500.into()));
        let flags: Vec<&str> = view["flags"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
        assert_eq!(flags, ["F1", "F4"]);
        assert_eq!(view["profiles"]["canada"]["end_to_end"], false);
        assert_eq!(view["profiles"]["vietnam_law"]["declared"], "full");
        assert_eq!(view["profiles"]["vietnam_law"]["shown"], "partial");
        let verified = app.json(&path(VERIFIED), 200).await;
        assert_eq!(
            (&verified["level"], &verified["verified"], &verified["gap"]),
            (&"L5".into(), &true.into(), &Value::Null)
        );
        assert_eq!((verified["point_rate"].as_f64(), verified["unknown_rate"].as_f64()), (Some(1.0), Some(0.0)));
        assert_eq!((&verified["coverage"]["met"], &verified["coverage"]["note"]), (&true.into(), &Value::Null));
        let dormant = app.json(&path(DORMANT), 200).await;
        assert_eq!((&dormant["level"], &dormant["dormant"]), (&"L4".into(), &true.into()));
        for (code, gap) in GAPS {
            assert_eq!(app.json(&path(code), 200).await["gap"], gap, "{code}");
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn an_unknown_procedure_is_404_and_a_wrong_parameter_is_named() {
    let test = crate::support::sqlite().await;
    let (app, _) = office(&test).await;
    for code in ["1.999999", "khong-phai-ma", "%20"] {
        assert_eq!(app.json(&path(code), 404).await["code"], "procedure_not_found", "{code}");
    }
    for (query, code, field) in [
        ("mau=do", "unknown_parameter", "mau"),
        ("at=hom-qua", "invalid_parameter", "at"),
        ("at=", "invalid_parameter", "at"),
    ] {
        let problem = app.json(&format!("{}?{query}", path(CODE)), 422).await;
        assert_eq!((problem["code"].as_str(), problem["field"].as_str()), (Some(code), Some(field)), "{problem}");
    }
    app.stop().await;
}

#[tokio::test]
async fn an_officers_claim_is_kept_counts_at_once_and_names_its_assessor_to_colleagues_only() {
    for test in databases().await {
        let (app, token) = office(&test).await;
        let claim = json!({"point": "P9", "value": "no", "kind": "document", "link": "https://bang-chung.example/9",
            "reason": "field_verification", "legal_basis": "Luật Thử, Điều 2", "valid_until": "2026-12-31"});
        let (status, answer) = post(&app, Some(&token), &claims("1.900001.H31"), &claim).await;
        assert_eq!(status, 201, "{answer}");
        assert_eq!(
            (&answer["assessment"]["code"], &answer["assessment"]["gap"]),
            (&CODE.into(), &"partial_legal".into())
        );
        let evidence = &answer["assessment"]["points"][8]["evidence"][0];
        assert_eq!((&evidence["assessor"], &evidence["source"]), (&"an".into(), &"person".into()));
        assert_eq!(evidence["until"], "2026-12-31T17:00:00Z", "the last day ends at midnight in Vietnam");
        let known = get_as(&app, &token, &path(CODE)).await;
        assert_eq!(known["points"][8]["evidence"][0]["assessor"], "an");
        let public = app.json(&path(CODE), 200).await;
        assert_eq!(public["points"][8]["value"], "no");
        assert!(public["points"][8]["evidence"][0].get("assessor").is_none(), "{public}");
        let entries = audit::page(&mut test.db.read().await.unwrap(), i64::MAX, 1).await.unwrap();
        assert_eq!((entries[0].action.as_str(), entries[0].subject.as_str()), ("claim_recorded", CODE));
        assert_eq!(post(&app, Some(&token), &claims("1.999999"), &claim).await.0, 404);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_claim_that_cannot_be_kept_names_the_field() {
    let test = crate::support::sqlite().await;
    let (app, token) = office(&test).await;
    let good = json!({"point": "P4", "value": "yes", "kind": "document", "link": "https://bang-chung.example/4"});
    let sha = "a".repeat(63);
    for (change, field) in [
        (json!({"link": "ftp://bang-chung.example/4"}), "link"),
        (json!({"link": "javascript:alert(1)"}), "link"),
        (json!({"link": "bang-chung"}), "link"),
        (json!({"link": ""}), "link"),
        (json!({"link": "", "kind": "run"}), "link"),
        (json!({"sha256": sha}), "sha256"),
        (json!({"point": "P12"}), "point"),
        (json!({"point": ""}), "point"),
        (json!({"value": "maybe"}), "value"),
        (json!({"kind": "rumour"}), "kind"),
        (json!({"value": "no", "reason": "laziness"}), "reason"),
        (json!({"value": "no", "reason": "no_fee"}), "reason"),
        (json!({"value": "not_applicable"}), "reason"),
        (json!({"value": "not_applicable", "reason": "presence_required"}), "reason"),
        (json!({"reason": "no_fee"}), "reason"),
        (json!({"checked_at": "2026-11-20", "valid_until": "2026-11-18"}), "valid_until"),
        (json!({"valid_until": "2027-11-30"}), "valid_until"),
        (json!({"valid_until": "31/12/2026"}), "valid_until"),
        (json!({"checked_at": "2026-11-25"}), "checked_at"),
        (json!({"checked_at": "hôm qua"}), "checked_at"),
        (json!({"colour": "red"}), "body"),
        (json!({"point": 4}), "body"),
    ] {
        let mut sent = good.clone();
        for (name, value) in change.as_object().unwrap() {
            sent[name] = value.clone();
        }
        let (status, problem) = post(&app, Some(&token), &claims(CODE), &sent).await;
        assert_eq!((status, problem["field"].as_str()), (422, Some(field)), "{sent}: {problem}");
        assert_eq!(problem["code"], "invalid_field");
    }
    assert!(store::claims(&mut test.db.read().await.unwrap(), "", "9").await.unwrap().is_empty());
    // A declaration needs no evidence, and neither does saying that nothing is known.
    for change in [json!({"kind": "declaration", "link": ""}), json!({"value": "unknown", "link": ""})] {
        let mut sent = good.clone();
        for (name, value) in change.as_object().unwrap() {
            sent[name] = value.clone();
        }
        assert_eq!(post(&app, Some(&token), &claims(CODE), &sent).await.0, 201, "{sent}");
    }
    app.stop().await;
}

#[tokio::test]
async fn nobody_and_officers_of_another_organisation_may_not_claim() {
    let by = Author::COMMAND_LINE;
    for test in databases().await {
        let db = &test.db;
        let commune = json!({"agencies": ["Sở Thử"]});
        assessed(db, &[line_with(CODE, "Cấp giấy thử một", &commune)]).await;
        add_organisation(db, by, "T1", "Tỉnh Thử", None, NOW).await.unwrap();
        add_organisation(db, by, "T1.1", "sở thử", Some("T1"), NOW).await.unwrap();
        add_organisation(db, by, "T1.2", "Sở Khác", Some("T1"), NOW).await.unwrap();
        let app = TestApp::start(&test).await;
        let claim = json!({"point": "P4", "value": "no", "kind": "declaration"});
        for (login, organisation, status) in [("an", "T1.1", 201), ("binh", "T1", 201), ("chi", "T1.2", 403)] {
            let new = NewUser {
                login,
                name: "Nguyễn Văn An",
                password: PASSWORD,
                roles: &[Role::Officer],
                organisation_id: Some(organisation),
            };
            add_user(db, by, new, NOW).await.unwrap();
            let token = token(db, login).await;
            let (got, answer) = post(&app, Some(&token), &claims(CODE), &claim).await;
            assert_eq!(got, status, "{login} of {organisation}: {answer}");
        }
        user(db, "dung", &[Role::Auditor]).await;
        let token = token(db, "dung").await;
        assert_eq!(post(&app, Some(&token), &claims(CODE), &claim).await.0, 403, "an auditor only reads");
        let (status, problem) = post(&app, None, &claims(CODE), &claim).await;
        assert_eq!((status, &problem["code"]), (401, &"not_signed_in".into()));
        let kept = store::claims(&mut db.read().await.unwrap(), "", "9").await.unwrap();
        assert_eq!(kept.len(), 2);
        app.stop().await;
    }
}
