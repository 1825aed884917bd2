//! What was promised against what is measured on the same series before and after.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One figure before and after a measure was applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// What it is, such as `handling_working_days`.
    pub indicator: String,
    /// As many days before it was applied.
    pub before: Option<f64>,
    /// Dossiers behind it.
    pub n_before: i64,
    /// The days since.
    pub after: Option<f64>,
    /// Dossiers behind it.
    pub n_after: i64,
    /// What was promised; `None` where nothing was said of it.
    pub promised: Option<f64>,
    /// A larger figure is better.
    pub more_is_better: bool,
}

/// What a measurement says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least as good as promised, or better than before where nothing was promised.
    Met,
    /// Better than before, and not as promised.
    Partly,
    /// No better than before.
    NotMet,
    /// Worse than before.
    Regression,
    /// Too few dossiers to say.
    NoData,
}

impl Verdict {
    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "Đạt như đã cam kết",
            Self::Partly => "Có cải thiện, chưa đạt cam kết",
            Self::NotMet => "Chưa cải thiện",
            Self::Regression => "Kém hơn trước",
            Self::NoData => "Chưa đủ số liệu",
        }
    }
}

/// A measurement as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Measurement {
    /// First day that was measured after.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The figures.
    pub figures: Vec<Compared>,
    /// What it says.
    pub verdict: Verdict,
    /// Dossiers in a year at the pace that was measured; for the saving below.
    pub dossiers_per_year: i64,
    /// Đồng a year that are saved at that pace; `None` where the measure states no cost.
    pub saving_per_year: Option<i64>,
    /// Đồng a year that were promised.
    pub promised_per_year: Option<i64>,
}

impl Compared {
    /// How it compares: a promise counts as met from `met_share` of the promised improvement on.
    #[must_use]
    pub fn verdict(&self, met_share: f64) -> Verdict {
        let (Some(before), Some(after)) = (self.before, self.after) else { return Verdict::NoData };
        let sign = if self.more_is_better { 1.0 } else { -1.0 };
        let gained = sign * (after - before);
        let promised = self.promised.map(|promised| sign * (promised - before));
        match promised {
            _ if gained < 0.0 => Verdict::Regression,
            Some(promised) if promised > 0.0 && gained >= met_share * promised => Verdict::Met,
            Some(promised) if promised > 0.0 => {
                if gained > 0.0 {
                    Verdict::Partly
                } else {
                    Verdict::NotMet
                }
            }
            _ if gained > 0.0 => Verdict::Met,
            _ => Verdict::NotMet,
        }
    }
}

/// The verdict over all figures: the worst of those that can be told.
#[must_use]
pub fn overall(figures: &[Compared], met_share: f64) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Regression => 0,
        Verdict::NotMet => 1,
        Verdict::Partly => 2,
        Verdict::Met => 3,
        Verdict::NoData => 4,
    };
    let told = figures.iter().map(|figure| figure.verdict(met_share));
    told.min_by_key(rank).unwrap_or(Verdict::NoData)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(before: Option<f64>, after: Option<f64>, promised: Option<f64>) -> Verdict {
        let indicator = "handling_working_days".to_owned();
        let figure = Compared { indicator, before, n_before: 40, after, n_after: 40, promised, more_is_better: false };
        figure.verdict(0.9)
    }

    #[test]
    fn a_promise_is_met_partly_not_at_all_or_the_reverse() {
        assert_eq!(days(Some(10.0), Some(5.0), Some(5.0)), Verdict::Met);
        assert_eq!(days(Some(10.0), Some(5.5), Some(5.0)), Verdict::Met);
        assert_eq!(days(Some(10.0), Some(8.0), Some(5.0)), Verdict::Partly);
        assert_eq!(days(Some(10.0), Some(10.0), Some(5.0)), Verdict::NotMet);
        assert_eq!(days(Some(10.0), Some(11.0), Some(5.0)), Verdict::Regression);
        assert_eq!(days(None, Some(11.0), Some(5.0)), Verdict::NoData);
        assert_eq!(days(Some(10.0), Some(9.0), None), Verdict::Met);
    }
}
