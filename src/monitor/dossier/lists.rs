//! The lists in a record: components, fees, results, requests for papers. Of each only a few yes or no and times are kept.

use serde::Deserialize;

use super::record::time;
use super::wire::{Gather, Present, Scalar};

/// Components of the dossier (`TaiLieuNop`).
#[derive(Debug, Clone, Default)]
pub struct Components {
    /// One of them is a file.
    pub file: bool,
}

/// A component.
#[derive(Deserialize)]
pub struct Component<'a> {
    #[serde(borrow, default, rename = "IsDeleted")]
    deleted: Scalar<'a>,
    #[serde(default, rename = "DuongDanTaiTepTin")]
    link: Present,
}

impl Gather for Components {
    type Item<'a> = Component<'a>;

    fn add(&mut self, item: Component<'_>) {
        self.file |= item.link.0 && !item.deleted.is_true();
    }

    fn add_wrong(&mut self) {}
}

/// Fees (`DanhSachLePhi`).
#[derive(Debug, Clone, Default)]
pub struct Fees {
    /// More than 0 is due.
    pub due: bool,
    /// A sum cannot be read.
    pub wrong: bool,
}

/// A fee.
#[derive(Deserialize)]
pub struct Fee<'a> {
    #[serde(borrow, default, rename = "Gia")]
    amount: Scalar<'a>,
}

impl Gather for Fees {
    type Item<'a> = Fee<'a>;

    fn add(&mut self, item: Fee<'_>) {
        match item.amount.text().map(|text| text.is_empty() || text.parse::<f64>().is_ok_and(|n| n == 0.0)) {
            Some(true) => {}
            Some(false) if item.amount.text().is_some_and(is_amount) => self.due = true,
            _ => self.wrong = true,
        }
    }

    fn add_wrong(&mut self) {
        self.wrong = true;
    }
}

/// A sum of money in digits, perhaps with points and commas.
fn is_amount(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

/// Results (`DanhSachGiayToKetQua`).
#[derive(Debug, Clone, Default)]
pub struct Results {
    /// One of them is a file.
    pub file: bool,
}

/// A result.
#[derive(Deserialize)]
pub struct ResultPaper {
    #[serde(default, rename = "DuongDanTepTinKetQua")]
    link: Present,
}

impl Gather for Results {
    type Item<'a> = ResultPaper;

    fn add(&mut self, item: ResultPaper) {
        self.file |= item.link.0;
    }

    fn add_wrong(&mut self) {}
}

/// Requests for papers (`DanhSachHoSoBoSung`).
#[derive(Debug, Clone, Default)]
pub struct Supplements {
    /// Each request.
    pub asked: Vec<Asked>,
    /// The field that cannot be read.
    pub wrong: Option<&'static str>,
}

/// A request for papers; epoch milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// When papers were asked for.
    pub at: Option<i64>,
    /// When they came.
    pub back: Option<i64>,
    /// The due date until then.
    pub due_before: Option<i64>,
    /// The due date from then on.
    pub due_after: Option<i64>,
}

/// A request for papers.
#[derive(Deserialize)]
pub struct Supplement<'a> {
    #[serde(borrow, default, rename = "NgayBoSung")]
    asked: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayTiepNhanBoSung")]
    back: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayHenTraTruoc")]
    due_before: Scalar<'a>,
    #[serde(borrow, default, rename = "NgayHenTraMoi")]
    due_after: Scalar<'a>,
}

impl Gather for Supplements {
    type Item<'a> = Supplement<'a>;

    fn add(&mut self, item: Supplement<'_>) {
        let mut read = |value: &Scalar<'_>, field: &'static str| match time(value, field) {
            Ok(at) => at,
            Err(refused) => {
                self.wrong = Some(refused.field);
                None
            }
        };
        let asked = Asked {
            at: read(&item.asked, "DanhSachHoSoBoSung.NgayBoSung"),
            back: read(&item.back, "DanhSachHoSoBoSung.NgayTiepNhanBoSung"),
            due_before: read(&item.due_before, "DanhSachHoSoBoSung.NgayHenTraTruoc"),
            due_after: read(&item.due_after, "DanhSachHoSoBoSung.NgayHenTraMoi"),
        };
        self.asked.push(asked);
    }

    fn add_wrong(&mut self) {
        self.wrong = Some("DanhSachHoSoBoSung");
    }
}
