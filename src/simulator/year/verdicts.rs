//! How the procedures came to be judged as they are: the catalog read again, claims of assessors, decisions about flags.

use jiff::{Timestamp, ToSpan};
use serde::Deserialize;

use super::YearError;
use super::dossiers_story::{Filed, filed};
use super::people::People;
use super::plan::{Month, Plan};
use super::units::rows;
use crate::assessment::actions::{catch_up, evaluate_all};
use crate::assessment::decide::{self, Decision};
use crate::assessment::flag::FlagCode;
use crate::assessment::flag_store;
use crate::assessment::model::Point;
use crate::assessment::record::NewClaim;
use crate::catalog::import::actions::{Options, import};
use crate::catalog::import::lines::Lines;
use crate::catalog::starter;
use crate::platform::clock::VIETNAM;
use crate::platform::db::Db;

/// What assessors find from which month on: `verified` end to end, `lapsing` so until nobody tried again, `declared`
/// only, a point that fails, or `presence` that the law asks for.
const CLAIMS: &str = include_str!("claims.csv");
/// Months after which evidence is gathered again: journeys and declarations hold for 180 days, dossiers for 90.
const AGAIN: (usize, usize) = (5, 2);
/// The day of the last full month on which the lapsing evidence runs out.
const LAPSES_ON: i64 = 12;
/// How many of the open flags that nobody answers for are given to somebody each month: those that claims raised, and
/// those that the catalog's own texts and times raise all year.
const TAKEN_UP: (f64, f64) = (0.25, 0.02);

#[derive(Debug, Clone, Deserialize)]
struct Finding {
    code: String,
    from: usize,
    what: String,
}

/// Makes the hifound of verdicts.
///
/// # Errors
/// [`YearError`]
pub async fn build(db: &Db, plan: &Plan, people: &People) -> Result<(), YearError> {
    let findings: Vec<Finding> = rows("claims.csv", CLAIMS)?;
    let filed = filed()?;
    catch_up(db, plan.begin()).await?;
    for month in plan.months() {
        read_catalog(db, plan.at(month.first, 7)).await?;
        if month.first == plan.last_full_month() {
            catch_up(db, plan.at(lapses_on(plan).saturating_add(1.days()), 8)).await?;
        }
        for found in findings.iter().filter(|found| month.is_full && found.from <= month.number) {
            for claim in claims(plan, &month, found, &filed) {
                decide::claim(db, &people.assessor, &found.code, &claim, month.closes).await?;
            }
        }
        catch_up(db, month.closes).await?;
        // A month of dossiers has come to its end, which no entry of the change log says.
        evaluate_all(db, month.closes).await?;
        // The evaluation itself left entries that only search has to read.
        catch_up(db, month.closes).await?;
        if month.is_full {
            take_up(db, plan, people, &month).await?;
        }
    }
    Ok(())
}

/// The catalog is seen again as it stands, as a visit to the portal does.
///
/// # Errors
/// [`YearError`]
pub async fn read_catalog(db: &Db, at: Timestamp) -> Result<(), YearError> {
    let options = Options { source: starter::SOURCE.to_owned(), dry_run: false, complete: false, as_of: at };
    import(db, Lines::of_text(starter::PROCEDURES.as_bytes()), &options, at, &mut |_, _| {}).await?;
    Ok(())
}

fn lapses_on(plan: &Plan) -> jiff::civil::Date {
    plan.last_full_month().saturating_add((LAPSES_ON - 1).days())
}

/// What is recorded of a procedure at the end of a month.
fn claims(plan: &Plan, month: &Month, found: &Finding, filed: &[Filed]) -> Vec<NewClaim> {
    let age = month.number - found.from;
    let (tried, counted) = (age.is_multiple_of(AGAIN.0), age.is_multiple_of(AGAIN.1));
    let free = filed.iter().any(|one| one.code == found.code && one.fee == 0);
    let deciding = &Point::ALL[..Point::DECIDING];
    match found.what.as_str() {
        "verified" => deciding.iter().filter_map(|point| shown(found, *point, free, tried, counted)).collect(),
        "lapsing" if month.first < plan.last_full_month() => {
            let last = lapses_on(plan).to_string();
            let all = deciding.iter().filter_map(|point| shown(found, *point, free, tried, counted));
            let until = |claim: NewClaim| {
                let lapses = claim.kind == "run" && month.first.saturating_add(6.months()) > plan.last_full_month();
                NewClaim { valid_until: if lapses { last.clone() } else { String::new() }, ..claim }
            };
            all.map(until).collect()
        }
        "declared" if tried => deciding.iter().map(|point| declared(*point, free)).collect(),
        "presence" if tried => vec![NewClaim {
            reason: "presence_required".to_owned(),
            legal_basis: "Luật Căn cước số 26/2023/QH15".to_owned(),
            ..claim(found, Point::P4, "no", "document")
        }],
        failing if tried => Point::parse(failing).map(|point| claim(found, point, "no", "run")).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// A point that was tried, or that dossiers show, when it is time for it.
fn shown(found: &Finding, point: Point, free: bool, tried: bool, counted: bool) -> Option<NewClaim> {
    match point {
        Point::P6 if free => tried.then(|| without_fee("run", link(found, point))),
        Point::P9 | Point::P10 => counted.then(|| claim(found, point, "yes", "data")),
        _ => tried.then(|| claim(found, point, "yes", "run")),
    }
}

fn declared(point: Point, free: bool) -> NewClaim {
    if point == Point::P6 && free {
        return without_fee("declaration", String::new());
    }
    NewClaim {
        point: point.code().to_owned(),
        value: "yes".to_owned(),
        kind: "declaration".to_owned(),
        note: "số liệu minh họa".to_owned(),
        ..NewClaim::default()
    }
}

fn without_fee(kind: &str, link: String) -> NewClaim {
    NewClaim {
        point: Point::P6.code().to_owned(),
        value: "not_applicable".to_owned(),
        kind: kind.to_owned(),
        reason: "no_fee".to_owned(),
        link,
        ..NewClaim::default()
    }
}

fn claim(found: &Finding, point: Point, value: &str, kind: &str) -> NewClaim {
    NewClaim {
        point: point.code().to_owned(),
        value: value.to_owned(),
        kind: kind.to_owned(),
        link: link(found, point),
        note: "số liệu minh họa".to_owned(),
        ..NewClaim::default()
    }
}

/// Evidence of a made-up year lies nowhere: the address is one that cannot exist.
fn link(found: &Finding, point: Point) -> String {
    format!("https://minh-hoa.example/bang-chung/{}/{}", found.code, point.code())
}

/// Somebody is made to answer for some of the flags that nobody answers for.
async fn take_up(db: &Db, plan: &Plan, people: &People, month: &Month) -> Result<(), YearError> {
    let mut tx = db.read().await?;
    let open = flag_store::open(&mut tx).await?;
    drop(tx);
    let owners = [&people.officer, &people.agency_head, &people.catalog_editor, &people.metric_owner];
    for flag in open.into_iter().filter(|flag| flag.owner.is_none()) {
        let mut chance = plan.chance(&format!("flag/{}/{}/{}", flag.code, flag.flag, month.number));
        let of_catalog = matches!(flag.flag(), Some(FlagCode::F4 | FlagCode::F8));
        if !chance.holds(if of_catalog { TAKEN_UP.1 } else { TAKEN_UP.0 }) {
            continue;
        }
        let owner = owners[chance.below(4) as usize];
        let day = month.closes.to_zoned_datetime(VIETNAM).date();
        let due = day.saturating_add(i64::from(30 + 15 * chance.below(9)).days());
        let decision = Decision {
            version: Some(flag.version),
            owner: Some(owner.login.clone()),
            cause: flag.flag().map(|flag| cause(flag).to_owned()),
            due_date: Some(due.to_string()),
            acknowledge: true,
        };
        decide::decide(db, &people.assessor, &flag.id, &decision, month.closes).await?;
    }
    Ok(())
}

/// Why a flag stands, as its owner would say.
fn cause(flag: FlagCode) -> &'static str {
    match flag {
        FlagCode::F4 => "law",
        FlagCode::F2 | FlagCode::F3 => "data",
        FlagCode::F8 | FlagCode::F9 => "software",
        FlagCode::F10 => "equipment",
        _ => "organisation",
    }
}
