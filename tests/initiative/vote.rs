//! Votes on innovation proposals (NĐ 73/2023 Đ8.1): recusal, tie, override.

use toantrinh::account::model::Role;
use toantrinh::initiative::actions::begin;
use toantrinh::initiative::actions::error::InitiativeError;
use toantrinh::initiative::actions::step::{Request, take};
use toantrinh::initiative::actions::vote::cast;
use toantrinh::initiative::actions::write;
use toantrinh::initiative::given::{Completion, Given, Liability};
use toantrinh::initiative::model::Track;
use toantrinh::initiative::record::{Innovation, Record};
use toantrinh::initiative::store::initiative::Initiative;
use toantrinh::initiative::vote::Ballot;
use toantrinh::platform::db::Db;

use super::given::{actor, given, go, office, person, record};
use crate::support::{NOW, databases, sqlite};

/// A deputy's proposal that the party committee was consulted on, and a leadership of three.
async fn proposal(db: &Db) -> Initiative {
    office(db).await;
    for login in ["pho", "pho2"] {
        person(db, login, &[Role::Officer], Some("syt")).await;
    }
    let lan = actor(db, "lan").await;
    let new = begin::New {
        track: Some(Track::InnovationProposal),
        title: "Thí điểm nhận hồ sơ tại trạm y tế".to_owned(),
        ..begin::New::default()
    };
    let begun = begin::begin(db, &lan, &new, NOW).await.unwrap();
    let text = || "Nội dung của đề xuất.".to_owned();
    let innovation = Innovation {
        position: "Phó Giám đốc".to_owned(),
        is_head: false,
        bottleneck: text(),
        legal_gap: text(),
        content: text(),
        resources: text(),
        effects: text(),
    };
    let record = Record { innovation, ..record() };
    write::record(db, &lan, &begun.id, None, (&begun.title, record), NOW).await.unwrap();
    go(db, "lan", &begun.id, "submit", None, NOW).await.unwrap();
    go(db, "hoa", &begun.id, "consult_party", None, NOW).await.unwrap()
}

async fn with(db: &Db, login: &str, id: &str, step: &str, given: Given) -> Result<Initiative, InitiativeError> {
    let key = uuid::Uuid::now_v7().to_string();
    let request = Request { step: step.to_owned(), key, given, ..Request::default() };
    take(db, &actor(db, login).await, id, &request, NOW).await
}

fn members(logins: &[&str]) -> Given {
    Given { members: logins.iter().map(|login| (*login).to_owned()).collect(), ..given() }
}

async fn votes(db: &Db, id: &str, ballots: &[(&str, Ballot)]) {
    for (login, ballot) in ballots {
        cast(db, &actor(db, login).await, id, *ballot, "Có liên quan đến lợi ích.", NOW).await.unwrap();
    }
}

#[tokio::test]
async fn a_tie_falls_to_the_side_of_the_head_who_may_still_decide_otherwise_in_writing() {
    for test in databases().await {
        let db = &test.db;
        let item = proposal(db).await;
        let id = item.id.as_str();
        let error = with(db, "hoa", id, "open_vote", members(&["lan"])).await.unwrap_err();
        assert!(matches!(error, InitiativeError::Invalid(_)), "the proposer does not vote");
        with(db, "hoa", id, "open_vote", members(&["pho", "pho2"])).await.unwrap();
        assert!(go(db, "hoa", id, "approve", None, NOW).await.is_err(), "votes are missing");
        votes(db, id, &[("hoa", Ballot::Against), ("pho", Ballot::For), ("pho2", Ballot::Recused)]).await;
        let again = cast(db, &actor(db, "pho").await, id, Ballot::Against, "", NOW).await.unwrap_err();
        assert!(matches!(again, InitiativeError::Conflict), "a vote is cast once");
        assert!(go(db, "hoa", id, "approve", None, NOW).await.is_err(), "the vote did not carry it");
        let done = go(db, "hoa", id, "override", None, NOW).await.unwrap();
        assert_eq!(done.state, "approved_by_head_override");
        // Reporting is due five working days after completion, assessing seven after the report.
        go(db, "lan", id, "begin", None, NOW).await.unwrap();
        let completed = Given { completed_on: "2026-11-20".to_owned(), ..given() };
        with(db, "lan", id, "complete", completed).await.unwrap();
        go(db, "lan", id, "report", None, NOW).await.unwrap();
        assert!(go(db, "lan", id, "assess", None, NOW).await.is_err());
        let assessed = Given { result: Some(Completion::Partial), ..given() };
        with(db, "hoa", id, "assess", assessed).await.unwrap();
        let concluded = Given { liability: Some(Liability::Excluded), ..given() };
        assert_eq!(with(db, "hoa", id, "conclude", concluded).await.unwrap().state, "concluded");
    }
}

#[tokio::test]
async fn a_vote_that_carries_it_is_not_overridden_and_strangers_do_not_vote() {
    let test = sqlite().await;
    let db = &test.db;
    let item = proposal(db).await;
    let id = item.id.as_str();
    with(db, "hoa", id, "open_vote", members(&["pho", "pho2"])).await.unwrap();
    for login in ["nam", "lan"] {
        let error = cast(db, &actor(db, login).await, id, Ballot::For, "", NOW).await.unwrap_err();
        assert!(matches!(error, InitiativeError::NotTheirs(_)), "{login}: {error}");
    }
    let silent = cast(db, &actor(db, "pho").await, id, Ballot::Recused, "", NOW).await.unwrap_err();
    assert!(matches!(silent, InitiativeError::Invalid(_)), "who takes no part says why");
    votes(db, id, &[("hoa", Ballot::Against), ("pho", Ballot::For), ("pho2", Ballot::For)]).await;
    for step in ["decline", "override"] {
        assert!(go(db, "hoa", id, step, None, NOW).await.is_err(), "{step}");
    }
    assert_eq!(go(db, "hoa", id, "approve", None, NOW).await.unwrap().state, "approved");
}
