//! Sentences of our own, each with what it asks for and what takes it back.

use super::*;

fn rules(name: &str, text: &str) -> Vec<Rule> {
    let passage = Passage { name: name.to_owned(), text: text.into() };
    read(&passage).unwrap().into_iter().map(|f| f.rule).collect()
}

#[test]
fn an_original_issued_by_somebody_else_has_to_be_handed_in() {
    assert_eq!(rules("papers.0", "Bản chính giấy chứng nhận cũ"), [Rule::OriginalSubmitted]);
    assert_eq!(rules("papers.0", "Giấy phép đã cấp (bản chính)"), [Rule::OriginalSubmitted]);
    assert_eq!(rules("papers.0", "Không phải nộp bản chính giấy chứng nhận"), []);
    assert_eq!(rules("papers.0", "Bản chính: 1"), []);
    assert_eq!(rules("papers.0", "Bản chính giấy phép điện tử"), []);
}

#[test]
fn a_certified_copy_counts_unless_a_plain_or_electronic_one_will_do() {
    assert_eq!(rules("papers.0", "Bản sao có chứng thực văn bằng"), [Rule::CertifiedCopy]);
    assert_eq!(rules("papers.0", "Bản sao điện tử có chứng thực"), []);
    assert_eq!(rules("papers.0", "Bản sao hợp lệ văn bằng"), []);
    assert_eq!(rules("papers.0", "Bản sao chứng thực hoặc bản chụp văn bằng"), []);
}

#[test]
fn showing_an_original_counts_unless_only_those_at_the_counter_do() {
    assert_eq!(rules("steps.0", "Người nộp xuất trình thẻ nhà báo cho công chức."), [Rule::OriginalShown]);
    assert_eq!(rules("steps.0", "Trường hợp nộp trực tiếp thì xuất trình bản chính."), []);
    assert_eq!(rules("steps.0", "Không yêu cầu xuất trình giấy tờ đã có trong dữ liệu."), []);
}

#[test]
fn filing_by_hand_counts_only_where_no_online_way_stands_beside_it() {
    assert_eq!(rules("steps.0", "Người dân nộp hồ sơ trực tiếp tại xã."), [Rule::PaperFiling]);
    assert_eq!(rules("steps.0", "Nộp hồ sơ trực tiếp, qua bưu chính hoặc trực tuyến."), []);
}

#[test]
fn a_check_on_site_counts_unless_it_is_only_possible() {
    assert_eq!(rules("steps.1", "Đoàn tiến hành kiểm tra thực tế tại xưởng."), [Rule::FieldCheck]);
    assert_eq!(rules("steps.1", "Trường hợp cần thiết thì kiểm tra thực tế."), []);
}

#[test]
fn presence_rubbing_and_paper_results_are_found() {
    assert_eq!(rules("steps.2", "Hai bên phải có mặt khi ký."), [Rule::Presence]);
    assert_eq!(rules("steps.2", "Hai bên không phải có mặt."), []);
    assert_eq!(rules("papers.1", "Tờ khai dán bản chà số máy, số khung"), [Rule::Rubbing]);
    assert_eq!(rules("steps.3", "Đến nhận kết quả tại bộ phận một cửa."), [Rule::PaperResult]);
    assert_eq!(rules("steps.3", "Nhận kết quả bản điện tử hoặc tại bộ phận một cửa."), []);
}

#[test]
fn decomposed_text_is_read_and_the_span_counts_characters() {
    let text: String = "Phải NỘP bản chà số khung".nfd().collect();
    let passage = Passage { name: "papers.0".to_owned(), text: text.into() };
    let found = read(&passage).unwrap();
    assert_eq!(found[0].rule, Rule::Rubbing);
    assert_eq!((found[0].span.text.as_str(), found[0].span.start, found[0].span.end), ("chà số", 13, 19));
}

#[test]
fn damaged_and_endless_text_says_that_it_cannot_be_read() {
    let damaged = Passage { name: "steps.0".to_owned(), text: "n\u{fffd}p h\u{fffd} s\u{fffd}".into() };
    assert_eq!(read(&damaged), Err(Unreadable::Damaged(3)));
    let endless = Passage { name: "steps.0".to_owned(), text: "a".repeat(LONGEST + 1).into() };
    assert!(matches!(read(&endless), Err(Unreadable::TooLong(_))));
}
