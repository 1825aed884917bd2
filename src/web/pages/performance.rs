//! How a procedure is handled, as a section of its page: figures with period, n and formula, or why there are none.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::monitor::dossier::performance::{self, LEAST, Performance, Share};
use crate::monitor::dossier::sums::Scope;
use crate::platform::calendar::model::number;
use crate::platform::db::Tx;
use crate::web::format::{decimal_vi, number_vi};

/// Days that the figures are of: a year up to yesterday.
const DAYS: i64 = 365;

/// What is known of how a procedure is handled.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// No dossier was judged.
    Nothing,
    /// Too few to be told.
    Few,
    /// The figures.
    Figures(Box<Performance>),
}

/// The section.
#[derive(Debug, Clone)]
pub struct PerformanceSection {
    /// Period and n, or why there is nothing.
    pub lead: String,
    /// The figures.
    pub figures: Vec<PerformanceFigure>,
    /// What else is to be known.
    pub notes: Vec<String>,
}

/// A figure.
#[derive(Debug, Clone)]
pub struct PerformanceFigure {
    /// What it is.
    pub term: &'static str,
    /// What it comes to.
    pub value: String,
    /// Of how many, by which formula.
    pub formula: String,
}

/// Reads the figures of a procedure for the year before a day.
///
/// # Errors
/// When the database fails.
pub async fn read(tx: &mut Tx, code: &str, today: Date) -> Result<Known, sqlx::Error> {
    let (from, to) = (today.saturating_sub(DAYS.days()), today.saturating_sub(1.days()));
    let scope = Scope { code, unit: "", from: number(from), to: number(to) };
    let judged = performance::on_time(tx, &scope, today).await?;
    if judged.on_time + judged.late == 0 {
        return Ok(Known::Nothing);
    }
    let found = performance::performance(tx, code, from, to, today).await?;
    Ok(found.map_or(Known::Few, |found| Known::Figures(Box::new(found))))
}

/// The section; `None` where no dossier was judged.
#[must_use]
pub fn section(known: &Known) -> Option<PerformanceSection> {
    match known {
        Known::Nothing => None,
        Known::Few => Some(PerformanceSection {
            lead: format!(
                "Trong một năm qua có chưa đến {LEAST} hồ sơ được tính hạn: quá ít để công bố mà không lộ từng hồ sơ."
            ),
            figures: Vec::new(),
            notes: Vec::new(),
        }),
        Known::Figures(found) => Some(of(found)),
    }
}

fn of(found: &Performance) -> PerformanceSection {
    let mut figures =
        vec![figure("Giải quyết đúng hạn", found.on_time, "hồ sơ xong đúng hạn / hồ sơ đã xong hoặc đã quá hạn")];
    figures.extend(found.median_working_days.map(|days| PerformanceFigure {
        term: "Thời gian giải quyết",
        value: if days == 0 { "trong ngày".to_owned() } else { format!("{} ngày làm việc", number_vi(days)) },
        formula: "trung vị: ít nhất một nửa số hồ sơ xong trong thời gian này".to_owned(),
    }));
    let shares = [
        ("Phải bổ sung giấy tờ", found.supplement, "hồ sơ bị yêu cầu bổ sung / hồ sơ được tiếp nhận"),
        ("Bị từ chối tiếp nhận", found.refusal, "hồ sơ không được tiếp nhận / hồ sơ đã nộp"),
        ("Nộp trực tuyến", found.online, "hồ sơ nộp trực tuyến / hồ sơ được tiếp nhận"),
        ("Thanh toán trực tuyến", found.paid_online, "hồ sơ trả phí trực tuyến / hồ sơ có phí"),
        ("Kết quả điện tử", found.result_electronic, "hồ sơ có kết quả điện tử / hồ sơ đã xong"),
    ];
    figures.extend(
        shares.into_iter().filter(|(_, share, _)| share.of > 0).map(|(term, share, how)| figure(term, share, how)),
    );
    let mut notes = Vec::new();
    if found.not_judged > 0 {
        notes.push(format!(
            "{} hồ sơ không có hạn trả kết quả, không nằm trong tỷ lệ đúng hạn.",
            number_vi(found.not_judged)
        ));
    }
    if found.provisional {
        notes.push("Tạm tính: một số ngày thuộc năm chưa công bố lịch nghỉ.".to_owned());
    }
    let day = |day: Date| day.strftime("%d/%m/%Y").to_string();
    PerformanceSection {
        lead: format!(
            "Từ {} đến {}: {} hồ sơ được tính hạn, {} hồ sơ được tiếp nhận.",
            day(found.from),
            day(found.to),
            number_vi(found.n),
            number_vi(found.received)
        ),
        figures,
        notes,
    }
}

fn figure(term: &'static str, share: Share, how: &str) -> PerformanceFigure {
    PerformanceFigure { term, value: share_text(share), formula: format!("{how}; n = {}", number_vi(share.of)) }
}

/// A share, or as much of it as may be told. Bounds are rounded away from what they bound.
fn share_text(share: Share) -> String {
    let told = share.value.map(|value| percent(value * 100.0));
    told.unwrap_or_else(|| match (share.least, share.most) {
        (Some(least), Some(most)) if least > 0.0 && most >= 1.0 => format!("ít nhất {}", percent(least * 100.0)),
        (Some(least), Some(most)) if least <= 0.0 && most < 1.0 => {
            format!("nhiều nhất {}", percent((most * 1_000.0).ceil() / 10.0))
        }
        _ => "quá ít để công bố".to_owned(),
    })
}

fn percent(number: f64) -> String {
    format!("{} %", decimal_vi(number, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_that_may_not_be_told_is_told_by_its_bound() {
        assert_eq!(share_text(Share::of(40, 100)), "40 %");
        assert_eq!(share_text(Share::of(3, 100)), "nhiều nhất 4 %");
        assert_eq!(share_text(Share::of(998, 1_000)), "ít nhất 99,6 %");
        assert_eq!(share_text(Share::of(3, 480)), "nhiều nhất 0,9 %");
        assert_eq!(share_text(Share::of(2, 4)), "quá ít để công bố");
        assert_eq!(share_text(Share::of(0, 100)), "0 %");
    }
}
