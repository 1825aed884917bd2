//! Reports with a parent and children: progress, online services, online payment.

use serde_json::{Value, json};

use super::places::Place;
use super::points::{Rule, part, percent};
use super::request::Period;
use crate::simulator::captures::made_up::two_decimals;
use crate::simulator::captures::model::Reporting;

/// A report of one department, period and perhaps procedure.
pub struct Asked<'a> {
    /// The department.
    pub place: &'a Place,
    /// The period.
    pub period: Period,
    /// The procedure that narrows it.
    pub procedure: Option<&'a str>,
    /// The seed of what is constructed.
    pub seed: u64,
}

impl Asked<'_> {
    fn below(&self) -> Vec<Place> {
        if self.period.has_data() { self.place.below() } else { Vec::new() }
    }

    fn received(&self, place: &Place) -> u64 {
        place.received(self.seed, self.period, self.procedure)
    }
}

fn head(place: &Place, level: bool) -> Value {
    let d = &place.department;
    let mut head = json!({ "departmentId": d.id, "departmentName": d.name, "departmentCode": d.code });
    if level {
        head["level"] = json!(place.level);
        head["scoreDelta"] = Value::Null;
    }
    head
}

fn joined(mut head: Value, fields: Value) -> Value {
    if let (Some(head), Value::Object(fields)) = (head.as_object_mut(), fields) {
        head.extend(fields);
    }
    head
}

/// Children that were captured below this department stand in place of made-up ones.
fn children(place: &Place, captured: &[Value], made_up: impl FnOnce() -> Vec<Value>) -> Vec<Value> {
    let prefix = format!("{}.", place.department.code);
    let below = |child: &&Value| child["departmentCode"].as_str().is_some_and(|code| code.starts_with(&prefix));
    let own: Vec<Value> = captured.iter().filter(below).cloned().collect();
    if own.is_empty() { made_up() } else { own }
}

/// `dvc-progress-tree`.
#[must_use]
pub fn progress(asked: &Asked<'_>, captured: &Reporting) -> Value {
    let counts = |place: &Place| {
        let received = asked.received(place);
        let on_time = Rule::whole(20.0).numerator(received, place.department.share("TDGQ"));
        let days = two_decimals(0.5 + 4.0 * place.chance(asked.seed, asked.period, None).share());
        progress_fields(received, on_time, days)
    };
    let parent = match sample(captured, asked.place, "TDGQ") {
        Some(sample) if asked.procedure.is_none() && asked.period.has_data() => sample.clone(),
        _ => counts(asked.place),
    };
    let made_up = || asked.below().iter().map(|p| joined(head(p, true), counts(p))).collect();
    let children = children(asked.place, &captured.progress_children, made_up);
    json!({ "parent": joined(head(asked.place, false), parent), "children": children, "monthlyChart": [] })
}

fn progress_fields(received: u64, on_time: u64, days: f64) -> Value {
    json!({
        "totalReceived": received, "totalOnTime": on_time, "totalOverdue": received - on_time,
        "totalCompleted": received, "avgProcessingDays": if received > 0 { days } else { 0.0 },
        // Here the portal writes 0 where nothing was received, not null.
        "ratio": percent(on_time, received).unwrap_or(0.0),
        "score": Rule::whole(20.0).points(on_time, received).unwrap_or(0.0), "maxScore": 20,
    })
}

/// The captured components of one group, where they are this department's.
fn sample<'a>(captured: &'a Reporting, place: &Place, group: &str) -> Option<&'a Value> {
    let components = captured.components.as_ref()?;
    (components["departmentCode"] == place.department.code.as_str()).then(|| &components[group])
}

/// `formality-online-payment-tree`.
#[must_use]
pub fn payment(asked: &Asked<'_>, captured: &Reporting) -> Value {
    let counts = |place: &Place| {
        let obliged = part(asked.received(place), 0.6);
        let kinds = u64::from(obliged > 0) * if asked.procedure.is_some() { 1 } else { 330 };
        payment_fields(obliged, kinds, place.department.share("TTTT"))
    };
    let parent = match sample(captured, asked.place, "TTTT") {
        Some(sample) if asked.procedure.is_none() && asked.period.has_data() => {
            let points = sample["score"].as_f64().unwrap_or(0.0);
            let mut fields = sample.clone();
            if let Some(fields) = fields.as_object_mut() {
                fields.remove("score");
                fields.remove("maxScore");
            }
            joined(fields, json!({ "totalScore": points, "totalMaxScore": 10, "ratio": two_decimals(points * 10.0) }))
        }
        _ => counts(asked.place),
    };
    let made_up = || asked.below().iter().map(|p| joined(head(p, true), counts(p))).collect();
    let children = children(asked.place, &captured.payment_children, made_up);
    json!({ "parent": joined(head(asked.place, false), parent), "children": children })
}

fn payment_fields(obliged: u64, kinds: u64, share: f64) -> Value {
    let (dossiers, services) = (Rule::whole(6.0), Rule { most: 2.0, target: 0.8 });
    let paid = dossiers.numerator(obliged, share);
    let with_dossiers = services.numerator(kinds, share);
    let paid_online = services.numerator(kinds, share);
    let parts =
        [dossiers.points(paid, obliged), services.points(with_dossiers, kinds), services.points(paid_online, kinds)];
    let points = two_decimals(parts.into_iter().flatten().sum());
    json!({
        "totalMaxScore": 10, "ratio": two_decimals(points * 10.0), "totalScore": points,
        "totalDossierOnlinePaymentSuccess": paid, "totalDossierFinancialObligation": obliged,
        "totalDossierOnlineFormalityPaymentSuccess": paid_online, "totalFeeDossierFormalityDistinct": kinds,
        "totalFeeDossierFormality": with_dossiers, "totalFeeFormality": kinds,
    })
}

/// `provide-online-tree`.
#[must_use]
pub fn provide_online(asked: &Asked<'_>) -> Value {
    let share = |place: &Place| place.department.share("CLGQ");
    let counts = if is_documented(asked) {
        // The real vector of DOMAIN.md 2.3, whose sum the portal showed as 8.56.
        Online { authority: 89, partial: 31, full: 21, used: 518, services: 1_881, filed: 591_643, all: 600_057 }
    } else {
        let received = asked.received(asked.place);
        Online::of(received, share(asked.place), asked.procedure.is_some())
    };
    let child = |place: &Place| {
        let points = Online::of(asked.received(place), share(place), asked.procedure.is_some()).points();
        let fields = json!({ "totalScore": points, "totalMaxScore": 12, "ratio": two_decimals(points / 0.12) });
        joined(head(place, true), fields)
    };
    let children: Vec<Value> = asked.below().iter().map(child).collect();
    let chart: Vec<Value> =
        (1..=12).map(|m| json!({ "label": format!("{m:02}"), "onlineDossierPct": asked.online_percent(m) })).collect();
    let parent = joined(head(asked.place, false), counts.fields());
    json!({ "parent": parent, "children": children, "monthlyChart": chart })
}

/// A province's whole year without a procedure, for which documentation gives real counts.
fn is_documented(asked: &Asked<'_>) -> bool {
    asked.procedure.is_none()
        && !is_month(asked.period)
        && asked.period.has_data()
        && asked.place.department.code == "H44"
}

const fn is_month(period: Period) -> bool {
    period.first == period.last
}

impl Asked<'_> {
    /// Here the portal writes 0 for months without dossiers.
    fn online_percent(&self, month: u8) -> f64 {
        let month = Period { first: month, last: month, ..self.period };
        let share = self.place.share_in("CLGQ", month);
        if month.has_data() {
            two_decimals(50.0 * share + 40.0 * self.place.chance(self.seed, month, None).share())
        } else {
            0.0
        }
    }
}

struct Online {
    authority: u64,
    partial: u64,
    full: u64,
    used: u64,
    services: u64,
    filed: u64,
    all: u64,
}

impl Online {
    const PROVIDED: Rule = Rule { most: 2.0, target: 0.8 };
    const USED: Rule = Rule::whole(4.0);
    const FILED: Rule = Rule { most: 6.0, target: 0.5 };

    fn of(received: u64, share: f64, one_procedure: bool) -> Self {
        let some = u64::from(received > 0);
        let (authority, services) = if one_procedure { (some, some) } else { (90 * some, 1_800 * some) };
        let provided = Self::PROVIDED.numerator(authority, share);
        Self {
            authority,
            partial: provided - provided / 3,
            full: provided / 3,
            used: Self::USED.numerator(services, share),
            services,
            filed: Self::FILED.numerator(received, share),
            all: received,
        }
    }

    fn points(&self) -> f64 {
        let parts = [
            Self::PROVIDED.points(self.partial + self.full, self.authority),
            Self::USED.points(self.used, self.services),
            Self::FILED.points(self.filed, self.all),
        ];
        two_decimals(parts.into_iter().flatten().sum())
    }

    fn fields(&self) -> Value {
        let points = self.points();
        let elsewhere = self.all - self.filed;
        let late = part(self.filed, 0.03);
        json!({
            "totalScore": points, "totalMaxScore": 12, "ratio": two_decimals(points / 0.12),
            "authorityCount": self.authority, "partialCount": self.partial, "fullCount": self.full,
            "onlineDossierCount": self.used, "onlineServiceTotal": self.services,
            "channelOnlineSum": self.filed, "channelDirectSum": elsewhere - elsewhere / 20,
            "channelPostalSum": elsewhere / 20, "channelTotalSum": self.all,
            "onlineOnTimeSum": self.filed - late, "onlineOverdueSum": late,
        })
    }
}
