//! What to reform first: cost × volume × remarks.
//!
//! `burden = (fee + wage × hours) × dossiers a year × (w_point × points not met + w_flag × open flags)`. Wage, hours and
//! weights are dated parameters. A factor that nobody knows is no zero: such a procedure stands behind those that are known
//! in full, in the order of what is known.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::actions::error::InitiativeError;
use crate::assessment::board::Entry;
use crate::monitor::parameters::Parameters;
use crate::platform::db::Tx;

/// What the list is computed with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Weights {
    /// Đồng an hour.
    pub wage_per_hour: f64,
    /// Hours somebody spends on one dossier.
    pub hours_per_case: f64,
    /// Weight of a point that is not met.
    pub point: f64,
    /// Weight of an open flag.
    pub flag: f64,
}

impl Weights {
    /// Those in force.
    ///
    /// # Errors
    /// When one is missing or the database fails.
    pub async fn at(tx: &mut Tx, now: Timestamp) -> Result<Self, InitiativeError> {
        let parameters = Parameters::at(tx, now).await?;
        Ok(Self {
            wage_per_hour: parameters.number("wage_per_hour")?,
            hours_per_case: parameters.number("burden_hours_per_case")?,
            point: parameters.number("burden_weight_point")?,
            flag: parameters.number("burden_weight_flag")?,
        })
    }
}

/// One procedure of the list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Burden {
    /// National code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Smallest published fee, đồng; `null` where none is stated or one cannot be read. The cost is without it then.
    pub fee: Option<i64>,
    /// Cost of one dossier, đồng.
    pub cost: f64,
    /// Dossiers a year; `null` where nobody counted.
    pub dossiers: Option<i64>,
    /// Who counted.
    pub source: Option<String>,
    /// Points that are not met.
    pub points: usize,
    /// Open flags.
    pub flags: usize,
    /// The remarks, weighted.
    pub remarks: f64,
    /// The product of all three; `null` where a factor is not known.
    pub burden: Option<f64>,
}

/// Puts procedures in order, the heaviest first; those without any remark are left out. `fee` gives the smallest published
/// fee of a code.
#[must_use]
pub fn rank(entries: &[Entry], weights: Weights, fee: impl Fn(&str) -> Option<i64>) -> Vec<Burden> {
    let mut all: Vec<Burden> =
        entries.iter().filter(|entry| !entry.internal).map(|entry| of(entry, weights, fee(&entry.code))).collect();
    all.retain(|burden| burden.remarks > 0.0);
    let key = |burden: &Burden| (burden.burden.is_some(), burden.burden.unwrap_or(burden.cost * burden.remarks));
    all.sort_by(|a, b| {
        let ((a_known, a_size), (b_known, b_size)) = (key(a), key(b));
        b_known.cmp(&a_known).then(b_size.total_cmp(&a_size)).then_with(|| a.code.cmp(&b.code))
    });
    all
}

#[expect(clippy::cast_precision_loss, reason = "fees and counts stay far below 2^52")]
fn of(entry: &Entry, weights: Weights, fee: Option<i64>) -> Burden {
    let (points, flags) = (entry.failing().count(), entry.flags.len());
    let cost = fee.unwrap_or(0) as f64 + weights.wage_per_hour * weights.hours_per_case;
    let remarks = weights.point * points as f64 + weights.flag * flags as f64;
    let dossiers = entry.volume.as_ref().map(|volume| volume.dossiers);
    Burden {
        code: entry.code.clone(),
        name: entry.known.name.clone(),
        fee,
        cost,
        dossiers,
        source: entry.volume.as_ref().map(|volume| format!("{}, đến {}", volume.source, volume.until)),
        points,
        flags,
        remarks,
        burden: dossiers.map(|dossiers| cost * dossiers as f64 * remarks),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::board::{Known, Volume};
    use crate::assessment::model::PointValue;

    const WEIGHTS: Weights = Weights { wage_per_hour: 40_000.0, hours_per_case: 2.0, point: 1.0, flag: 1.0 };

    fn entry(code: &str, dossiers: Option<i64>, failing: usize) -> Entry {
        let mut points = [PointValue::Yes; 13];
        points[..failing].fill(PointValue::No);
        let volume = |dossiers| Volume {
            dossiers,
            kind: "dossiers".to_owned(),
            source: "Một cửa".to_owned(),
            until: "2026-10-31".to_owned(),
        };
        Entry {
            code: code.to_owned(),
            known: Known::default(),
            level: "L3".to_owned(),
            points,
            verified: false,
            dormant: false,
            internal: false,
            gap: None,
            flags: Vec::new(),
            volume: dossiers.map(volume),
            hours: None,
            high_volume: false,
        }
    }

    #[test]
    fn the_product_puts_procedures_in_order_and_an_unknown_volume_is_no_zero() {
        let entries = [
            entry("1.000001", Some(10), 2),
            entry("1.000002", None, 5),
            entry("1.000003", Some(1_000), 1),
            entry("1.000004", Some(0), 3),
            entry("1.000005", Some(900_000), 0),
            entry("1.000006", None, 6),
        ];
        let fee = |code: &str| (code == "1.000001").then_some(20_000);
        let ranked = rank(&entries, WEIGHTS, fee);
        let order: Vec<&str> = ranked.iter().map(|burden| burden.code.as_str()).collect();
        assert_eq!(order, ["1.000003", "1.000001", "1.000004", "1.000006", "1.000002"]);
        assert_eq!(ranked[0].burden, Some(80_000_000.0), "80,000 đồng × 1,000 dossiers × 1 point");
        assert_eq!(ranked[1].burden, Some(2_000_000.0), "(20,000 + 80,000) đồng × 10 dossiers × 2 points");
        assert_eq!((ranked[2].burden, ranked[3].burden), (Some(0.0), None));
    }
}
