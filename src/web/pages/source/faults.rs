//! What is wrong with a definition, beside the field of the form and in Vietnamese.

use super::definition::Typed;
use crate::monitor::field::FieldError;
use crate::monitor::probe::model::FieldError as Wrong;

/// Errors of a definition as errors of the form's fields.
#[must_use]
pub fn of_form(wrong: &[Wrong], typed: &Typed) -> Vec<FieldError> {
    wrong.iter().map(|one| translate(one, typed)).collect()
}

/// An error as a line of its own, for lists without fields.
#[must_use]
pub fn sentence(wrong: &Wrong) -> String {
    let translated = translate(wrong, &Typed::default());
    format!("{}: {}", wrong.field, translated.vietnamese)
}

fn translate(wrong: &Wrong, typed: &Typed) -> FieldError {
    let (base, place, part) = take_apart(&wrong.field);
    let name = match base {
        "every_seconds" => "every",
        "max_age_seconds" => "max_age",
        "pause_ms" => "pause",
        "timeout_ms" => "timeout",
        "procedures" => "codes",
        other => other,
    };
    let text = text(base, part, &wrong.message);
    let vietnamese = match place {
        Some(place) if base == "procedures" || base == "departments" => format!("mục thứ {}: {text}", place + 1),
        Some(place) => format!("dòng {}: {text}", line_of(typed.get(name), place)),
        None => text,
    };
    let (field, message) = (name.to_owned(), wrong.message.clone());
    FieldError { field, message, vietnamese, proposal: None }
}

/// `readings[2].value` as `readings`, 2 and `value`.
fn take_apart(field: &str) -> (&str, Option<usize>, &str) {
    let Some((base, rest)) = field.split_once('[') else { return (field, None, "") };
    let Some((place, part)) = rest.split_once(']') else { return (field, None, "") };
    (base, place.parse().ok(), part.trim_start_matches('.'))
}

/// The line of a text on which its n-th entry stands, from 1.
fn line_of(text: &str, place: usize) -> usize {
    let mut entries = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    entries.nth(place).map_or(place, |(at, _)| at) + 1
}

fn text(base: &str, part: &str, message: &str) -> String {
    let fixed = match (base, part) {
        ("id", _) if message.contains("taken") => "mã này đã có, hãy chọn mã khác",
        ("id", _) if message.contains("address of its own") => "mã này dành cho trang khác, hãy chọn mã khác",
        ("id", _) => "1 đến 64 chữ thường không dấu, số và gạch nối",
        ("name" | "owner", _) => "cần điền, nhiều nhất 200 ký tự trên một dòng",
        ("licence", _) => "cần ghi điều kiện sử dụng, nhiều nhất 200 ký tự",
        ("unit_id", _) => "mã đơn vị như H44, hoặc để trống",
        ("every_seconds", _) => "từ 5 giây đến 7 ngày, viết như 5 phút",
        ("max_age_seconds", _) => "không ngắn hơn nhịp hỏi, nhiều nhất 10 năm, viết như 1 ngày",
        ("host_limit", _) => "từ 1 đến 64",
        ("daily_budget", _) => "ít nhất 1; muốn dừng thì tắt nguồn",
        ("pause_ms", _) => "từ 300 ms đến 60 giây",
        ("timeout_ms", _) => "từ 100 ms đến 60 giây, viết như 10 giây",
        ("max_bytes", _) => "từ 1 byte đến 16 MB, viết như 1 MB",
        ("redirects", _) => "từ 0 đến 5",
        ("method", _) => "chọn GET, HEAD hoặc POST",
        ("body", _) => "chỉ gửi được với POST",
        ("url", _) if message.contains("password") => "không được chứa tên và mật khẩu",
        ("url", _) if message.contains("2,000") => "dài nhất 2.000 ký tự",
        ("url", _) => "địa chỉ bắt đầu bằng https:// hoặc http://",
        ("kind", _) if message.contains("cannot be changed") => "không đổi được loại; hãy tạo nguồn khác",
        ("kind", _) => "chọn một loại",
        ("year", _) => "từ 2020 đến 2100, hoặc để trống",
        ("departments", _) => "mã cơ quan như H31, nhiều nhất 100",
        ("procedures", _) if message.starts_with("takes") => "cần ít nhất một mã thủ tục",
        ("procedures", _) => "không phải mã thủ tục",
        ("readings" | "metrics", "") => "cần 1 đến 200 dòng",
        ("readings" | "metrics", "metric") if message.contains("twice") => "tên đã có ở dòng trên",
        ("readings" | "metrics", "metric") if message.contains("another name") => {
            "tên này dành riêng, hãy chọn tên khác"
        }
        ("readings" | "metrics", "metric") => {
            "tên gồm 1 đến 64 chữ thường không dấu, số, gạch dưới, gạch nối, dấu chấm"
        }
        ("readings" | "metrics", "unit" | "subject") => "đơn vị tính hoặc đối tượng quá dài",
        ("readings", "value" | "period") => "đường dẫn không phải JSONPath, viết như $.data.total",
        ("readings", "decimal") => "dấu thập phân là , hoặc .",
        ("metrics", "every_seconds") => "nhịp viết như 1 ngày, nhiều nhất 366 ngày",
        ("conditions", _) => return condition(message),
        ("definition", _) if message.contains("decimal") || message.contains("single character") => {
            "có dòng với dấu thập phân không phải , hoặc ."
        }
        _ => return message.to_owned(),
    };
    fixed.to_owned()
}

/// What stands in place of a condition, or can never hold.
fn condition(message: &str) -> String {
    if message.contains("http has no certificate") {
        return "không bao giờ đạt: http không có chứng thư, hãy dùng https".to_owned();
    }
    if message.contains("HEAD") {
        return "không bao giờ đạt: HEAD không có nội dung, hãy dùng GET".to_owned();
    }
    let read = message
        .strip_prefix("at character ")
        .and_then(|rest| rest.split_once(": expected "))
        .and_then(|(at, rest)| rest.rsplit_once(", found ").map(|(expected, found)| (at, expected, found)));
    let Some((at, expected, found)) = read else { return message.to_owned() };
    let found = match found {
        "the end" => "hết dòng".to_owned(),
        other => other.replace("the number ", "số ").replace("the text ", "chữ ").replace("the path ", "đường dẫn "),
    };
    format!("ký tự {at}: cần {}, đang là {found}", wanted(expected))
}

fn wanted(expected: &str) -> String {
    let fixed = match expected {
        "a comparison, in or not in" => "phép so sánh (==, !=, <, <=, >, >=) hoặc in, not in",
        "a comparison, in, contains, matches or not" => "phép so sánh, hoặc in, contains, matches, not",
        "in, contains or matches" => "in, contains hoặc matches",
        "a number" => "một số",
        "a text in quotes" => "chữ trong ngoặc kép",
        "a number or a text in quotes" => "một số hoặc chữ trong ngoặc kép",
        "a number, a text in quotes, true, false or null" => "một số, chữ trong ngoặc kép, true, false hoặc null",
        "a status from 100 to 599" => "mã từ 100 đến 599",
        "`..` between the two ends" => "dấu .. giữa hai đầu",
        "milliseconds, 0 or more" => "số mili giây từ 0",
        "the end of the condition" => "hết điều kiện",
        "a closing quote for the one here" => "ngoặc kép đóng",
        "a path such as $.data.total" => "đường dẫn như $.data.total",
        "a header's name in quotes" => "tên header trong ngoặc kép",
        other if other.starts_with("status, body") => {
            "status, body, json, header, certificate_days, total_ms, first_byte_ms…"
        }
        other if other.starts_with("a word, a number") => "một từ, một số, chữ trong ngoặc kép hoặc phép so sánh",
        other => other,
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(field: &str, message: &str, conditions: &str) -> (String, String) {
        let mut typed = Typed::default();
        typed.set("conditions", conditions);
        let wrong = Wrong { field: field.to_owned(), message: message.to_owned() };
        let error = of_form(&[wrong], &typed).remove(0);
        (error.field, error.vietnamese)
    }

    #[test]
    fn an_error_stands_at_the_field_and_the_line_that_it_is_about() {
        let (field, text) = told(
            "conditions[1]",
            "at character 8: expected a comparison, in or not in, found the end",
            "status == 200\n\nstatus",
        );
        assert_eq!(field, "conditions");
        assert_eq!(text, "dòng 3: ký tự 8: cần phép so sánh (==, !=, <, <=, >, >=) hoặc in, not in, đang là hết dòng");
        assert_eq!(told("every_seconds", "takes 5 to 604,800 seconds", "").0, "every");
        let (field, text) = told("metrics[0].metric", "`a` stands twice", "");
        assert_eq!((field.as_str(), text.as_str()), ("metrics", "dòng 1: tên đã có ở dòng trên"));
        assert_eq!(told("colour", "is not known for this kind", "").1, "is not known for this kind");
    }
}
