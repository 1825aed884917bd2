//! The rules of the text lint, as patterns on lower-case composed Vietnamese.

use std::sync::LazyLock;

use regex::Regex;

use super::Rule;

/// A rule: what triggers it, and what in the same sentence or passage takes it back.
pub struct Definition {
    /// Which rule.
    pub rule: Rule,
    /// Words that leave no doubt: only a negation in the same sentence takes them back.
    sure: Option<Regex>,
    /// The words that raise it.
    trigger: Regex,
    /// Words of the same sentence that take it back.
    unless: Option<Regex>,
    /// Words anywhere in the passage that take it back.
    unless_passage: Option<Regex>,
    /// Names of passages it reads begin with one of these; empty reads all.
    passages: &'static [&'static str],
}

impl Definition {
    /// The first trigger that nothing takes back, as byte offsets.
    pub fn find(&self, text: &str, passage: &str) -> Option<(usize, usize)> {
        if !self.passages.is_empty() && !self.passages.iter().any(|p| passage.starts_with(p)) {
            return None;
        }
        let sure = self.sure.iter().flat_map(|sure| sure.find_iter(text)).map(|m| (m.start(), m.end()));
        let mut sure = sure.filter(|(start, end)| !NEGATION.is_match(sentence(text, *start, *end)));
        if let Some(found) = sure.next() {
            return Some(found);
        }
        if self.unless_passage.as_ref().is_some_and(|unless| unless.is_match(text)) {
            return None;
        }
        self.trigger.find_iter(text).map(|m| (m.start(), m.end())).find(|(start, end)| {
            let sentence = sentence(text, *start, *end);
            !self.unless.as_ref().is_some_and(|unless| unless.is_match(sentence))
        })
    }
}

/// The sentence around a piece: from one full stop, semicolon or line break to the next.
fn sentence(text: &str, start: usize, end: usize) -> &str {
    let is_end = |at: usize, c: char| {
        matches!(c, ';' | '\n' | '•') || (c == '.' && !text[at + 1..].starts_with(|next: char| next.is_ascii_digit()))
    };
    let from =
        text[..start].char_indices().rev().find(|(at, c)| is_end(*at, *c)).map_or(0, |(at, c)| at + c.len_utf8());
    let to = text[end..].char_indices().find(|(at, c)| is_end(end + *at, *c)).map_or(text.len(), |(at, _)| end + at);
    &text[from..to]
}

/// Ways that need no paper.
const ONLINE: &str = r"trực tuyến|môi trường mạng|môi trường điện tử|môi trường số|cổng dịch vụ công|dịch vụ công quốc gia|thư điện tử|email|e-mail|qua mạng|internet|phương tiện điện tử|hình thức điện tử|dạng điện tử|hồ sơ điện tử|bản điện tử|hệ thống thông tin|website|cổng thông tin|vneid|trang thông tin|giao dịch điện tử|điện tử qua|hình thức (?:phù hợp )?khác";
/// Not always, not for all.
const MAYBE: &str = r"nếu cần|khi cần|trường hợp cần|cần thiết|có thể|nếu thấy|nghi ngờ|nghi vấn|rủi ro|xác suất";
/// Taken back.
const NOT: &str = r"không (?:phải|yêu cầu|cần|bắt buộc|được yêu cầu)|được thay thế|thay thế bằng|không thực hiện";
/// One of several ways, of which another needs no such paper; or only those who file by post.
const CHOICE: &str =
    r"được lựa chọn|lựa chọn (?:nhận|nộp)|(?:trường hợp|nếu) (?:nộp|gửi)[^.;\n]{0,20} (?:qua|theo)[^.;\n]{0,30}bưu";
/// What applicants write themselves is no paper that somebody else issued.
const OWN: &str = r"đơn |tờ khai|văn bản đề nghị|giấy đề nghị|ủy quyền|uỷ quyền|công văn|bản khai|phương án|báo cáo|mẫu số|theo mẫu|tờ trình|cam kết|kế hoạch|đề án|dự án";

static NEGATION: LazyLock<Regex> = LazyLock::new(|| pattern(&[NOT, CHOICE].join("|")));

#[expect(clippy::expect_used, reason = "a test reads every pattern, so a broken one is not shipped")]
fn pattern(parts: &str) -> Regex {
    Regex::new(parts).expect("a pattern of the lint")
}

fn any(parts: &[&str]) -> Regex {
    pattern(&parts.join("|"))
}

/// All rules.
pub static RULES: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let mut all = papers();
    all.extend(ways());
    all
});

/// Rules about papers.
fn papers() -> Vec<Definition> {
    vec![
        Definition {
            rule: Rule::OriginalSubmitted,
            sure: Some(any(&[
                r"nộp (?:lại )?(?:bản chính|bản gốc) (?:các |của )?giấy",
                r"nộp lại (?:bản chính |bản gốc )?(?:giấy|thẻ|chứng chỉ|sổ)",
                r"nộp lại[^.;\n]{0,100}đã (?:được )?cấp",
                r"phải nộp (?:bản chính|bản gốc)",
                r"nộp[^.;\n]{0,40}giấy tờ gốc",
                r"nhận kết quả[^.;\n]{0,160}nộp (?:bản chính|giấy tờ chứng minh)",
            ])),
            trigger: pattern(
                r"(?:bản chính|bản gốc) (?:của |các |hoặc bản sao |và bản sao )?(?:giấy|chứng chỉ|thẻ|sổ|văn bằng|quyết định|hợp đồng|văn bản|biên bản|bằng|hóa đơn|hoá đơn|chứng từ|phiếu|hộ chiếu|tài liệu|giấy tờ)|(?:giấy|chứng chỉ|thẻ|sổ|văn bằng|quyết định|bằng|phiếu|hóa đơn|chứng từ|biên bản|văn bản|hợp đồng)[^.;\n]{0,80}(?:\((?:\d+ )?(?:bản chính|bản gốc)|[:,] ?(?:bản chính|bản gốc))|giấy tờ gốc|nộp (?:bản chính|bản gốc)|giấy[^.;\n,]{0,50} (?:bản chính|bản gốc)|(?:giấy|thẻ|sổ)[^.;\n,]{0,40} đã (?:được )?cấp (?:nếu còn|còn|cũ)",
            ),
            unless: Some(any(&[
                NOT,
                CHOICE,
                OWN,
                r"xuất trình|đối chiếu|so sánh|điện tử|trực tuyến|sao y|chứng thực|sao từ|chụp từ|sao chụp|quét từ|scan|từ bản chính|từ bản gốc|từ sổ gốc|bản sao của bản|kèm (?:theo )?(?:bản chính|bản gốc)|hoặc (?:bản chính|bản gốc)|(?:bản chính|bản gốc)\)? hoặc|số lượng|bản chính: ?\d|bị mất|thất lạc",
            ])),
            unless_passage: None,
            passages: &[],
        },
        Definition {
            rule: Rule::CertifiedCopy,
            sure: Some(any(&[r"chứng thực hoặc bản (?:sao|chụp|photo) (?:kèm|xuất trình)[^.;\n]{0,40}bản chính"])),
            trigger: pattern(
                r"bản sao[^.;\n]{0,60}(?:chứng thực|công chứng)|(?:chứng thực|công chứng) bản sao|bản (?:photo|phô tô|chụp) (?:có )?(?:chứng thực|công chứng)|sao y (?:bản chính )?(?:có )?(?:chứng thực|công chứng)",
            ),
            unless: Some(any(&[
                NOT,
                CHOICE,
                r"điện tử|trực tuyến|bản chụp|bản quét|scan|không (?:có )?(?:chứng thực|công chứng)|bản sao không|hoặc bản photo|chứng thực chữ ký|chứng thực di chúc|bưu chính",
            ])),
            unless_passage: None,
            passages: &[],
        },
        Definition {
            rule: Rule::OriginalShown,
            sure: None,
            trigger: pattern(
                r"xuất trình[^.;\n]{0,60}(?:bản chính|bản gốc|giấy tờ|thẻ|hộ chiếu|căn cước|chứng minh|giấy)|(?:mang|kèm)[^.;\n]{0,40}(?:bản chính|bản gốc)[^.;\n]{0,60}(?:đối chiếu|so sánh)|(?:bản chính|bản gốc)[^.;\n]{0,60}(?:để )?(?:đối chiếu|so sánh)|đối chiếu[^.;\n]{0,40}(?:bản chính|bản gốc)",
            ),
            unless: Some(any(&[
                NOT,
                MAYBE,
                CHOICE,
                r"(?:trường hợp|nếu|đối với|khi)[^.;\n]{0,60}(?:nộp|gửi)?[^.;\n]{0,30}trực tiếp|vneid|cơ sở dữ liệu|khi đến nộp|xuất trình (?:giấy hẹn|giấy biên nhận|giấy tiếp nhận|phiếu|biên lai)|hoặc bản (?:sao )?điện tử",
            ])),
            unless_passage: None,
            passages: &[],
        },
        Definition {
            rule: Rule::Rubbing,
            sure: None,
            trigger: pattern(r"(?:cà|chà) số"),
            unless: Some(any(&[NOT])),
            unless_passage: None,
            passages: &[],
        },
    ]
}

/// Rules about ways: how to file, what is checked, who must come, how the result is handed over.
fn ways() -> Vec<Definition> {
    vec![
        Definition {
            rule: Rule::PaperFiling,
            sure: Some(any(&[
                r"nhận kết quả[^.;\n]{0,200}nộp (?:bản chính|giấy tờ|các giấy tờ)",
                r"(?:nộp|gửi) (?:trực tuyến|qua mạng)[^.;\n]{0,120}(?:nộp|gửi) (?:bản giấy|hồ sơ giấy|bản chính)",
            ])),
            trigger: pattern(
                r"(?:nộp|gửi|lập|chuẩn bị)[^.;\n]{0,120}(?:trực tiếp|bưu chính|bưu điện)|(?:trực tiếp|qua bưu chính|qua bưu điện|qua đường bưu điện)[^.;\n]{0,40}(?:nộp|gửi)[^.;\n]{0,40}hồ sơ",
            ),
            unless: Some(any(&[
                NOT,
                r"trả kết quả|nhận kết quả|thông báo|gửi kết quả|trực tiếp (?:quản lý|phụ trách|chỉ đạo|sử dụng|của)|cấp trên trực tiếp|nhân viên bưu chính|trường hợp (?:nộp|gửi|thực hiện)",
            ])),
            unless_passage: Some(any(&[ONLINE])),
            passages: &["steps", "description", "conditions", "papers"],
        },
        Definition {
            rule: Rule::FieldCheck,
            sure: None,
            trigger: pattern(
                r"(?:kiểm tra|thẩm định|xác minh|đánh giá|khảo sát|thẩm tra|xem xét|xác nhận|xác định)[^.;\n]{0,40} (?:thực tế|thực địa|hiện trường|hiện trạng|tại chỗ|tại cơ sở|thực trạng|tại nơi|tại tàu|tại doanh nghiệp|tại nhà máy|tại đơn vị|tại trụ sở)|(?:thực hiện|tiến hành|tổ chức)[^.;\n]{0,20}đo đạc|đo đạc (?:thực|hiện|ngoài)",
            ),
            unless: Some(any(&[
                NOT,
                MAYBE,
                r"nếu có|biên bản kiểm tra|tình hình thực tế|phù hợp với thực tế|với thực tế",
            ])),
            unless_passage: None,
            passages: &["steps", "time_limits", "description", "conditions"],
        },
        Definition {
            rule: Rule::Presence,
            sure: None,
            trigger: pattern(
                r"có mặt|phỏng vấn|vân tay|sinh trắc|chụp ảnh (?:chân dung|khuôn mặt|thu nhận)|thu nhận ảnh|tổ chức (?:thi|sát hạch)|dự thi|tham dự (?:kỳ )?(?:thi|kiểm tra)|khám giám định|hội đồng giám định[^.;\n]{0,40}(?:khám|tiến hành)|trước mặt (?:người|cán bộ|công chức)|kiểm tra kiến thức|ký (?:tên )?vào sổ",
            ),
            unless: Some(any(&[NOT, MAYBE, r"vắng mặt|trung tâm sát hạch|giấy phép sát hạch"])),
            unless_passage: None,
            passages: &["steps", "description", "conditions", "time_limits"],
        },
        Definition {
            rule: Rule::PaperResult,
            sure: Some(any(&[
                r"nhận kết quả[^.;\n]{0,200}nộp (?:lại )?(?:bản chính|bản gốc|giấy tờ|các giấy tờ)",
                r"khi nhận[^.;\n]{0,80}nộp lại",
                r"khi đến cơ quan[^.;\n]{0,60}nhận kết quả",
                r"mỗi bên[^.;\n]{0,40}nhận[^.;\n]{0,10} bản chính",
            ])),
            trigger: pattern(
                r"(?:nhận|trả|gửi)[^.;\n]{0,30}kết quả[^.;\n]{0,100}(?:trực tiếp|bưu chính|bưu điện|tại (?:bộ phận|nơi|trung tâm|trụ sở|cơ quan|quầy|sở|cục|chi cục|phòng|ủy ban|công an))|(?:nhận|cấp|trao)[^.;\n]{0,30}(?:giấy phép|giấy chứng nhận|chứng chỉ|thẻ)[^.;\n]{0,60}(?:trực tiếp (?:tại|hoặc)|qua (?:dịch vụ |đường )?bưu)|(?:trực tiếp|qua bưu chính|qua đường bưu điện)[^.;\n]{0,40}(?:nhận|trả) kết quả|đến[^.;\n]{0,60}nhận kết quả",
            ),
            unless: Some(any(&[NOT, CHOICE])),
            unless_passage: Some(any(&[ONLINE])),
            passages: &["steps", "papers", "description", "conditions"],
        },
    ]
}
