//! What the page of an initiative shows, ready to be shown.

use std::sync::Arc;

use jiff::Timestamp;

use crate::initiative::given::{Appraisal, Given, Liability};
use crate::initiative::measured::Measurement;
use crate::initiative::record::CostCase;
use crate::initiative::store::history::Taken;
use crate::initiative::store::initiative::Stored;
use crate::initiative::store::part::MeasurementRow;
use crate::initiative::workflow::model::{Need, Step, Workflow};
use crate::web::api::initiative_views::Sight;
use crate::web::format::{date_vi, decimal_vi, moment_vi, money_vi};

use super::Sent;
use super::plan::PlanSection;
use crate::assessment::usage::day as day_before;

/// A step that was taken.
#[derive(Debug)]
pub struct StepLine {
    /// Its name.
    pub name: String,
    /// The state it led to.
    pub to: String,
    /// When, who, whether late.
    pub facts: String,
    /// What was given with it, by name.
    pub given: Vec<(String, String)>,
}

/// A step that may be taken, with what it asks for.
#[derive(Debug)]
pub struct StepForm {
    /// Its word.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The measure that moves; 0 when all do.
    pub measure: i64,
    /// Names the request.
    pub key: String,
    /// It was sent and refused: it stands open with what was typed.
    pub open: bool,
    /// The legal criteria by field and name, where an appraisal is asked for.
    pub criteria: Vec<(&'static str, &'static str)>,
    needs: Vec<Need>,
    sent: Arc<Sent>,
}

impl StepForm {
    /// Whether it asks for something.
    #[must_use]
    pub fn asks(&self, need: &str) -> bool {
        self.needs.iter().any(|asked| crate::platform::word::of(asked) == need)
    }

    /// Whether it asks for number and day of a document or decision.
    #[must_use]
    pub fn document(&self) -> bool {
        self.needs.contains(&Need::Document) || self.needs.contains(&Need::Decision)
    }

    /// What was typed.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        if self.open { super::value(&self.sent, name) } else { "" }
    }
}

fn criteria() -> Vec<(&'static str, &'static str)> {
    Appraisal::default().criteria().iter().map(|(field, name, _)| (*field, *name)).collect()
}

/// A measure.
#[derive(Debug)]
pub struct MeasureCard {
    /// From 1.
    pub position: i64,
    /// One line.
    pub title: String,
    /// What it does, and who can put it into force.
    pub facts: Vec<&'static str>,
    /// Name of its state.
    pub state: String,
    /// By when the state is to be left.
    pub due: String,
    /// The time is over.
    pub late: bool,
    /// What is simplified and why.
    pub content: String,
    /// The articles that have to change.
    pub recommendation: String,
    /// Procedure, part, before, after.
    pub changes: Vec<[String; 4]>,
    /// Procedures it is about.
    pub codes: Vec<String>,
    /// What it saves: name and figure.
    pub saving: Vec<(&'static str, String)>,
    /// Legal acts: id, version, text, how it was signed (empty until then).
    pub acts: Vec<(String, i64, String, String)>,
    /// How it is put into force.
    pub plan: PlanSection,
    /// What was measured.
    pub measured: Vec<String>,
    /// Acts may be added and signed.
    pub may_add: bool,
    /// What may be done.
    pub steps: Vec<StepForm>,
}

/// Steps that the reader may take, with what was sent of one that was refused.
#[must_use]
pub fn forms(sight: &Sight, measure: Option<&Stored>, sent: &Arc<Sent>) -> Vec<StepForm> {
    let position = measure.map_or(0, |stored| stored.position);
    let form = |code: String| {
        let step: &Step = sight.workflow.step(&code)?;
        let same = super::value(sent, "step") == code && super::value(sent, "measure") == position.to_string();
        Some(StepForm {
            name: step.name.clone(),
            measure: position,
            key: if same { super::value(sent, "key").to_owned() } else { uuid::Uuid::now_v7().to_string() },
            open: same,
            criteria: if step.needs.contains(&Need::Appraisal) { criteria() } else { Vec::new() },
            needs: step.needs.clone(),
            sent: Arc::clone(sent),
            code,
        })
    };
    sight.allowed(measure).into_iter().filter_map(form).collect()
}

/// A step that was taken, as a line.
#[must_use]
pub fn line(workflow: &Workflow, taken: &Taken, signed_in: bool) -> StepLine {
    let state = |code: &str| workflow.state(code).map_or(code, |state| state.name.as_str()).to_owned();
    let name = workflow.step(&taken.step).map_or(taken.step.as_str(), |step| step.name.as_str()).to_owned();
    let by = if signed_in { format!(" · {}", taken.actor_name) } else { String::new() };
    let late = if taken.late != 0 { " · quá hạn" } else { "" };
    let given: Given = serde_json::from_str(&taken.given).unwrap_or_default();
    StepLine {
        name,
        to: state(&taken.to_state),
        facts: format!("{}{by}{late}", moment_vi(taken.at)),
        given: if signed_in { told(&given) } else { documents(&given) },
    }
}

fn documents(given: &Given) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if !given.number.is_empty() {
        all.push(("Văn bản".to_owned(), format!("{} ngày {}", given.number, day(&given.date))));
    }
    all
}

fn told(given: &Given) -> Vec<(String, String)> {
    let mut all = documents(given);
    if !given.reason.is_empty() {
        all.push(("Lý do".to_owned(), given.reason.clone()));
    }
    for (_, name, criterion) in given.appraisal.iter().flat_map(Appraisal::criteria) {
        let met = if criterion.met == Some(true) { "đạt" } else { "chưa đạt" };
        all.push((name.to_owned(), format!("{met}. {}", criterion.reason)));
    }
    if let Some(liability) = given.liability {
        let text = match liability {
            Liability::None => "không phát sinh",
            Liability::Excluded => "loại trừ",
            Liability::Considered => "được xem xét loại trừ, miễn hoặc giảm nhẹ",
        };
        all.push(("Trách nhiệm (NĐ 73/2023 Đ11)".to_owned(), text.to_owned()));
    }
    all
}

/// A day for readers; what is no day stays as it is.
#[must_use]
pub fn day(iso: &str) -> String {
    iso.parse::<jiff::civil::Date>().map_or_else(|_| iso.to_owned(), |day| day.strftime("%d/%m/%Y").to_string())
}

/// What a cost case comes to, as names and figures.
#[must_use]
pub fn saving(case: &CostCase) -> Vec<(&'static str, String)> {
    let saving = case.saving();
    #[expect(clippy::cast_precision_loss, reason = "hundredths of a percent")]
    let rate = saving
        .rate
        .map_or("không tính được".to_owned(), |rate| format!("{} %", decimal_vi(rate as f64 / 100.0, 2)));
    vec![
        ("Chi phí một năm hiện nay", money_vi(saving.before.per_year)),
        ("Sau khi đơn giản hóa", money_vi(saving.after.per_year)),
        ("Tiết kiệm một năm", money_vi(saving.per_year)),
        ("Tỷ lệ cắt giảm", rate),
        ("Cách tính", case.method.name().to_owned()),
    ]
}

/// What was measured, or when it will be.
fn measured(row: &MeasurementRow) -> String {
    let Some(result) = row.result.as_deref().and_then(|text| serde_json::from_str::<Measurement>(text).ok()) else {
        return format!("Sau {} ngày: đo ngày {}.", row.days, day(&row.due_on));
    };
    let figure = |figure: &crate::initiative::measured::Compared| {
        let number =
            |value: Option<f64>| value.map_or("không có dữ liệu".to_owned(), |value| decimal_vi(value, 2));
        let (name, code) = figure.indicator.split_once(':').unwrap_or((&figure.indicator, ""));
        let name = if name == "online_share" { "tỷ lệ trực tuyến" } else { "ngày làm việc (trung vị)" };
        format!(
            "{code} {name}: {} → {} (n = {} và {})",
            number(figure.before),
            number(figure.after),
            figure.n_before,
            figure.n_after
        )
    };
    let figures: Vec<String> = result.figures.iter().map(figure).collect();
    format!("Sau {} ngày: {}. {}", row.days, result.verdict.name(), figures.join("; "))
}

/// A measure as a card.
#[must_use]
pub fn card(sight: &Sight, stored: &Stored, sent: &Arc<Sent>, now: Timestamp) -> MeasureCard {
    let measure = &stored.measure;
    let provisional = if stored.provisional { " (tạm tính)" } else { "" };
    let state = sight.workflow.state(&stored.state);
    let basis = state.and_then(|state| state.due.as_ref()).map(|due| due.basis.as_str()).unwrap_or_default();
    let due = stored.due_at.map(|at| format!("hạn {}{provisional}, {basis}", date_vi(at))).unwrap_or_default();
    let change = |change: &crate::initiative::record::Change| {
        let amendment = &change.amendment;
        let text = |text: &Option<String>| amendment.part.spelled(text.as_deref().unwrap_or_default()).to_owned();
        let (before, after) = (text(&amendment.before), text(&amendment.after));
        [change.code.clone(), amendment.part.name().to_owned(), before, after]
    };
    let act = |act: &crate::initiative::store::part::Act| {
        let signed = act.signed_number.as_ref().map(|number| {
            let effective = day(act.effective_on.as_deref().unwrap_or_default());
            format!("{number}, ký {}, hiệu lực {effective}", day(act.signed_on.as_deref().unwrap_or_default()))
        });
        let text = format!("{} {}: {}", act.act, act.provision, act.change);
        (act.id.clone(), act.version, text, signed.unwrap_or_default())
    };
    MeasureCard {
        position: stored.position,
        title: measure.title.clone(),
        facts: vec![measure.kind.name(), stored.place().name()],
        state: state.map_or(&stored.state, |state| &state.name).clone(),
        late: stored.due_at.is_some_and(|at| at < now.as_millisecond()),
        due,
        content: measure.content.clone(),
        recommendation: measure.recommendation.clone(),
        changes: measure.changes.iter().map(change).collect(),
        codes: measure.procedures(),
        saving: measure.cost.as_ref().map(saving).unwrap_or_default(),
        acts: sight.acts.iter().filter(|act| act.measure_id == stored.id).map(act).collect(),
        measured: sight.measurements.iter().filter(|row| row.measure_id == stored.id).map(measured).collect(),
        plan: PlanSection::of(sight, stored, sent, &day_before(now, 0)),
        may_add: sight.theirs
            && state.is_some_and(|state| state.stage == crate::initiative::workflow::model::Stage::Doing),
        steps: forms(sight, Some(stored), sent),
    }
}
