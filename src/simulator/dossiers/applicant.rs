//! Applicants who cannot be anybody: their names say so, and no real number begins like theirs.

use super::time::{digits, push};
use crate::simulator::chance::Chance;

/// The person or company of one dossier. Tests look for these words where nothing personal may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    own: [u8; 9],
}

impl Applicant {
    /// The applicant of a dossier.
    #[must_use]
    pub fn of(seed: u64, number: u64) -> Self {
        let own = Chance::at(seed ^ 0x9e0_91e, number).bits() % 1_000_000_000;
        Self { own: digits(i64::try_from(own).unwrap_or(0)) }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> String {
        self.text(Self::write_name)
    }

    /// The identity number: no province has the number 000.
    #[must_use]
    pub fn identity_number(&self) -> String {
        self.text(Self::write_identity_number)
    }

    /// The telephone number: none begins with 0100.
    #[must_use]
    pub fn phone(&self) -> String {
        self.text(Self::write_phone)
    }

    /// The address for mail, in a domain that cannot exist.
    #[must_use]
    pub fn email(&self) -> String {
        self.text(Self::write_email)
    }

    fn text(&self, write: impl Fn(&Self, &mut String)) -> String {
        let mut out = String::new();
        write(self, &mut out);
        out
    }

    /// Writes the name.
    pub fn write_name(&self, out: &mut String) {
        out.push_str("NGƯỜI BỊA ĐẶT ");
        push(&self.own, out);
    }

    /// Writes the identity number.
    pub fn write_identity_number(&self, out: &mut String) {
        out.push_str("000");
        push(&self.own, out);
    }

    /// Writes the telephone number.
    pub fn write_phone(&self, out: &mut String) {
        out.push_str("0100");
        push(&self.own[3..], out);
    }

    /// Writes the address for mail.
    pub fn write_email(&self, out: &mut String) {
        out.push_str("bia.dat.");
        push(&self.own, out);
        out.push_str("@example.invalid");
    }
}
