//! Which files may be put on an initiative: what they are, their bytes say, and their names must say the same.

use std::io::{Cursor, Read};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use utoipa::ToSchema;

use crate::monitor::field::FieldError;

/// Most files of an initiative, those that were withdrawn included.
pub const MAX_FILES: usize = 100;
/// Longest name without its ending, characters.
const MAX_NAME: usize = 120;
/// Most of an archive's list of parts that is looked at, bytes.
const MAX_PARTS: u64 = 1024 * 1024;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// PDF.
    Pdf,
    /// A Word document without macros.
    Docx,
    /// An Excel workbook without macros.
    Xlsx,
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Pdf, Self::Docx, Self::Xlsx, Self::Png, Self::Jpeg];

    /// Its name for readers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Docx => "Word (DOCX)",
            Self::Xlsx => "Excel (XLSX)",
            Self::Png => "ảnh PNG",
            Self::Jpeg => "ảnh JPEG",
        }
    }

    /// Its kind in answers.
    #[must_use]
    pub const fn media(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// Endings of names of this kind; the first is the usual one.
    #[must_use]
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
        }
    }

    /// What some bytes are.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"PK\x03\x04") {
            return office(bytes);
        }
        match infer::get(bytes)?.mime_type() {
            "application/pdf" => Some(Self::Pdf),
            "image/png" => Some(Self::Png),
            "image/jpeg" => Some(Self::Jpeg),
            _ => None,
        }
    }
}

/// Word and Excel keep archives of the same form; their list of parts says which it is. One with macros is none of ours.
fn office(bytes: &[u8]) -> Option<Kind> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    let names = archive.file_names().map(|name| name.map(|name| name.to_ascii_lowercase()));
    let names: Vec<String> = names.collect::<Result<_, _>>().ok()?;
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let (document, workbook) = (has("word/document.xml"), has("xl/workbook.xml"));
    if names.iter().any(|name| name.ends_with("vbaproject.bin")) {
        return None;
    }
    let mut parts = String::new();
    archive.by_name("[Content_Types].xml").ok()?.take(MAX_PARTS).read_to_string(&mut parts).ok()?;
    let main = |of: &str| parts.contains(&format!("application/vnd.openxmlformats-officedocument.{of}.main+xml"));
    if document && main("wordprocessingml.document") {
        Some(Kind::Docx)
    } else if workbook && main("spreadsheetml.sheet") {
        Some(Kind::Xlsx)
    } else {
        None
    }
}

/// A file that may be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its name, cleaned.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

/// Looks at a file and its name; `most` is the largest size.
///
/// # Errors
/// What is wrong with it, and what to do.
pub fn check(name: &str, bytes: &[u8], most: usize) -> Result<Checked, FieldError> {
    let wrong = |message: &str, vietnamese: &str| Err(FieldError::new("file", message, vietnamese));
    if bytes.is_empty() {
        return wrong("is missing or empty", "chưa chọn tệp, hoặc tệp không có gì");
    }
    if bytes.len() > most {
        let mib = most / 1024 / 1024;
        return wrong(&format!("is larger than {mib} MiB"), &format!("lớn hơn {mib} MB"));
    }
    let Some(kind) = Kind::of(bytes) else {
        let vietnamese = "nội dung không phải PDF, DOCX, XLSX (không có macro), PNG hoặc JPEG";
        return wrong("is no PDF, DOCX, XLSX (without macros), PNG or JPEG, whatever its name says", vietnamese);
    };
    let (stem, ending) = cleaned(name);
    if !kind.endings().contains(&ending.as_str()) {
        let should = kind.endings().first().copied().unwrap_or_default();
        let message = format!("has content of {kind:?} and another name: let its name end in .{should}");
        let vietnamese = format!("nội dung là {} nhưng tên không khớp: đặt tên có đuôi .{should}", kind.name());
        return wrong(&message, &vietnamese);
    }
    Ok(Checked { name: format!("{stem}.{ending}"), kind })
}

/// The last part of a name, without what could lead elsewhere or fool a reader, and its ending in small letters.
fn cleaned(name: &str) -> (String, String) {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    // Marks that turn the direction of writing make `gpj.exe` of `exe.jpg`.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let visible: String = last
        .nfc()
        .filter(|c| !hidden(*c))
        .map(|c| if matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*' | '%' | '\'') { '_' } else { c })
        .collect();
    let line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let (stem, ending) = line.rsplit_once('.').unwrap_or((&line, ""));
    let stem: String = stem.trim_matches(['.', ' ']).chars().take(MAX_NAME).collect();
    let stem = if stem.trim().is_empty() { "tep".to_owned() } else { stem.trim().to_owned() };
    (stem, ending.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n%%EOF";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in parts {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn types(of: &str) -> String {
        format!(
            "<Types><Override ContentType=\"application/vnd.openxmlformats-officedocument.{of}.main+xml\"/></Types>"
        )
    }

    #[test]
    fn the_bytes_say_what_a_file_is_and_the_name_must_say_the_same() {
        let word = archive(&[("[Content_Types].xml", &types("wordprocessingml.document")), ("word/document.xml", "")]);
        let excel = archive(&[("[Content_Types].xml", &types("spreadsheetml.sheet")), ("xl/workbook.xml", "")]);
        let jpeg = b"\xff\xd8\xff\xe0\0\x10JFIF";
        for (name, bytes, kind) in [
            ("a.pdf", PDF, Kind::Pdf),
            ("a.PNG", PNG, Kind::Png),
            ("a.jpeg", jpeg, Kind::Jpeg),
            ("a.docx", &word, Kind::Docx),
            ("a.xlsx", &excel, Kind::Xlsx),
        ] {
            assert_eq!(check(name, bytes, 1024).map(|checked| checked.kind), Ok(kind), "{name}");
        }
        let macros = archive(&[
            ("[Content_Types].xml", &types("wordprocessingml.document")),
            ("word/document.xml", ""),
            ("word/vbaProject.bin", ""),
        ]);
        for (name, bytes) in [
            ("a.pdf", &b"MZ\x90\0\x03 a program"[..]),
            ("a.docx", &archive(&[("a.txt", "x")])),
            ("a.docx", &archive(&[("[Content_Types].xml", ""), ("word/document.xml", "")])),
            ("a.docx", &macros),
            ("a.xlsx", &word),
            ("a.pdf", PNG),
            ("a.pdf.exe", PDF),
            ("a", PDF),
            ("a.html", b"<!doctype html><script>alert(1)</script>"),
            ("a.svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
            ("a.pdf", b""),
            ("a.pdf", &[PDF, &[b' '; 2048]].concat()),
        ] {
            assert_eq!(check(name, bytes, 1024).unwrap_err().field, "file", "{name}");
        }
    }

    #[test]
    fn a_name_leads_nowhere_and_fools_nobody() {
        for (name, wanted) in [
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\An\\Tờ trình.pdf", "Tờ trình.pdf"),
            ("<img src=x onerror=alert(1)>.pdf", "_img src=x onerror=alert(1)_.pdf"),
            ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
            ("bao cao\u{202e}fdp.pdf", "bao caofdp.pdf"),
            ("...pdf", "tep.pdf"),
            (".pdf", "tep.pdf"),
            ("Ba\u{301}o ca\u{301}o.pdf", "Báo cáo.pdf"),
        ] {
            assert_eq!(check(name, PDF, 1024).unwrap().name, wanted, "{name}");
        }
        assert_eq!(check(&format!("{}.pdf", "ế".repeat(500)), PDF, 1024).unwrap().name.chars().count(), MAX_NAME + 4);
    }
}
