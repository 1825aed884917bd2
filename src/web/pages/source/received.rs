//! What came from sources that bring more than figures: visits to a portal, lines of dossiers that could not be counted.

use serde_json::Value;

use crate::monitor::dossier::store as dossiers;
use crate::monitor::model::SourceKind;
use crate::monitor::portal::store::{self as portal, HarvestRow};
use crate::platform::db::Tx;
use crate::web::format::moment_vi;

/// Visits that a page shows.
const MOST_VISITS: usize = 5;
/// Refused lines that a page shows.
const MOST_LINES: i64 = 20;

/// Lines with a heading over them.
#[derive(Debug)]
pub struct Received {
    /// What they are.
    pub heading: &'static str,
    /// One line each, newest first.
    pub lines: Vec<String>,
}

impl Received {
    /// What came from a source; `None` for kinds that bring figures only.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(tx: &mut Tx, id: &str, kind: SourceKind) -> Result<Option<Self>, sqlx::Error> {
        Ok(match kind {
            SourceKind::PortalCatalog => {
                let visits = portal::last(tx, id).await?;
                let lines = visits.iter().take(MOST_VISITS).map(visit).collect();
                Some(Self { heading: "Các lần thu thập gần đây", lines })
            }
            SourceKind::DossierFeed => {
                let refused = dossiers::rejections(tx, id, MOST_LINES).await?;
                let line = |row: dossiers::RejectionRow| {
                    format!("{}, dòng {}: {} {}", moment_vi(row.at), row.line, row.field, row.reason)
                };
                Some(Self {
                    heading: "Dòng hồ sơ không nhận gần đây", lines: refused.into_iter().map(line).collect()
                })
            }
            _ => None,
        })
    }
}

/// A visit in one line.
fn visit(row: &HarvestRow) -> String {
    let begun = moment_vi(row.started_at);
    let report: Option<Value> = row.report.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let Some(report) = report else { return format!("{begun}: chưa xong") };
    let ended = match row.ended.as_deref() {
        Some("complete") => "đầy đủ",
        Some("stopped") => "bị dừng",
        _ => "chưa đầy đủ",
    };
    let number = |place: &str| report.pointer(place).and_then(Value::as_i64).unwrap_or_default();
    format!(
        "{begun}: {ended}; {} mục, {} thủ tục; {} chi tiết nhận, {} không có, {} lỗi; thêm {}, đổi {}, bỏ {}, từ chối {}; {} lần hỏi",
        number("/list/items"),
        number("/list/distinct"),
        number("/details/fetched"),
        number("/details/missing"),
        number("/details/failed"),
        number("/catalog/added"),
        number("/catalog/changed"),
        number("/catalog/removed"),
        report.pointer("/catalog/rejected").and_then(Value::as_array).map_or(0, Vec::len),
        number("/traffic/requests"),
    )
}
