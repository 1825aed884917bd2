//! `/co-quan/bao-tri`: planned stops are announced, ended sooner, called off.

use askama::Template;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::Deserialize;

use super::{frame, message, render};
use crate::monitor::field::FieldError;
use crate::monitor::maintenance::actions::{self, MaintenanceError};
use crate::monitor::maintenance::list_store::{self, Listed};
use crate::monitor::maintenance::model::NewMaintenance;
use crate::monitor::maintenance::rule::{Judged, NoticeRule};
use crate::monitor::observation::model::{DAY, Step};
use crate::platform::clock::VIETNAM;
use crate::platform::db::Tx;
use crate::platform::problem::Problem;
use crate::web::api::maintenances::refused;
use crate::web::form::{self, Fault, Field};
use crate::web::format::moment_vi;
use crate::web::guard::see_other;
use crate::web::state::AppState;
use crate::web::views::Frame;
use crate::web::visitor::{SignedIn, Visitor};

const PATH: &str = "/co-quan/bao-tri";
/// How long a stop stays on the page after its end, milliseconds.
const KEPT: i64 = 90 * DAY;
/// Stops shown at most.
const MOST: i64 = 200;

/// The page.
#[derive(Debug, Template)]
#[template(path = "maintenance.html")]
struct MaintenancePage {
    frame: Frame,
    law: String,
    fields: Vec<Field>,
    faults: Vec<Fault>,
    stops: Vec<StopLine>,
    error: Option<String>,
}

/// A planned stop.
#[derive(Debug)]
struct StopLine {
    id: String,
    source: String,
    time: String,
    phase: &'static str,
    reason: String,
    link: String,
    notice: String,
    counts: bool,
    version: i64,
    may_cancel: bool,
    may_end: bool,
    ended_at: String,
}

/// What the form of a new stop carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    source: String,
    starts_at: String,
    restores_at: String,
    announced_at: String,
    link: String,
    reason: String,
}

/// What the form of a stop that stands carries.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Change {
    version: i64,
    action: String,
    ended_at: String,
}

/// The stops and the form.
pub async fn page(State(state): State<AppState>, visitor: Visitor) -> Response {
    show(&state, &visitor, StatusCode::OK, &Sent::default(), &[], None).await
}

/// Announces a stop; what was typed stays when it is refused.
pub async fn announce(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    form: Result<Form<Sent>, FormRejection>,
) -> Response {
    let Ok(Form(sent)) = form else { return message::unreadable(&state, &visitor) };
    let now = state.clock.now();
    let done = match sent.read() {
        Ok(new) => actions::announce(&state.db, &actor, &new, now).await,
        Err(errors) => Err(MaintenanceError::Invalid(errors)),
    };
    match done {
        Ok((row, _)) => see_other(&format!("{PATH}#{}", row.id)),
        Err(MaintenanceError::Invalid(errors)) => {
            show(&state, &visitor, StatusCode::UNPROCESSABLE_ENTITY, &sent, &errors, None).await
        }
        Err(error) => message::of(&state, &visitor, &refused(error), ""),
    }
}

/// Ends a stop sooner or calls it off.
pub async fn change(
    State(state): State<AppState>,
    visitor: Visitor,
    SignedIn(actor): SignedIn,
    Path(id): Path<String>,
    form: Result<Form<Change>, FormRejection>,
) -> Response {
    let Ok(Form(change)) = form else { return message::unreadable(&state, &visitor) };
    let now = state.clock.now();
    let done = if change.action == "cancel" {
        actions::cancel(&state.db, &actor, &id, change.version, now).await
    } else {
        let ended = instant(&change.ended_at).unwrap_or(Timestamp::UNIX_EPOCH);
        actions::end(&state.db, &actor, &id, change.version, ended, now).await
    };
    let (status, error) = match done {
        Ok(row) => return see_other(&format!("{PATH}#{}", row.id)),
        Err(MaintenanceError::Invalid(errors)) => {
            let text = errors.iter().map(|error| error.vietnamese.as_str()).collect::<Vec<_>>().join("; ");
            (StatusCode::UNPROCESSABLE_ENTITY, format!("Chưa lưu được: {text}."))
        }
        Err(MaintenanceError::Conflict) => {
            (StatusCode::CONFLICT, "Người khác vừa sửa lịch bảo trì này. Hãy xem lại rồi lưu.".to_owned())
        }
        Err(error) => return message::of(&state, &visitor, &refused(error), ""),
    };
    show(&state, &visitor, status, &Sent::default(), &[], Some(error)).await
}

impl Sent {
    fn read(&self) -> Result<NewMaintenance, Vec<FieldError>> {
        let mut errors = Vec::new();
        let mut at = |field: &'static str, text: &str| {
            let read = instant(text);
            if read.is_none() && !text.trim().is_empty() {
                let message = "takes a day and a time of day";
                errors.push(form::fault(field, message, "chưa đọc được ngày giờ, cần dạng 2026-12-05T22:00"));
            }
            read
        };
        let starts_at = at("starts_at", &self.starts_at);
        let restores_at = at("restores_at", &self.restores_at);
        let announced_at = at("announced_at", &self.announced_at);
        let (source, link, reason) = (self.source.clone(), self.link.clone(), self.reason.clone());
        let new = NewMaintenance { source, starts_at, restores_at, announced_at, link, reason };
        if errors.is_empty() { Ok(new) } else { Err(errors) }
    }
}

/// A day and time of day in Vietnam, as browsers send them.
fn instant(text: &str) -> Option<Timestamp> {
    let at: DateTime = text.trim().parse().ok()?;
    Some(at.to_zoned_datetime(VIETNAM).ok()?.timestamp())
}

/// An instant as browsers take it.
fn local(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.to_zoned_datetime(VIETNAM).strftime("%Y-%m-%dT%H:%M").to_string()
}

async fn show(
    state: &AppState,
    visitor: &Visitor,
    status: StatusCode,
    sent: &Sent,
    errors: &[FieldError],
    error: Option<String>,
) -> Response {
    match build(state, visitor, sent, errors, error).await {
        Ok(page) => render(status, &page),
        Err(problem) => message::of(state, visitor, &problem, ""),
    }
}

async fn build(
    state: &AppState,
    visitor: &Visitor,
    sent: &Sent,
    errors: &[FieldError],
    error: Option<String>,
) -> Result<MaintenancePage, Problem> {
    let now = state.clock.now().as_millisecond();
    let mut tx = state.db.read().await?;
    let mut fields = fields(&mut tx, sent).await?;
    let faults = form::attach(&mut fields, errors, &[]);
    let rule = NoticeRule::load(&mut tx).await?;
    let rows = list_store::list(&mut tx, "", now - KEPT, MOST, 0).await?;
    let law = match rule.required_at(now) {
        Some(days) => format!(
            "Dịch vụ công chỉ được ngừng theo kế hoạch khi đã thông báo trước ít nhất {days} ngày làm việc, kèm giờ hoạt động trở lại (NĐ 224/2026 Đ13). Báo muộn hơn thì thời gian ngừng vẫn tính là gián đoạn."
        ),
        None => "Chưa có quy định về số ngày báo trước: mọi lần ngừng đều tính là gián đoạn.".to_owned(),
    };
    let stops = rows.iter().map(|row| line(row, &rule, now)).collect();
    Ok(MaintenancePage { frame: frame(state, visitor, false), law, fields, faults, stops, error })
}

async fn fields(tx: &mut Tx, sent: &Sent) -> Result<Vec<Field>, Problem> {
    let mut sources = vec![(String::new(), "Chọn một dịch vụ".to_owned())];
    sources.extend(list_store::source_names(tx).await?);
    let time = "Giờ Việt Nam, theo bước 5 phút.";
    let announced = "Để trống là bây giờ. Dịch vụ ngừng quá sớm sau thông báo vẫn bị tính là gián đoạn.";
    let link = "Bắt buộc khi đã thông báo từ hơn một ngày trước.";
    Ok(vec![
        Field::choice("source", "Dịch vụ", "", sources, &sent.source).required(),
        Field::line("starts_at", "Bắt đầu", time, &sent.starts_at).typed("datetime-local").required(),
        Field::line("restores_at", "Hoạt động trở lại", time, &sent.restores_at).typed("datetime-local").required(),
        Field::line("announced_at", "Đã thông báo lúc", announced, &sent.announced_at).typed("datetime-local"),
        Field::line("link", "Địa chỉ thông báo", link, &sent.link).typed("url"),
        Field::line("reason", "Lý do", "Người dân sẽ đọc thấy.", &sent.reason).required(),
    ])
}

fn line(listed: &Listed, rule: &NoticeRule, now: i64) -> StopLine {
    let row = &listed.maintenance;
    let phase = match row.cancelled_at {
        Some(_) => "đã hủy",
        None if row.ends_at <= now => "đã xong",
        None if row.starts_at <= now => "đang diễn ra",
        None => "sắp tới",
    };
    let judged = rule.judge(row);
    StopLine {
        id: row.id.clone(),
        source: listed.source_name.clone(),
        time: format!("{} đến {}", moment_vi(row.starts_at), moment_vi(row.ends_at)),
        phase,
        reason: row.reason.clone(),
        link: row.link.clone(),
        counts: !judged.in_time,
        notice: notice_text(&judged),
        version: row.version,
        may_cancel: row.cancelled_at.is_none() && row.starts_at > now,
        may_end: row.cancelled_at.is_none() && row.starts_at <= now && row.ends_at > now,
        ended_at: local(Step::FiveMinutes.start(now)),
    }
}

/// How early a stop was announced, and what follows.
#[must_use]
pub fn notice_text(judged: &Judged) -> String {
    let provisional = if judged.provisional { " (tạm tính, năm này chưa có lịch nghỉ)" } else { "" };
    let days = judged.working_days;
    match judged.required {
        Some(required) if judged.in_time => format!(
            "Báo trước {days} ngày làm việc, đủ {required} ngày (NĐ 224/2026 Đ13): không tính là gián đoạn{provisional}."
        ),
        Some(required) => format!(
            "Báo trước {days} ngày làm việc, chưa đủ {required} ngày (NĐ 224/2026 Đ13): vẫn tính là gián đoạn{provisional}."
        ),
        None => format!("Báo trước {days} ngày làm việc; chưa có quy định về số ngày: vẫn tính là gián đoạn."),
    }
}
