//! Makes batches of lines: reads each record, hashes its code, and sets aside what cannot be counted. No text leaves it.

use std::collections::{HashMap, HashSet};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::agency::{normalise, of_dossier_code};
use super::facts::{Facts, fnv};
use super::model::{Channel, Side};
use super::record::{Record, Refused, refused};
use super::wire::Scalar;
use crate::catalog::code::ProcedureCode;

/// The part of HMAC-SHA256 that is kept of a dossier's code.
pub type DossierHash = [u8; 16];

/// One record as it is counted. `code` and `unit` are places in the lists of [`Batch::codes`] and [`Batch::units`] of
/// this and all batches before, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The day in the dossier's code, 0 where it has none.
    pub day: i32,
    /// The dossier.
    pub hash: DossierHash,
    /// The procedure.
    pub code: u32,
    /// The unit.
    pub unit: u32,
    /// How it came in.
    pub channel: Channel,
    /// What it says.
    pub facts: Facts,
    /// Of the whole record.
    pub fingerprint: u32,
}

/// A record that could not be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Line in the input, from 1.
    pub line: u64,
    /// The field, and why.
    pub refused: Refused,
    /// Keyed hash of the line, hexadecimal.
    pub hash: String,
}

/// Some lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// Records read, good and bad.
    pub read: u64,
    /// Records to be counted.
    pub entries: Vec<Entry>,
    /// Records that cannot be.
    pub rejected: Vec<Rejected>,
    /// Procedures that no batch before has named.
    pub codes: Vec<String>,
    /// Units that no batch before has named.
    pub units: Vec<String>,
}

/// What a reader needs to know.
#[derive(Clone)]
pub struct ReaderOptions {
    /// The key that dossier codes are hashed with.
    pub key: [u8; 64],
    /// Whose view the records give.
    pub side: Side,
    /// The unit of records that name none.
    pub unit: Option<String>,
    /// Codes of the catalog that are not of the form `d.dddddd`: no other odd text is taken for a code.
    pub odd_codes: HashSet<String>,
}

/// Reads lines into batches.
pub struct Reader {
    mac: Hmac<Sha256>,
    side: Side,
    default_unit: Option<String>,
    odd_codes: HashSet<String>,
    codes: Names,
    units: Names,
    batch: Batch,
    scratch: Vec<u8>,
}

impl Reader {
    /// A reader that has read nothing.
    #[must_use]
    pub fn new(options: ReaderOptions) -> Self {
        Self {
            mac: Hmac::new(&options.key.into()),
            side: options.side,
            default_unit: options.unit.as_deref().and_then(normalise),
            odd_codes: options.odd_codes,
            codes: Names::default(),
            units: Names::default(),
            batch: Batch::default(),
            scratch: Vec::new(),
        }
    }

    /// Records read since the last batch was taken.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.batch.read
    }

    /// What was read since the last time.
    pub fn take_batch(&mut self) -> Batch {
        let mut batch = std::mem::take(&mut self.batch);
        batch.codes = self.codes.take_new();
        batch.units = self.units.take_new();
        self.batch.entries.reserve(batch.entries.len());
        batch
    }

    /// Reads one line: a record, an envelope with `data`, or a list of either.
    pub fn line(&mut self, number: u64, bytes: &[u8]) {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes).trim_ascii();
        if bytes.is_empty() {
            return;
        }
        let records = if bytes[0] == b'[' {
            serde_json::from_slice::<Vec<Record<'_>>>(bytes)
        } else {
            serde_json::from_slice::<Record<'_>>(bytes).map(|record| vec![record])
        };
        match records {
            Ok(records) => {
                let mut place = 0;
                for record in &records {
                    self.record(number, bytes, record, None, &mut place);
                }
            }
            // The error itself may repeat what stands there.
            Err(error) if error.is_data() => self.reject(number, bytes, 0, refused("", "is no record")),
            Err(_) => self.reject(number, bytes, 0, refused("", "is not JSON")),
        }
    }

    /// Notes that a line cannot be read at all; `bytes` is what is known of it.
    pub fn unreadable(&mut self, number: u64, bytes: &[u8], reason: &'static str) {
        self.reject(number, bytes, 0, refused("", reason));
    }

    fn record(&mut self, number: u64, line: &[u8], record: &Record<'_>, sender: Option<&Scalar<'_>>, place: &mut u64) {
        if let Some(data) = &record.data {
            for inner in data {
                self.record(number, line, inner, Some(&record.agency), place);
            }
            return;
        }
        *place += 1;
        match self.entry(record, sender) {
            Ok(entry) => {
                self.batch.read += 1;
                self.batch.entries.push(entry);
            }
            Err(refused) => self.reject(number, line, *place, refused),
        }
    }

    fn reject(&mut self, line: u64, bytes: &[u8], place: u64, refused: Refused) {
        let mut mac = self.mac.clone();
        mac.update(bytes);
        mac.update(&place.to_be_bytes());
        let hash = mac.finalize().into_bytes().iter().take(16).fold(String::new(), |mut out, byte| {
            out.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
            out.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
            out
        });
        self.batch.read += 1;
        self.batch.rejected.push(Rejected { line, refused, hash });
    }

    fn entry(&mut self, record: &Record<'_>, sender: Option<&Scalar<'_>>) -> Result<Entry, Refused> {
        let code = record.dossier_code.text().filter(|code| !code.is_empty());
        let code = code.ok_or(refused("MaHoSo", "is missing"))?;
        let told = of_dossier_code(code);
        let facts = record.facts(told.map(|(_, day)| day))?;
        let channel = record.channel()?;
        let (procedure, procedure_hash) = self.procedure(record.procedure_code.text().unwrap_or_default())?;
        let (unit, unit_hash) = self.unit(told.map(|(agency, _)| agency), sender)?;
        let group = procedure_hash ^ unit_hash.rotate_left(32);
        Ok(Entry {
            day: told.map_or(0, |(_, day)| day),
            hash: self.hash(code),
            code: procedure,
            unit,
            channel,
            facts,
            fingerprint: facts.fingerprint(self.side, channel, group),
        })
    }

    /// Hashes a dossier's code, written one way: no blanks, capitals.
    fn hash(&mut self, code: &str) -> DossierHash {
        self.scratch.clear();
        self.scratch.extend(code.bytes().filter(|b| !b.is_ascii_whitespace()).map(|b| b.to_ascii_uppercase()));
        let mut mac = self.mac.clone();
        mac.update(&self.scratch);
        let whole = mac.finalize().into_bytes();
        std::array::from_fn(|at| whole[at])
    }

    fn procedure(&mut self, text: &str) -> Result<(u32, u64), Refused> {
        if let Some(known) = self.codes.find(text) {
            return Ok(known);
        }
        let parsed = ProcedureCode::parse(text).map_err(|_| refused("MaTTHC", "is no procedure code"))?;
        if parsed.odd && !self.odd_codes.contains(parsed.code.as_str()) {
            return Err(refused("MaTTHC", "is of another form than 1.001193 and not in the catalog"));
        }
        Ok(self.codes.add(text, parsed.code.as_str()))
    }

    /// The agency in the dossier's code, else the one that sent the envelope, else the one that was named for all.
    fn unit(&mut self, told: Option<&str>, sender: Option<&Scalar<'_>>) -> Result<(u32, u64), Refused> {
        let sender = sender.and_then(Scalar::text).filter(|text| !text.is_empty());
        for text in [told, sender].into_iter().flatten() {
            if let Some(known) = self.units.find(text) {
                return Ok(known);
            }
            if let Some(unit) = normalise(text) {
                return Ok(self.units.add(text, &unit));
            }
        }
        let unit = self.default_unit.clone().ok_or(refused("MaHoSo", "names no agency, and nobody else does"))?;
        Ok(self.units.find(&unit).unwrap_or_else(|| self.units.add(&unit, &unit)))
    }
}

/// Texts in the order in which they first came, found again by any spelling they came in.
#[derive(Debug, Default)]
struct Names {
    spellings: HashMap<String, (u32, u64)>,
    count: u32,
    fresh: Vec<String>,
}

impl Names {
    fn find(&self, spelling: &str) -> Option<(u32, u64)> {
        self.spellings.get(spelling).copied()
    }

    fn add(&mut self, spelling: &str, name: &str) -> (u32, u64) {
        let known = self.find(name).unwrap_or_else(|| {
            let new = (self.count, fnv(name.bytes()));
            self.count += 1;
            self.fresh.push(name.to_owned());
            self.spellings.insert(name.to_owned(), new);
            new
        });
        self.spellings.insert(spelling.to_owned(), known);
        known
    }

    fn take_new(&mut self) -> Vec<String> {
        std::mem::take(&mut self.fresh)
    }
}
