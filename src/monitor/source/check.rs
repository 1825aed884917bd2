//! The one check of a definition, for API, screen and file.

use url::Host;

use super::model::{Covers, Definition, Figures, Metric, POLL, PROBE, PortalIndex766, What};
use crate::catalog::code::ProcedureCode;
use crate::monitor::probe::model::{FieldError, check_request};

/// Words that stand where an id stands in addresses.
const RESERVED: [&str; 3] = ["moi", "dan", "try"];
/// Longest text of one line, characters.
const LINE: usize = 200;
/// Shortest pause between requests of one poll of a portal that is not this machine, milliseconds.
const PAUSE: u32 = 300;
/// Procedures that one source names at most.
const CODES: usize = 10_000;

/// What cannot be used in a definition; nothing when all is well.
#[must_use]
pub fn check(definition: &Definition) -> Vec<FieldError> {
    let mut wrong = Vec::new();
    names(definition, &mut wrong);
    rhythm(definition, &mut wrong);
    politeness(definition, &mut wrong);
    procedures(&definition.procedures, &mut wrong);
    match &definition.what {
        What::HttpProbe(probe) => wrong.extend(probe.check()),
        What::JsonPull(pull) => {
            wrong.extend(pull.check());
            for (place, rule) in pull.readings.iter().enumerate().filter(|(_, rule)| rule.metric == POLL) {
                wrong.push(taken(format!("readings[{place}].metric"), &rule.metric));
            }
        }
        What::PortalCatalog(portal) => wrong.extend(check_request(&portal.url, 10_000, 1)),
        What::PortalIndex766(portal) => index766(portal, &mut wrong),
        What::DossierFeed(_) => {}
        What::Push(figures) | What::Upload(figures) | What::Manual(figures) => metrics(figures, &mut wrong),
    }
    wrong
}

/// Where a definition is wrong.
fn at(field: impl Into<String>, message: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

fn taken(field: String, name: &str) -> FieldError {
    at(field, format!("`{name}` is the time a poll takes; take another name"))
}

fn names(definition: &Definition, wrong: &mut Vec<FieldError>) {
    let id = &definition.id;
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !(1..=64).contains(&id.len()) || !id.bytes().all(plain) || id.starts_with('-') || id.ends_with('-') {
        wrong.push(at("id", "takes 1 to 64 small letters, digits and hyphens, no hyphen at the ends"));
    }
    if RESERVED.contains(&id.as_str()) {
        wrong.push(at("id", format!("is an address of its own: take another than {}", RESERVED.join(", "))));
    }
    for (field, text, required) in [
        ("name", &definition.name, true),
        ("owner", &definition.owner, true),
        ("licence", &definition.licence, is_published_by_others(&definition.what)),
    ] {
        let length = text.trim().chars().count();
        if (required && length == 0) || length > LINE || text.chars().any(char::is_control) {
            let least = i32::from(required);
            wrong.push(at(field, format!("takes {least} to {LINE} characters on one line")));
        }
    }
    let of_unit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if definition.unit_id.len() > 64 || !definition.unit_id.chars().all(of_unit) {
        wrong.push(at("unit_id", "takes the id of a unit, or nothing for all"));
    }
}

/// Figures of others come with terms of use, which are written down.
fn is_published_by_others(what: &What) -> bool {
    matches!(what, What::JsonPull(_) | What::PortalCatalog(_) | What::PortalIndex766(_))
}

fn rhythm(definition: &Definition, wrong: &mut Vec<FieldError>) {
    match (definition.what.kind().is_polled(), definition.every_seconds) {
        (true, Some(5..=604_800)) | (false, None) => {}
        (true, _) => wrong.push(at("every_seconds", "takes 5 to 604,800 seconds")),
        (false, Some(_)) => wrong.push(at("every_seconds", "is for kinds that are polled; leave it out")),
    }
    if let Some(age) = definition.max_age_seconds {
        let least = definition.every_seconds.unwrap_or(1).max(1);
        if !(least..=315_360_000).contains(&age) {
            wrong.push(at(
                "max_age_seconds",
                format!("takes {least} to 315,360,000 seconds, not less than between polls"),
            ));
        }
    }
}

fn politeness(definition: &Definition, wrong: &mut Vec<FieldError>) {
    let kind = definition.what.kind();
    if !(1..=64).contains(&definition.host_limit) {
        wrong.push(at("host_limit", "takes 1 to 64 requests"));
    }
    match definition.daily_budget {
        Some(_) if !kind.is_polled() => wrong.push(at("daily_budget", "is for kinds that are polled; leave it out")),
        Some(0) => wrong.push(at("daily_budget", "takes at least 1 request a day; to stop, switch the source off")),
        _ => {}
    }
    if definition.pause_ms > 60_000 {
        wrong.push(at("pause_ms", "takes at most 60,000 milliseconds"));
    } else if !kind.is_portal() && definition.pause_ms > 0 {
        wrong.push(at("pause_ms", "is for portals, whose polls are many requests; leave it out"));
    } else if kind.is_portal() && definition.pause_ms < PAUSE && !is_this_machine(&definition.what) {
        wrong.push(at("pause_ms", format!("takes at least {PAUSE} milliseconds, less only on this machine")));
    }
}

fn is_this_machine(what: &What) -> bool {
    match what.url().and_then(url::Url::host) {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn procedures(covers: &Covers, wrong: &mut Vec<FieldError>) {
    let Covers::Codes(codes) = covers else { return };
    if codes.is_empty() || codes.len() > CODES {
        wrong.push(at("procedures", format!("takes 1 to {CODES} codes, or `none`, or `all`")));
    }
    for (place, code) in codes.iter().enumerate() {
        if let Err(error) = ProcedureCode::parse(code) {
            wrong.push(at(format!("procedures[{place}]"), error.to_string()));
        }
    }
}

fn index766(portal: &PortalIndex766, wrong: &mut Vec<FieldError>) {
    wrong.extend(check_request(&portal.url, 10_000, 1));
    if portal.year.is_some_and(|year| !(2020..=2100).contains(&year)) {
        wrong.push(at("year", "takes 2020 to 2100, or nothing for the running year"));
    }
    if portal.departments.len() > 100 {
        wrong.push(at("departments", "takes at most 100 departments"));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    for (place, code) in portal.departments.iter().enumerate() {
        if !(1..=64).contains(&code.len()) || !code.chars().all(plain) {
            wrong.push(at(format!("departments[{place}]"), "takes the code of a department, such as H31"));
        }
    }
}

fn metrics(figures: &Figures, wrong: &mut Vec<FieldError>) {
    if figures.metrics.is_empty() || figures.metrics.len() > 200 {
        wrong.push(at("metrics", "takes 1 to 200 figures"));
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    for (place, one) in figures.metrics.iter().enumerate() {
        let Metric { metric, unit, every_seconds } = one;
        let field = |name: &str| format!("metrics[{place}].{name}");
        if !(1..=64).contains(&metric.len()) || !metric.bytes().all(plain) {
            wrong.push(at(field("metric"), "takes 1 to 64 small letters, digits, `_`, `-` and `.`"));
        }
        if matches!(metric.as_str(), PROBE | POLL) {
            wrong.push(taken(field("metric"), metric));
        }
        if figures.metrics[..place].iter().any(|other| other.metric == *metric) {
            wrong.push(at(field("metric"), format!("`{metric}` stands twice")));
        }
        if unit.chars().count() > 32 || unit.chars().any(char::is_control) {
            wrong.push(at(field("unit"), "takes at most 32 characters on one line"));
        }
        if every_seconds.is_some_and(|every| !(1..=31_622_400).contains(&every)) {
            wrong.push(at(field("every_seconds"), "takes 1 to 31,622,400 seconds"));
        }
    }
}
