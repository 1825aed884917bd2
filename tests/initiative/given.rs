//! An office with people, and the steps they take.

use jiff::Timestamp;
use serde_json::{Value, json};
use toantrinh::account::actions::{NewUser, add_organisation, add_user};
use toantrinh::account::audit::Author;
use toantrinh::account::model::{Actor, Login, Role};
use toantrinh::account::store as account_store;
use toantrinh::catalog::amend::model::{Amendment, Part};
use toantrinh::initiative::actions::begin;
use toantrinh::initiative::actions::error::InitiativeError;
use toantrinh::initiative::actions::step::{Request, take};
use toantrinh::initiative::actions::write;
use toantrinh::initiative::cost::{Table, Task};
use toantrinh::initiative::given::{Appraisal, Criterion, Given};
use toantrinh::initiative::model::{MeasureType, Objective};
use toantrinh::initiative::record::{Change, CostCase, Measure, Record};
use toantrinh::initiative::store::initiative::Initiative;
use toantrinh::initiative::workflow;
use toantrinh::platform::db::Db;

use crate::assessment::given::{line_with, put};
use crate::support::{NOW, PASSWORD};

/// The procedure that is simplified.
pub const CODE: &str = "1.900001";

/// Organisations, people and a procedure.
pub async fn office(db: &Db) {
    workflow::store::seed(db).await.unwrap();
    for (id, name, parent) in
        [("tinh", "UBND tỉnh", None), ("syt", "Sở Y tế", Some("tinh")), ("vp", "Văn phòng", Some("tinh"))]
    {
        add_organisation(db, Author::COMMAND_LINE, id, name, parent, NOW).await.unwrap();
    }
    for (login, role, organisation) in [
        ("lan", Role::Officer, "syt"),
        ("nam", Role::Officer, "syt"),
        ("hoa", Role::AgencyHead, "syt"),
        ("minh", Role::Appraiser, "vp"),
        ("thu", Role::Approver, "tinh"),
        ("kien", Role::Auditor, "vp"),
        ("bien", Role::CatalogEditor, "tinh"),
    ] {
        person(db, login, &[role], Some(organisation)).await;
    }
    put(db, &[the_line("10 ngày làm việc")]).await;
}

/// The procedure as a source shows it.
pub fn the_line(limit: &str) -> Value {
    let amount: u32 = limit.split(' ').next().unwrap().parse().unwrap();
    line_with(
        CODE,
        "Cấp giấy phép thử",
        &json!({ "time_limits": [{"channel": "online", "raw": limit,
        "amount": amount, "unit": "working_day"}] }),
    )
}

pub async fn person(db: &Db, login: &str, roles: &[Role], organisation: Option<&str>) {
    let new = NewUser { login, name: login, password: PASSWORD, roles, organisation_id: organisation };
    add_user(db, Author::COMMAND_LINE, new, NOW).await.unwrap();
}

pub async fn actor(db: &Db, login: &str) -> Actor {
    let mut tx = db.read().await.unwrap();
    let known = account_store::credentials(&mut tx, &Login::read(login).unwrap()).await.unwrap().unwrap();
    account_store::actor(&mut tx, &known.id).await.unwrap().unwrap()
}

pub fn criterion() -> Criterion {
    Criterion { met: Some(true), reason: "Đúng quy định hiện hành.".to_owned() }
}

/// Everything that some step asks for.
pub fn given() -> Given {
    Given {
        reason: "Có căn cứ và cần thiết cho người dân.".to_owned(),
        number: "12/QĐ-UBND".to_owned(),
        date: "2026-11-24".to_owned(),
        appraisal: Some(Appraisal {
            necessity: criterion(),
            reasonableness: criterion(),
            legality: criterion(),
            cost: criterion(),
        }),
        ..Given::default()
    }
}

/// A step of somebody.
pub async fn go(
    db: &Db,
    login: &str,
    id: &str,
    step: &str,
    measure: Option<i64>,
    now: Timestamp,
) -> Result<Initiative, InitiativeError> {
    let key = uuid::Uuid::now_v7().to_string();
    let request = Request { step: step.to_owned(), measure, version: None, key, given: given() };
    take(db, &actor(db, login).await, id, &request, now).await
}

pub fn record() -> Record {
    Record {
        summary: "Rút ngắn thời gian và bỏ giấy tờ.".to_owned(),
        reasons: "Dữ liệu đã có trong cơ sở dữ liệu quốc gia.".to_owned(),
        objectives: vec![Objective::EndToEnd],
        ..Record::default()
    }
}

/// A measure that cuts a time and says what it saves.
pub fn measure(before: &str, after: &str) -> Measure {
    let table = |hours: i64| Table {
        tasks: vec![Task { hours: hours * 100, wage_per_hour: 40_000, ..Task::default() }],
        times_per_year: 1,
        subjects: 10,
    };
    let amendment = Amendment { part: Part::TimeLimit, before: Some(before.to_owned()), after: Some(after.to_owned()) };
    Measure {
        title: "Cắt thời hạn".to_owned(),
        kind: MeasureType::CutTime,
        changes: vec![Change { code: CODE.to_owned(), amendment }],
        cost: Some(CostCase { before: table(80), after: table(40), ..CostCase::default() }),
        ..Measure::default()
    }
}

/// A draft of lan's that may be submitted.
pub async fn draft(db: &Db) -> Initiative {
    let lan = actor(db, "lan").await;
    let new = begin::New { title: "Cắt thời hạn cấp giấy phép".to_owned(), ..begin::New::default() };
    let begun = begin::begin(db, &lan, &new, NOW).await.unwrap();
    let written = write::record(db, &lan, &begun.id, Some(1), (&begun.title, record()), NOW).await.unwrap();
    let (before, after) = (limit(db).await, "5 ngày làm việc".to_owned());
    write::measure(db, &lan, &begun.id, Some(written.version), (Some(1), measure(&before, &after)), NOW).await.unwrap()
}

/// A draft of lan's that was approved.
pub async fn approved(db: &Db) -> Initiative {
    let item = draft(db).await;
    for (login, step) in [("lan", "submit"), ("minh", "receive"), ("minh", "appraise")] {
        go(db, login, &item.id, step, None, NOW).await.unwrap();
    }
    go(db, "thu", &item.id, "approve", None, NOW).await.unwrap()
}

/// A draft of lan's that was applied.
pub async fn applied(db: &Db) -> Initiative {
    let item = approved(db).await;
    for (login, step) in [("nam", "implement_locally"), ("bien", "publish")] {
        go(db, login, &item.id, step, Some(1), NOW).await.unwrap();
    }
    go(db, "nam", &item.id, "implement", Some(1), NOW).await.unwrap()
}

/// The time limit of the procedure as it reads now.
pub async fn limit(db: &Db) -> String {
    let stored = toantrinh::catalog::store::find(&mut db.read().await.unwrap(), CODE).await.unwrap().unwrap();
    stored.procedure.time_limits[0].raw.clone()
}

/// The fields that an error names.
pub fn fields(error: InitiativeError) -> Vec<String> {
    match error {
        InitiativeError::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
        other => panic!("{other}"),
    }
}
