//! The fields of a definition by its kind, with their labels and help.

use super::definition::Typed;
use super::words;
use crate::monitor::model::SourceKind;
use crate::web::form::{Control, Field};

const CONDITIONS: &str = "Mỗi dòng một điều kiện, ví dụ: status == 200 · body contains \"Cổng dịch vụ công\" · json $.code == \
\"OK\" · certificate_days > 14 · first_byte_ms < 800. Không nói đến status thì mã phải từ 200 đến 299.";
const READINGS: &str = "Mỗi dòng một số: tên | đường dẫn | đơn vị tính | đường dẫn của kỳ | đối tượng | dấu thập phân. Ví dụ: \
received | $.data.total | hồ sơ | $.data.month";
const METRICS: &str = "Mỗi dòng một chỉ tiêu: tên | đơn vị tính | nhịp. Ví dụ: received | hồ sơ | 1 ngày. Không có nhịp cố định \
thì bỏ trống.";

/// The fields of a form: those that everybody fills in, then those that most leave as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields {
    /// All of them.
    pub all: Vec<Field>,
    /// How many of them are for everybody.
    pub main: usize,
}

/// The fields of a kind. A source that is there keeps its id.
#[must_use]
pub fn fields(kind: SourceKind, typed: &Typed, new: bool) -> Fields {
    let mut all = Vec::new();
    if new {
        let hint = "Chữ thường không dấu, số, gạch nối; không đổi được về sau. Ví dụ: cong-dvc-tinh.";
        all.push(line("id", "Mã nguồn", hint, typed).required());
    }
    all.push(line("name", "Tên", "Tên mà người đọc thấy.", typed).required());
    let hint = "Ai chịu trách nhiệm về nguồn; chỉ người đăng nhập mới thấy.";
    all.push(line("owner", "Người phụ trách", hint, typed).required());
    of_kind(kind, typed, &mut all);
    if kind.is_polled() {
        all.push(line("every", "Nhịp hỏi", "Ví dụ: 30 giây, 5 phút, 1 giờ, 1 ngày.", typed).required());
    }
    all.push(covers(typed));
    let hint = "Chỉ điền khi chọn “một số thủ tục”: mã cách nhau bằng dấu phẩy hoặc xuống dòng.";
    all.push(area("codes", "Mã thủ tục", hint, typed));
    let main = all.len();
    advanced(kind, typed, &mut all);
    Fields { all, main }
}

fn line(name: &'static str, label: &'static str, hint: &'static str, typed: &Typed) -> Field {
    Field::line(name, label, hint, typed.get(name))
}

fn area(name: &'static str, label: &'static str, hint: &'static str, typed: &Typed) -> Field {
    Field { control: Control::Lines, ..line(name, label, hint, typed) }
}

fn of_kind(kind: SourceKind, typed: &Typed, all: &mut Vec<Field>) {
    if kind.is_polled() {
        let hint = "Không ghi mật khẩu hay khóa vào địa chỉ. Địa chỉ nội bộ của máy chủ không được phép hỏi.";
        all.push(line("url", "Địa chỉ", hint, typed).typed("url").required());
    }
    match kind {
        SourceKind::HttpProbe => {
            let methods = ["GET", "HEAD", "POST"].map(|word| (word.to_owned(), word.to_owned())).into();
            all.push(Field::choice("method", "Cách hỏi", "", methods, typed.get("method")).required());
            all.push(area("conditions", "Điều kiện của câu trả lời tốt", CONDITIONS, typed));
        }
        SourceKind::JsonPull => all.push(area("readings", "Số liệu cần đọc", READINGS, typed).required()),
        SourceKind::PortalIndex766 => {
            let hint = "Mã cách nhau bằng dấu phẩy, ví dụ H31, H44; bỏ trống là cả nước và các tỉnh.";
            all.push(line("departments", "Cơ quan", hint, typed));
            all.push(line("year", "Năm", "Bỏ trống là năm nay.", typed));
        }
        SourceKind::Push | SourceKind::Upload | SourceKind::Manual => {
            all.push(area("metrics", "Chỉ tiêu", METRICS, typed).required());
        }
        SourceKind::PortalCatalog | SourceKind::DossierFeed => {}
    }
}

fn covers(typed: &Typed) -> Field {
    let options = [("none", "không thủ tục nào"), ("all", "mọi thủ tục"), ("codes", "một số thủ tục")];
    let options = options.map(|(value, label)| (value.to_owned(), label.to_owned())).into();
    let hint = "Khi nguồn hỏng, những thủ tục này được báo là bị ảnh hưởng.";
    Field::choice("covers", "Thủ tục phụ thuộc", hint, options, typed.get("covers")).required()
}

fn advanced(kind: SourceKind, typed: &Typed, all: &mut Vec<Field>) {
    let published = matches!(kind, SourceKind::JsonPull | SourceKind::PortalCatalog | SourceKind::PortalIndex766);
    let licence = line("licence", "Điều kiện sử dụng", "Số liệu của nơi khác được dùng theo điều kiện nào.", typed);
    all.push(if published { licence.required() } else { licence });
    all.push(line("unit_id", "Mã đơn vị", "Nguồn chỉ nói về một đơn vị thì ghi mã, ví dụ H44.", typed));
    let hint = "Quá tuổi này số bị coi là cũ và không tính vào tỷ lệ. Bỏ trống là không bao giờ cũ.";
    all.push(line("max_age", "Tuổi lớn nhất của số liệu", hint, typed));
    if matches!(kind, SourceKind::HttpProbe | SourceKind::JsonPull) {
        all.push(line("timeout", "Thời gian chờ", "Ví dụ: 10 giây, 800 ms.", typed));
        all.push(line("max_bytes", "Dung lượng lớn nhất", "Ví dụ: 1 MB, 512 KB.", typed));
    }
    if kind == SourceKind::HttpProbe {
        all.push(line("redirects", "Số lần chuyển hướng", "0 là lấy chính câu trả lời chuyển hướng.", typed));
        all.push(area("body", "Nội dung gửi đi", "Chỉ với POST.", typed));
    }
    if kind.is_portal() {
        all.push(line("pause", "Nghỉ giữa hai lần hỏi", "Ít nhất 300 ms.", typed));
    }
    if kind.is_polled() {
        all.push(line("host_limit", "Số lần hỏi cùng lúc một máy chủ", "Lịch sự là 1.", typed));
        all.push(line("daily_budget", "Số lần hỏi nhiều nhất mỗi ngày", "Bỏ trống là không giới hạn.", typed));
    }
}

/// What a definition says, as terms with their texts; what is empty is left out.
#[must_use]
pub fn told(kind: SourceKind, typed: &Typed) -> Vec<(&'static str, Vec<String>)> {
    let shown = |field: &Field| match &field.control {
        Control::Choice(options) => {
            options.iter().find(|(value, _)| *value == field.value).map(|(_, label)| vec![label.clone()])
        }
        _ => Some(field.value.lines().map(str::to_owned).collect()),
    };
    let mut told = vec![("Loại", vec![words::kind(kind).to_owned()])];
    let all = fields(kind, typed, false).all;
    told.extend(all.iter().filter(|field| !field.value.is_empty()).filter_map(|f| Some((f.label, shown(f)?))));
    told
}

/// What differs between two definitions of a kind: label, before, after.
#[must_use]
pub fn differences(kind: SourceKind, before: &Typed, after: &Typed) -> Vec<(&'static str, String, String)> {
    let (old, new) = (told(kind, before), told(kind, after));
    let text = |of: &[(&'static str, Vec<String>)], label: &str| {
        of.iter().find(|(other, _)| *other == label).map_or_else(String::new, |(_, lines)| lines.join("; "))
    };
    let mut labels: Vec<&'static str> = old.iter().chain(&new).map(|(label, _)| *label).collect();
    let mut seen = std::collections::HashSet::new();
    labels.retain(|label| seen.insert(*label));
    let pairs = labels.into_iter().map(|label| (label, text(&old, label), text(&new, label)));
    pairs.filter(|(_, before, after)| before != after).collect()
}
