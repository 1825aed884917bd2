//! Reads faults as they are written: `latency=200ms:0.05,429=0.01:retry_after=2,nfd=0.05`, or `5%` for a mix.

use std::time::Duration;

use super::model::{Fault, Faults};

/// What a percentage alone stands for: faults of transport that a patient client overcomes. 403 is not among them, since
/// it tells a polite client to stop.
const MIX: [Fault; 7] = [
    Fault::Latency,
    Fault::TooManyRequests,
    Fault::ServerError,
    Fault::Firewall,
    Fault::Truncated,
    Fault::Huge,
    Fault::Drop,
];

/// More than this no test waits for.
const LONGEST: Duration = Duration::from_mins(10);

/// A part of the text is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("faults: `{part}`: {reason}")]
pub struct FaultsError {
    /// The part between commas.
    pub part: String,
    /// What is expected.
    pub reason: String,
}

/// Reads a set of faults; an empty text is no fault at all.
///
/// # Errors
/// [`FaultsError`] names the part that cannot be read.
pub fn parse(text: &str) -> Result<Faults, FaultsError> {
    let mut faults = Faults::default();
    for part in text.split([',', '\n']).map(str::trim).filter(|p| !p.is_empty()) {
        read_part(part, &mut faults).map_err(|reason| FaultsError { part: part.to_owned(), reason })?;
    }
    let sum: f64 = Fault::ALL.into_iter().filter(|f| f.excludes_others()).map(|f| faults.share(f)).sum();
    if sum > 1.0 + 1e-9 {
        let reason = format!("the shares of faults that exclude each other sum to {sum:.3}, more than 1");
        return Err(FaultsError { part: text.trim().to_owned(), reason });
    }
    Ok(faults)
}

fn read_part(part: &str, faults: &mut Faults) -> Result<(), String> {
    if let Some(percent) = part.strip_suffix('%') {
        return mix(percent, faults);
    }
    let (word, value) = part.split_once('=').ok_or("expected NAME=SHARE, or a percentage such as 5%")?;
    if word == "only" {
        if !value.starts_with('/') {
            return Err("an address begins with /".to_owned());
        }
        value.clone_into(&mut faults.only);
        return Ok(());
    }
    let fault = Fault::ALL.into_iter().find(|f| f.word() == word).ok_or_else(|| {
        let known: Vec<&str> = Fault::ALL.iter().map(|f| f.word()).collect();
        format!("unknown fault `{word}`; known are {}, only", known.join(", "))
    })?;
    let mut values = value.split(':');
    if fault == Fault::Latency {
        faults.latency = duration(values.next().unwrap_or_default())?;
        faults.shares[fault as usize] = values.next().map_or(Ok(1.0), share)?;
    } else {
        faults.shares[fault as usize] = share(values.next().unwrap_or_default())?;
    }
    values.try_for_each(|option| read_option(fault, option, faults))
}

fn read_option(fault: Fault, option: &str, faults: &mut Faults) -> Result<(), String> {
    let (name, value) = option.split_once('=').ok_or_else(|| format!("`{option}` is no NAME=VALUE"))?;
    let number: u32 = value.parse().map_err(|_| format!("`{value}` is no whole number"))?;
    match (fault, name) {
        (Fault::TooManyRequests, "retry_after") if number <= 86_400 => faults.retry_after = number,
        (Fault::TooManyRequests, "retry_after") => return Err("retry_after is at most 86400 seconds".to_owned()),
        (Fault::Huge, "mb") if (1..=4096).contains(&number) => faults.huge_megabytes = number,
        (Fault::Huge, "mb") => return Err("mb lies between 1 and 4096".to_owned()),
        (Fault::ServerError, "status") if (500..600).contains(&number) => faults.status = u16::try_from(number).ok(),
        (Fault::ServerError, "status") => return Err("status lies between 500 and 599".to_owned()),
        _ => return Err(format!("`{}` has no option `{name}`", fault.word())),
    }
    Ok(())
}

fn mix(percent: &str, faults: &mut Faults) -> Result<(), String> {
    let percent: f64 = percent.trim().parse().map_err(|_| format!("`{percent}` is no number"))?;
    if !(0.0..=100.0).contains(&percent) {
        return Err("a percentage lies between 0 and 100".to_owned());
    }
    #[expect(clippy::cast_precision_loss, reason = "seven")]
    let each = percent / 100.0 / MIX.len() as f64;
    for fault in MIX {
        faults.shares[fault as usize] = each;
    }
    Ok(())
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| format!("`{text}` is no share; expected a number from 0 to 1"))?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err(format!("the share {text} lies outside 0 to 1")) }
}

/// `200ms` or `2s`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is no duration; expected one such as 200ms or 2s");
    let (digits, unit) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 1),
        None => (text.strip_suffix('s').ok_or_else(wrong)?, 1000),
    };
    let count: u64 = digits.parse().map_err(|_| wrong())?;
    let duration = Duration::from_millis(count.saturating_mul(unit));
    if duration > LONGEST { Err(format!("{text} is longer than 600s")) } else { Ok(duration) }
}

#[cfg(test)]
mod tests {
    use super::super::model::Stroke;
    use super::*;

    #[test]
    fn every_fault_of_the_documentation_is_read() {
        let text = "latency=200ms:0.05,429=0.01:retry_after=2,403=0.01,5xx=0.01,waf=0.01,truncated=0.005,huge=0.005,\
                    wrong_type=0.01,nfd=0.05,drop=0.01,renamed=0.01,vanish=0.01,large_limit=0.5,only=/api";
        let faults = parse(text).unwrap();
        assert_eq!(faults.latency, Duration::from_millis(200));
        assert_eq!(faults.retry_after, 2);
        assert_eq!(faults.only, "/api");
        assert!(Fault::ALL.into_iter().all(|f| faults.share(f) > 0.0));
        assert_eq!(parse("").unwrap(), Faults::default());
    }

    #[test]
    fn an_error_names_the_part_and_what_is_expected() {
        for (text, part, reason) in [
            ("429=0.01,colour=0.1", "colour=0.1", "unknown fault `colour`"),
            ("429", "429", "expected NAME=SHARE"),
            ("5xx=2", "5xx=2", "outside 0 to 1"),
            ("5xx=many", "5xx=many", "is no share"),
            ("latency=0.05", "latency=0.05", "is no duration"),
            ("latency=2000s:0.1", "latency=2000s:0.1", "longer than 600s"),
            ("429=0.1:retry_after=soon", "429=0.1:retry_after=soon", "is no whole number"),
            ("403=0.1:mb=4", "403=0.1:mb=4", "has no option `mb`"),
            ("waf=NaN", "waf=NaN", "outside 0 to 1"),
            ("120%", "120%", "between 0 and 100"),
            ("only=api", "only=api", "begins with /"),
            ("403=0.6,waf=0.6", "403=0.6,waf=0.6", "sum to 1.200"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.part, part);
            assert!(error.reason.contains(reason), "{text}: {error}");
        }
    }

    #[test]
    fn a_percentage_is_met_and_repeats_with_its_seed() {
        let faults = parse("5%").unwrap();
        let strokes = |seed| (0..100_000).map(|n| faults.stroke(seed, n, "/t/1")).collect::<Vec<_>>();
        let first = strokes(3);
        assert_eq!(first, strokes(3));
        assert_ne!(first, strokes(4));
        let struck = first.iter().filter(|s| **s != Stroke::default()).count();
        assert!((4_700..5_300).contains(&struck), "{struck}");
        assert!(first.iter().all(|s| s.fault != Some(Fault::Forbidden)));
    }

    #[test]
    fn only_the_addresses_that_are_named_are_struck() {
        let faults = parse("drop=1,only=/t/").unwrap();
        assert_eq!(faults.stroke(0, 0, "/t/7").fault, Some(Fault::Drop));
        assert_eq!(faults.stroke(0, 0, "/figure/a").fault, None);
    }
}
