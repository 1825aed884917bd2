//! Claims, procedures and catalogs that the tests of the assessment begin with. All texts are our own.

use jiff::Timestamp;
use serde_json::{Value, json};
use toantrinh::assessment::actions::catch_up;
use toantrinh::assessment::flag::FlagCode;
use toantrinh::assessment::model::{Claim, EvidenceKind, Point, PointValue};
use toantrinh::assessment::parameters::{DAY, Parameters};
use toantrinh::assessment::record::{NewClaim, record_in};
use toantrinh::assessment::verdict::{Circumstances, Coverage, Facts, Use, Verdict, judge};
use toantrinh::catalog::model::{Channel, Level, Paper, Procedure, Step};
use toantrinh::platform::db::Db;

use crate::support::{NOW, import_text, options};

/// The instant of the tests, epoch milliseconds.
pub fn now() -> i64 {
    NOW.as_millisecond()
}

/// The parameters that a new database holds.
pub fn parameters() -> Parameters {
    Parameters {
        valid_days: [180, 365, 90, 180],
        coverage: 0.95,
        high_volume: 0.8,
        hours_per_point: 2.0,
        hours_source: String::new(),
    }
}

/// A claim checked yesterday that holds for a hundred days.
pub fn claim(point: Point, value: PointValue, kind: EvidenceKind) -> Claim {
    Claim {
        point,
        value,
        kind,
        source: "test".to_owned(),
        rule: None,
        span: None,
        link: None,
        sha256: None,
        assessor: None,
        reason: None,
        legal_basis: None,
        note: None,
        checked_at: now() - DAY,
        valid_until: now() + 100 * DAY,
    }
}

/// The deciding points but some, all yes by test journeys.
pub fn yes_but(others: &[Point]) -> Vec<Claim> {
    let deciding = Point::ALL[..Point::DECIDING].iter().filter(|p| !others.contains(p));
    deciding.map(|p| claim(*p, PointValue::Yes, EvidenceKind::Run)).collect()
}

/// The deciding points, all yes by test journeys, but one, of which a document says something else.
pub fn yes_and(point: Point, value: PointValue) -> Vec<Claim> {
    let mut all = yes_but(&[point]);
    all.push(claim(point, value, EvidenceKind::Document));
    all
}

/// An online service that is used everywhere, and of which nothing is declared.
pub fn used_everywhere() -> Circumstances {
    Circumstances {
        facts: Facts { informs: true, channels_known: true, offers_online: true, ..Facts::default() },
        coverage: Coverage { units: Some(100), covered: 100 },
        coverage_needed: 0.95,
        dossiers: Use { online_90: Some(5), all_90: Some(9), online_365: Some(40) },
        ..Circumstances::default()
    }
}

/// The verdict now.
pub fn judged(claims: &[Claim], circumstances: &Circumstances) -> Verdict {
    judge(claims, circumstances, now())
}

/// The raised flags.
pub fn raised(verdict: &Verdict) -> Vec<FlagCode> {
    verdict.flags.iter().collect()
}

/// A procedure whose name says that it is online end to end, and whose first step asks for a rubbing sent by post.
pub fn rubbing_by_post() -> Procedure {
    Procedure {
        name: "Cấp lại giấy của xe thử bằng dịch vụ công trực tuyến toàn trình".to_owned(),
        channels: vec![Channel::Online],
        levels: vec![Level::Province],
        steps: vec![Step {
            order: 1,
            title: None,
            text: "Người có xe khai trên cổng. Gửi bản chà số khung của xe qua bưu điện đến nơi cấp.".to_owned(),
        }],
        papers: vec![Paper {
            group: None,
            name: "Giấy khai của người có xe".to_owned(),
            originals: Some(1),
            copies: None,
            note: false,
            form: false,
        }],
        ..Procedure::default()
    }
}

/// A line of the catalog: an online procedure of one ministry, whole, with nothing on paper.
pub fn line(code: &str, name: &str) -> Value {
    json!({
        "starter": 1, "code": code, "name": name, "type": "STANDARD", "fields": ["Thử nghiệm"],
        "issuer": "Bộ Thử", "agencies": ["Cục Thử"], "levels": ["ministry"], "audiences": ["Công dân Việt Nam"],
        "channels": ["online"], "time_limits": [{"channel": "online", "raw": "2 ngày", "amount": 2, "unit": "day"}],
        "papers": [{"name": "Tờ khai điện tử"}], "steps": ["Điền tờ khai trên mạng."], "results": ["Thông báo điện tử"],
    })
}

/// A line with some members set.
pub fn line_with(code: &str, name: &str, members: &Value) -> Value {
    let mut line = line(code, name);
    for (key, value) in members.as_object().unwrap() {
        line[key] = value.clone();
    }
    line
}

/// Imports lines.
pub async fn put(db: &Db, lines: &[Value]) {
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    let report = import_text(db, text.join("\n").as_bytes(), &options()).await;
    assert!(report.is_clean(), "{report}");
}

/// Imports lines and assesses them.
pub async fn assessed(db: &Db, lines: &[Value]) {
    put(db, lines).await;
    catch_up(db, NOW).await.unwrap();
}

/// What somebody sends about a point, with a link as evidence.
pub fn said(point: &str, value: &str, kind: &str) -> NewClaim {
    NewClaim {
        point: point.to_owned(),
        value: value.to_owned(),
        kind: kind.to_owned(),
        link: "https://bang-chung.example/1".to_owned(),
        ..NewClaim::default()
    }
}

/// Records claims of one person at one instant.
pub async fn record_all(db: &Db, code: &str, claims: &[NewClaim], at: Timestamp) {
    let mut tx = db.write().await.unwrap();
    for new in claims {
        record_in(&mut tx, code, new, "an", at).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// Test journeys that found all eleven points in order.
pub fn eleven_runs() -> Vec<NewClaim> {
    Point::ALL[..Point::DECIDING].iter().map(|p| said(p.code(), "yes", "run")).collect()
}
