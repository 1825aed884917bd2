//! Index 766: what is read, kept, reproduced, and what is not.

use serde_json::{Value, json};
use toantrinh::catalog::units;
use toantrinh::monitor::index766::actions::{Taken, take};
use toantrinh::monitor::index766::decimal::Decimal;
use toantrinh::monitor::index766::model::{Context, Endpoint};
use toantrinh::monitor::index766::period::Period;
use toantrinh::monitor::index766::rules::{Rule, Rules};
use toantrinh::monitor::index766::score::{Agreement, Delivered, Points, group};
use toantrinh::monitor::index766::scores::{self, Scores};
use toantrinh::monitor::index766::{directory, rule_store, store};
use toantrinh::monitor::model::State;
use toantrinh::platform::db::Db;

use crate::support::{NOW, databases, shared, sqlite};

const YEAR: Period = Period::Year(2026);
const AUGUST: Period = Period::Month(2026, 8);
const PHU_THO: &str = "019d2be3-6a88-732b-8b17-b68020c8553a";

fn d(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

async fn rules(db: &Db) -> Rules {
    rule_store::rules(&mut db.read().await.unwrap(), YEAR.last()).await.unwrap()
}

async fn bring(db: &Db, endpoint: Endpoint, context: &Context, payload: &Value) -> Taken {
    take(db, "test", endpoint, context, payload.to_string().as_bytes(), NOW).await.unwrap()
}

async fn scores_of(db: &Db, period: Period, department: &str) -> Scores {
    scores::scores(&mut db.read().await.unwrap(), period, department).await.unwrap().unwrap()
}

fn of_phu_tho(period: Period) -> Context {
    Context { department_id: PHU_THO.to_owned(), ..Context::of(period) }
}

pub fn real(file: &str) -> Option<Value> {
    let path = shared(file)?;
    Some(serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap())
}

/// A row of the online report; the whole of it is ours, the numbers are published ones.
pub fn online(id: &str, counts: [i64; 7], score: f64) -> Value {
    let [authorities, partial, full, used, services, online, all] = counts;
    json!({
        "departmentId": id, "departmentName": format!("Đơn vị {id}"), "departmentCode": id, "totalScore": score,
        "totalMaxScore": 12, "authorityCount": authorities, "partialCount": partial, "fullCount": full,
        "onlineDossierCount": used, "onlineServiceTotal": services, "channelOnlineSum": online,
        "channelTotalSum": all, "channelDirectSum": all - online, "channelPostalSum": 0,
    })
}

pub fn wrapped(data: &Value) -> Value {
    json!({ "code": "OK", "data": data, "message": "OK" })
}

#[tokio::test]
async fn the_published_online_score_is_reproduced_from_its_numerators() {
    for test in databases().await {
        let rows = [
            online("A", [89, 31, 21, 518, 1881, 591_643, 600_057], 8.56),
            online("B", [56, 31, 21, 1, 1, 43136, 43138], 12.0),
        ];
        let taken =
            bring(&test.db, Endpoint::ProvideOnlineTree, &Context::of(YEAR), &wrapped(&json!({ "children": rows })))
                .await;
        assert_eq!(taken.warnings, Vec::<String>::new());
        let first = scores_of(&test.db, YEAR, "A").await;
        let line = first.groups.iter().find(|g| g.group.code == "CLGQ").unwrap();
        let points: Vec<Points> = line.score.indicators.iter().map(|i| i.own).collect();
        assert_eq!(points, ["1.46", "1.10", "6"].map(|p| Points::Number(d(p))));
        assert_eq!(line.score.own, Points::Number(d("8.56")));
        assert_eq!(line.score.agreement, Agreement::Same);
        assert_eq!(line.score.indicators[0].percent, Some(d("58.43")));
        let second = scores_of(&test.db, YEAR, "B").await;
        assert_eq!(second.groups.iter().find(|g| g.group.code == "CLGQ").unwrap().score.own, Points::Number(d("12")));
    }
}

#[tokio::test]
async fn progress_and_payment_are_reproduced_when_each_indicator_is_rounded_first() {
    let test = sqlite().await;
    let progress = json!({ "children": [
        { "departmentId": "X", "departmentCode": "H44.236", "totalReceived": 1026, "totalOnTime": 761, "score": 14.83, "maxScore": 20 },
        { "departmentId": "P", "departmentCode": "H20", "totalReceived": 405_424, "totalOnTime": 358_660, "score": 17.69, "maxScore": 20 },
    ]});
    let payment = json!({ "children": [{
        "departmentId": "X", "departmentCode": "H44.236", "totalScore": 6.74, "totalMaxScore": 10,
        "totalDossierOnlinePaymentSuccess": 960, "totalDossierFinancialObligation": 1026,
        "totalDossierOnlineFormalityPaymentSuccess": 9, "totalFeeDossierFormalityDistinct": 33,
        "totalFeeDossierFormality": 6, "totalFeeFormality": 33,
    }]});
    let context = Context::of(AUGUST);
    bring(&test.db, Endpoint::DvcProgressTree, &context, &wrapped(&progress)).await;
    let taken = bring(&test.db, Endpoint::FormalityOnlinePaymentTree, &context, &wrapped(&payment)).await;
    // Unrounded, the three payment indicators would sum to 6.75.
    assert_eq!(taken.warnings, Vec::<String>::new());
    for (department, group, own) in [("X", "TDGQ", "14.83"), ("P", "TDGQ", "17.69"), ("X", "TTTT", "6.74")] {
        let found = scores_of(&test.db, AUGUST, department).await;
        let line = found.groups.iter().find(|g| g.group.code == group).unwrap();
        assert_eq!((line.score.own, line.score.agreement), (Points::Number(d(own)), Agreement::Same), "{department}");
    }
}

#[tokio::test]
async fn the_captured_reports_give_the_published_scores() {
    for test in databases().await {
        let Some(online) = real("portal/new_reporting_provide-online-tree.json") else { return };
        let Some(trees) = real("portal/new_reporting_progress_and_payment_children.json") else { return };
        let Some(transparency) = real("portal/new_reporting_transparency.json") else { return };
        let context = of_phu_tho(AUGUST);
        let children = |name: &str| wrapped(&json!({ "children": trees[format!("{name}.children[]")] }));
        for (endpoint, payload) in [
            (Endpoint::ProvideOnlineTree, online),
            (Endpoint::DvcProgressTree, children("dvc-progress-tree")),
            (Endpoint::FormalityOnlinePaymentTree, children("formality-online-payment-tree")),
            (Endpoint::Transparency, transparency),
        ] {
            let taken = bring(&test.db, endpoint, &context, &payload).await;
            assert_eq!(taken.warnings, Vec::<String>::new(), "{endpoint:?}");
        }
        for (department, group, own) in
            [("H44", "CLGQ", "12"), ("H44", "CKMB", "6"), ("H44.236", "TDGQ", "14.83"), ("H44.236", "TTTT", "6.74")]
        {
            let found = scores_of(&test.db, AUGUST, department).await;
            let line = found.groups.iter().find(|g| g.group.code == group).unwrap();
            assert_eq!(
                (line.score.own, line.score.agreement),
                (Points::Number(d(own)), Agreement::Same),
                "{department}"
            );
        }
        // A commune without numerators shows what was published; a department with nothing received has no score.
        let ward = scores_of(&test.db, AUGUST, "H44.100").await;
        let line = ward.groups.iter().find(|g| g.group.code == "CLGQ").unwrap();
        assert_eq!((line.score.agreement.words(), line.score.published), ("chỉ có điểm công bố", Some(d("10"))));
        let inspectorate = scores_of(&test.db, AUGUST, "H44.23").await;
        let line = inspectorate.groups.iter().find(|g| g.group.code == "TDGQ").unwrap();
        assert_eq!(line.score.own, Points::NotApplicable);
        assert_eq!(line.with_indicators.as_ref().unwrap().state(), Some(State::NotApplicable));
        assert_eq!(line.score.published, Some(Decimal::ZERO), "what was published is kept as it was");
    }
}

#[tokio::test]
async fn all_provinces_are_stored_as_published_and_their_groups_add_up() {
    for test in databases().await {
        let Some(national) = real("metrics/service-results_national_2026-09-17.json") else { return };
        let taken = bring(&test.db, Endpoint::ServiceResults, &Context::of(YEAR), &national).await;
        assert_eq!((taken.departments.len(), taken.warnings.as_slice()), (34, [].as_slice()));
        let published = national["data"]["evaluation"].as_array().unwrap();
        assert_eq!(published.len(), 34);
        for row in published {
            let found = scores_of(&test.db, YEAR, row["departmentCode"].as_str().unwrap()).await;
            assert_eq!(found.total.unwrap().published_score, row["totalScore"].as_f64(), "{row}");
            assert_eq!((found.group_sum, found.sum_differs), (Decimal::of(&row["totalScore"]), false), "{row}");
            for line in &found.groups {
                let wire = row["groupScores"][&line.group.code].as_f64();
                assert_eq!(line.with_total.as_ref().unwrap().published_score, wire);
                assert_eq!(line.score.agreement, Agreement::PublishedOnly);
            }
        }
        let country = scores_of(&test.db, YEAR, "").await;
        assert_eq!(country.total.unwrap().published_score, Some(56.56));
        assert_eq!(country.band.unwrap().code, "average");
        // The radar shows two groups together; its maximum is theirs.
        let merged = country.others.iter().find(|r| r.code == "ONLINE_SERVICE").unwrap();
        assert_eq!((merged.published_score, merged.max_score), (Some(13.1), Some(22.0)));
        let rules = rules(&test.db).await;
        assert_eq!(
            rules.group_max("ONLINE_SERVICE"),
            Some(rules.group_max("CLGQ").unwrap() + rules.group_max("TTTT").unwrap())
        );
        // Months to come are not zero.
        let october = scores::over_time(&mut test.db.read().await.unwrap(), "", "monthlyChart.averageScore", "month")
            .await
            .unwrap();
        let line = &october[0].figures;
        assert_eq!((line.len(), line[0].value, line[9].value), (12, Some(36.23), None));
        assert_eq!(line[9].state(), Some(State::NotDelivered));
    }
}

#[tokio::test]
async fn groups_that_do_not_add_up_to_the_total_are_told() {
    let test = sqlite().await;
    let row = |id: &str, total: f64| {
        json!({ "departmentId": id, "departmentCode": id, "departmentName": id, "totalScore": total,
                "groupScores": { "CKMB": 11.45, "TDGQ": 17.72, "CLGQ": 8.83, "TTTT": 6.22, "MDHL": 14.45, "MDSH": 9.65 } })
    };
    let payload =
        wrapped(&json!({ "evaluation": [row("A", 68.32), row("B", 68.34), row("C", 68.30), row("D", 68.33)] }));
    let taken = bring(&test.db, Endpoint::ServiceResults, &Context::of(YEAR), &payload).await;
    assert_eq!(
        taken.warnings,
        ["B: tổng các nhóm 68.32 khác điểm tổng 68.34", "C: tổng các nhóm 68.32 khác điểm tổng 68.30"]
    );
    assert!(scores_of(&test.db, YEAR, "B").await.sum_differs && !scores_of(&test.db, YEAR, "D").await.sum_differs);
}

#[tokio::test]
async fn the_same_answer_changes_nothing_and_a_changed_figure_keeps_both_values() {
    for test in databases().await {
        let context = Context::of(YEAR);
        let answer = |on_time: i64, score: f64| {
            wrapped(&json!({ "children": [
                { "departmentId": "X", "departmentCode": "H20", "totalReceived": 1000, "totalOnTime": on_time, "score": score, "maxScore": 20 },
            ]}))
        };
        let first = bring(&test.db, Endpoint::DvcProgressTree, &context, &answer(900, 18.0)).await;
        assert_eq!((first.new, first.corrected, first.unchanged), (4, 0, 0));
        let again = bring(&test.db, Endpoint::DvcProgressTree, &context, &answer(900, 18.0)).await;
        assert_eq!((again.new, again.corrected, again.unchanged), (0, 0, 4));
        let later = bring(&test.db, Endpoint::DvcProgressTree, &context, &answer(950, 19.0)).await;
        assert_eq!((later.new, later.corrected, later.unchanged), (3, 3, 1));
        let mut tx = test.db.read().await.unwrap();
        let both = store::revisions(&mut tx, YEAR, "X", "", "TDGQ").await.unwrap();
        let kept: Vec<_> = both.iter().map(|r| (r.revision, r.published_score, r.superseded_at.is_some())).collect();
        assert_eq!(kept, [(2, Some(19.0), false), (1, Some(18.0), true)]);
        assert_eq!(both[1].raw_sha256, first.raw_sha256);
        let raw = toantrinh::catalog::store::payload(&mut tx, &first.raw_sha256).await.unwrap().unwrap();
        let raw = toantrinh::catalog::payload::unpack(&raw).unwrap();
        assert_eq!(raw, answer(900, 18.0).to_string().into_bytes(), "the untouched answer is kept");
    }
}

#[tokio::test]
async fn a_blank_is_never_zero_and_a_zero_denominator_is_nothing_to_count() {
    let test = sqlite().await;
    let metric = |code: &str, numerator: Value, denominator: Value, score: Value| json!({ "code": code, "numerator": numerator, "denominator": denominator, "ratio": null, "score": score });
    let payload =
        wrapped(&json!({ "overview": { "departmentId": "X", "departmentCode": "H20", "totalScore": 6, "metrics": [
            metric("PUBLISH_ON_TIME", json!(0), json!(0), json!(0)),
            metric("PUBLIC_UPDATE_ON_TIME", Value::Null, Value::Null, Value::Null),
            metric("PUBLIC_CONTENT_FULL", json!("12"), json!(" 24 "), json!("1.00")),
            metric("DOSSIER_SYNC", json!("nhiều"), json!(10), json!(6)),
            metric("NEW_ONE", json!(1), json!(2), json!(1)),
        ]}}));
    let taken = bring(&test.db, Endpoint::Transparency, &Context::of(YEAR), &payload).await;
    assert_eq!(taken.warnings.len(), 2, "{:?}", taken.warnings);
    assert!(taken.warnings[0].contains("numerator") && taken.warnings[1].contains("NEW_ONE"));
    let figure = |code: &str| taken.figures.iter().find(|f| f.code == code).unwrap();
    assert_eq!(
        (figure("PUBLISH_ON_TIME").state, figure("PUBLISH_ON_TIME").published),
        (State::NotApplicable, Some(Decimal::ZERO))
    );
    assert_eq!(figure("PUBLIC_UPDATE_ON_TIME").state, State::NotDelivered);
    assert_eq!(
        (figure("PUBLIC_CONTENT_FULL").numerator, figure("PUBLIC_CONTENT_FULL").denominator),
        (Some(d("12")), Some(d("24")))
    );
    assert_eq!((figure("DOSSIER_SYNC").state, figure("DOSSIER_SYNC").published), (State::NotDelivered, Some(d("6"))));
    assert_eq!(figure("NEW_ONE").formula_version, "");
    let line = scores_of(&test.db, YEAR, "X").await;
    let line = line.groups.iter().find(|g| g.group.code == "CKMB").unwrap();
    assert_eq!(line.score.agreement, Agreement::PublishedOnly, "one missing numerator leaves no own sum");
}

/// Constructed from the documented shape: no capture of these two reports is at hand.
#[tokio::test]
async fn digitisation_and_satisfaction_are_scored_from_constructed_answers() {
    let test = sqlite().await;
    let metric = |code: &str, n: Option<i64>, of: Option<i64>, score: f64| json!({ "code": code, "numerator": n, "denominator": of, "score": score });
    let digitised = json!({ "overview": { "departmentId": "X", "departmentCode": "H20", "totalScore": 16.66, "metrics": [
        metric("ORIGINAL_RESULT_AVAILABLE", Some(500), Some(1000), 3.0),
        metric("SO_HOA_GIAY_TO_GIAI_QUYET", Some(800), Some(1000), 4.0),
        metric("REUSED_DIGITIZED_DATA", Some(400), Some(1000), 1.0),
        metric("SYNCED_WITH_DVCQG_PERSONAL_STORAGE", Some(1000), Some(1000), 4.0),
        metric("CITIZEN_DATA_CONNECTED_FORMALITY", Some(1), Some(3), 0.67),
        metric("CITIZEN_DATA_CONNECTED_DOSSIER", Some(995), Some(1000), 1.99),
        metric("ELECTRONIC_CERTIFIED_COPY", None, None, 2.0),
    ]}});
    let pleased = json!({ "overview": { "departmentId": "X", "departmentCode": "H20", "totalScore": 18, "metrics": [
        metric("DOSSIER_RECEIVING_SATISFACTION", Some(85), Some(100), 5.67),
        metric("PETITION_PROCESSING_ON_TIME", Some(0), Some(0), 6.0),
        metric("PETITION_HANDLING_SATISFACTION", Some(0), Some(0), 6.0),
        metric("PETITION_CLASSIFICATION_TTHC", Some(1), Some(1), 0.0),
    ]}});
    let context = Context::of(YEAR);
    let taken = bring(&test.db, Endpoint::DossierDigitized, &context, &wrapped(&digitised)).await;
    assert_eq!(taken.warnings, Vec::<String>::new());
    let taken = bring(&test.db, Endpoint::HandlingSatisfaction, &context, &wrapped(&pleased)).await;
    // The portal gives all points where there were no petitions; by the rule there is nothing to count.
    assert_eq!(taken.warnings, ["H20: MDHL tự tính 5.67, công bố 18.00"]);
    let found = scores_of(&test.db, YEAR, "X").await;
    let of = |code: &str| &found.groups.iter().find(|g| g.group.code == code).unwrap().score;
    assert_eq!((of("MDSH").own, of("MDSH").agreement), (Points::Number(d("16.66")), Agreement::Same));
    assert_eq!((of("MDHL").own, of("MDHL").agreement), (Points::Number(d("5.67")), Agreement::Different));
    let mut tx = test.db.read().await.unwrap();
    let compared = scores::compare(&mut tx, YEAR).await.unwrap();
    let told: Vec<_> = compared.iter().map(|c| (c.group.as_str(), c.difference)).collect();
    assert_eq!(told, [("MDSH", Some(Decimal::ZERO)), ("MDHL", Some(d("-12.33")))]);
}

#[tokio::test]
async fn a_department_that_changes_its_name_stays_the_same_department() {
    for test in databases().await {
        let answer = |name: &str, total: f64| {
            wrapped(
                &json!({ "evaluation": [{ "departmentId": "id-49", "departmentCode": "H49", "departmentName": name, "totalScore": total }] }),
            )
        };
        let context = Context::of(YEAR);
        bring(&test.db, Endpoint::ServiceResults, &context, &answer("UBND tỉnh Quảng Ninh", 65.65)).await;
        let renamed =
            bring(&test.db, Endpoint::ServiceResults, &context, &answer("UBND thành phố Quảng Ninh", 65.65)).await;
        assert_eq!((renamed.new, renamed.unchanged), (0, 1));
        assert_eq!(renamed.warnings, ["H49: đổi tên từ UBND tỉnh Quảng Ninh thành UBND thành phố Quảng Ninh"]);
        // A row with the code alone is of the same department.
        let coded = wrapped(&json!({ "evaluation": [{ "departmentCode": "H49", "totalScore": "65.65" }] }));
        assert_eq!(bring(&test.db, Endpoint::ServiceResults, &context, &coded).await.unchanged, 1);
        let mut tx = test.db.read().await.unwrap();
        assert_eq!(directory::names(&mut tx, "id-49").await.unwrap().len(), 2);
        assert_eq!(directory::department(&mut tx, "H49").await.unwrap().unwrap().name, "UBND thành phố Quảng Ninh");
        assert_eq!(directory::department(&mut tx, "H99").await.unwrap(), None);
        drop(tx);
        // Of a department whose code is not known, no question about the whole country becomes one about it.
        let uncoded = wrapped(&json!({ "evaluation": [{ "departmentId": "no-code", "totalScore": 1 }] }));
        bring(&test.db, Endpoint::ServiceResults, &context, &uncoded).await;
        let mut tx = test.db.read().await.unwrap();
        assert_eq!(directory::department(&mut tx, "").await.unwrap(), None);
    }
}

#[tokio::test]
async fn provinces_are_tied_to_units_and_unknown_departments_keep_their_own_id() {
    for test in databases().await {
        let provinces =
            json!([{ "Code": "25", "Name": "Phú Thọ", "FullName": "Tỉnh Phú Thọ", "Wards": [] }]).to_string();
        let agencies = json!([{ "AGENCY_NAME": "UBND tỉnh Phú Thọ", "CODE": "H44" }]).to_string();
        units::import(&test.db, &provinces).await.unwrap();
        units::import(&test.db, &agencies).await.unwrap();
        let rows = json!([
            { "departmentId": PHU_THO, "departmentCode": "H44", "departmentName": "UBND tỉnh Phú Thọ", "totalScore": 62.6 },
            { "departmentId": "other", "departmentCode": "Q7", "departmentName": "Đơn vị lạ", "totalScore": 1 },
        ]);
        bring(&test.db, Endpoint::ServiceResults, &Context::of(YEAR), &wrapped(&json!({ "evaluation": rows }))).await;
        let mut tx = test.db.read().await.unwrap();
        let tied = directory::department(&mut tx, "H44").await.unwrap().unwrap();
        assert_eq!((tied.unit_id.as_deref(), tied.unit_name.as_deref()), (Some("province:25"), Some("Tỉnh Phú Thọ")));
        let other = directory::department(&mut tx, "other").await.unwrap().unwrap();
        assert_eq!((other.id.as_str(), other.unit_id), ("other", None));
    }
}

#[tokio::test]
async fn answers_that_are_no_report_are_refused_with_what_they_are() {
    let test = sqlite().await;
    let context = Context::of(YEAR);
    let wrap = |value: Value| value.to_string();
    for (payload, told) in [
        ("<html>Request Rejected</html>".to_owned(), "HTML"),
        ("{\"code\":\"OK\",\"data\":".to_owned(), "no JSON"),
        (wrap(json!({ "code": "FORBIDDEN", "message": "không được", "data": null })), "FORBIDDEN: không được"),
        (wrap(json!({ "code": "OK", "data": "dữ liệu" })), "none of the parts"),
        (wrap(json!({ "code": "OK", "data": {} })), "none of the parts"),
        ("17".to_owned(), "none of the parts"),
    ] {
        let refused = take(&test.db, "test", Endpoint::Transparency, &context, payload.as_bytes(), NOW).await;
        assert!(refused.as_ref().is_err_and(|e| e.to_string().contains(told)), "{payload}: {refused:?}");
    }
    // Wrong types within a report are told, and the rest is read.
    let odd = json!({ "response": { "code": "OK", "data": { "overview": [], "evaluation": [
        7, { "departmentName": "không mã" }, { "departmentId": "X", "totalScore": { "a": 1 }, "metrics": "không" },
    ], "monthlyChart": [{ "month": "13" }] } } });
    let taken = bring(&test.db, Endpoint::Transparency, &context, &odd).await;
    assert_eq!((taken.figures.len(), taken.warnings.len()), (1, 6), "{:?}", taken.warnings);
    assert_eq!(taken.figures[0].state, State::NotDelivered);
}

#[tokio::test]
async fn procedures_of_the_reports_are_kept_with_their_states() {
    for test in databases().await {
        let Some(list) = real("portal/new_reporting_formalities.json") else { return };
        let taken = bring(&test.db, Endpoint::Formalities, &Context::of(YEAR), &list).await;
        assert_eq!((taken.formalities, taken.pages, taken.figures.len()), (2, Some(575), 0));
        let mut tx = test.db.read().await.unwrap();
        let id = directory::formality_id(&mut tx, "1.000026").await.unwrap().unwrap();
        assert_eq!(directory::formality_code(&mut tx, &id).await.unwrap().as_deref(), Some("1.000026"));
    }
}

#[tokio::test]
async fn years_of_the_former_portal_are_never_joined_with_those_of_the_new_one() {
    for test in databases().await {
        for (year, total) in [(2024, 80.1), (2025, 86.3), (2026, 57.4), (2027, 60.0)] {
            let row = json!({ "departmentId": "id-31", "departmentCode": "H31", "departmentName": "UBND tỉnh Hưng Yên", "totalScore": total });
            bring(
                &test.db,
                Endpoint::ServiceResults,
                &Context::of(Period::Year(year)),
                &wrapped(&json!({ "evaluation": [row] })),
            )
            .await;
        }
        let stretches = scores::over_time(&mut test.db.read().await.unwrap(), "H31", "TOTAL", "year").await.unwrap();
        let values: Vec<Vec<_>> =
            stretches.iter().map(|s| s.figures.iter().map(|f| f.published_score.unwrap()).collect()).collect();
        assert_eq!(values, [vec![80.1, 86.3], vec![57.4, 60.0]]);
        assert!(stretches[0].begins.is_none() && stretches[1].begins.as_ref().is_some_and(|b| b.day == "2026-01-01"));
    }
}

#[tokio::test]
async fn rows_of_the_former_portal_are_read_and_belong_to_the_same_departments() {
    for test in databases().await {
        let former = json!([
            { "ID": "421", "TEN_COQUAN": "UBND tỉnh Hưng Yên", "MA_COQUAN": "H31", "TDGQ": "19.05", "MDHL": "17.86",
              "MDSH": "20.79", "TTTT": "10", "CLGQ": "8.36", "CKMB": "15.64", "TONG_SCORE": "91.7", "ROW_STT": "1" },
        ]);
        let before = bring(&test.db, Endpoint::ServiceResults, &Context::of(Period::Year(2025)), &former).await;
        assert_eq!((before.new, before.warnings.as_slice()), (7, [].as_slice()));
        let row = json!({ "departmentId": "id-31", "departmentCode": "H31", "totalScore": 57.41 });
        bring(&test.db, Endpoint::ServiceResults, &Context::of(YEAR), &wrapped(&json!({ "evaluation": [row] }))).await;
        let mut tx = test.db.read().await.unwrap();
        let stretches = scores::over_time(&mut tx, "H31", "TOTAL", "year").await.unwrap();
        let values: Vec<Vec<_>> =
            stretches.iter().map(|s| s.figures.iter().map(|f| f.published_score.unwrap()).collect()).collect();
        assert_eq!(values, [vec![91.7], vec![57.41]]);
        drop(tx);
        let Some(real) = real("metrics/old_portal_766_2025-10.json") else { continue };
        for sheet in ["Điểm năm", "Sở Ban", "Xã Phường"] {
            let taken =
                bring(&test.db, Endpoint::ServiceResults, &Context::of(Period::Year(2025)), &real["sheets"][sheet])
                    .await;
            assert_eq!(taken.departments.len(), real["sheets"][sheet].as_array().unwrap().len(), "{sheet}");
            assert!(taken.warnings.iter().all(|w| w.contains("đổi tên")), "{sheet}: {:?}", taken.warnings);
        }
    }
}

#[tokio::test]
async fn the_formulas_are_rows_whose_points_sum_to_those_of_their_groups() {
    for test in databases().await {
        let rules = rules(&test.db).await;
        for group in &rules.groups {
            let points: Decimal = rules.of_group(&group.code).filter(|f| f.rule != Rule::Declared).map(|f| f.max).sum();
            assert_eq!(points, group.max, "{}", group.code);
        }
        assert_eq!(rules.groups.iter().map(|g| g.max).sum::<Decimal>(), d("100"));
        assert_eq!(
            rules.formulas.iter().filter(|f| f.rule == Rule::Declared).count(),
            6,
            "slots for what is announced"
        );
        let bands: Vec<_> =
            ["90", "89.99", "70", "50", "49.99"].iter().map(|s| rules.band(d(s)).unwrap().code.as_str()).collect();
        assert_eq!(bands, ["excellent", "good", "fair", "average", "weak"]);
        // Before 2026 no formula is known: only what was published is shown.
        let mut tx = test.db.read().await.unwrap();
        let before = rule_store::rules(&mut tx, Period::Year(2025).last()).await.unwrap();
        assert!(before.formulas.is_empty() && before.groups.len() == 6);
        let scored = group("TDGQ", &before, &[], Some(d("19.05")));
        assert_eq!(scored.agreement, Agreement::PublishedOnly);
    }
}

#[tokio::test]
async fn a_formula_that_changes_on_a_day_changes_later_periods_only() {
    let test = sqlite().await;
    let Db::Sqlite { writer, .. } = &test.db else { unreachable!() };
    let change = "INSERT INTO indicator_formulas (code, formula_version, group_code, number, name, rule, numerator, denominator,
                      target_hundredths, max_hundredths, valid_from, source)
                  SELECT code, '766-2027.1', group_code, number, name, rule, numerator, denominator, 9000, max_hundredths, '2027-01-01', 'thử'
                  FROM indicator_formulas WHERE code = 'DOSSIER_ON_TIME'";
    sqlx::query(change).execute(writer).await.unwrap();
    let delivered = Delivered {
        code: "DOSSIER_ON_TIME".to_owned(),
        numerator: Some(d("91")),
        denominator: Some(d("100")),
        published: None,
    };
    for (year, own) in [(2026, "18.2"), (2027, "20")] {
        let day = Period::Year(year).last();
        let rules = rule_store::rules(&mut test.db.read().await.unwrap(), day).await.unwrap();
        let scored = group("TDGQ", &rules, std::slice::from_ref(&delivered), None);
        assert_eq!(scored.own, Points::Number(d(own)), "{year}");
    }
}
