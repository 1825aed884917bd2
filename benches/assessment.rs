//! What assessing one procedure costs, by part: the lint of its text, the claims of the catalog, the verdict.

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use toantrinh::assessment::derive;
use toantrinh::assessment::lint;
use toantrinh::assessment::model::Claim;
use toantrinh::assessment::parameters::Parameters;
use toantrinh::assessment::verdict::{Circumstances, Coverage, Use, judge};
use toantrinh::catalog::model::{Channel, Fee, FeeKind, Level, Paper, Procedure, Step, TimeLimit};

/// 18 July 2026.
const READ_AT: i64 = 1_784_307_600_000;
/// A month later.
const NOW: i64 = 1_786_986_000_000;

const STEPS: [&str; 5] = [
    "Người đề nghị chuẩn bị hồ sơ theo mẫu. Tờ khai được điền trên Cổng dịch vụ công hoặc viết tay.",
    "Nộp hồ sơ tại bộ phận một cửa, qua bưu chính công ích hoặc trên Cổng dịch vụ công quốc gia.",
    "Cán bộ tiếp nhận kiểm tra hồ sơ. Hồ sơ thiếu thì hướng dẫn bổ sung một lần bằng văn bản trong 02 ngày làm việc.",
    "Cơ quan có thẩm quyền thẩm định và tổ chức kiểm tra thực tế tại cơ sở trong 10 ngày làm việc, trừ trường hợp đã \
     kiểm tra trong năm.",
    "Người đề nghị đến nhận kết quả trực tiếp, xuất trình bản chính căn cước và giấy hẹn trả kết quả.",
];

const PAPERS: [&str; 4] = [
    "Tờ khai đề nghị cấp giấy chứng nhận đủ điều kiện hoạt động",
    "Bản sao có chứng thực giấy tờ chứng minh quyền sử dụng địa điểm",
    "Bản chính giấy xác nhận của Ủy ban nhân dân cấp xã",
    "Danh sách người làm việc kèm bản sao văn bằng, chứng chỉ",
];

fn main() {
    divan::main();
}

/// A procedure of a size that is often met.
fn typical() -> Procedure {
    let paper = |name: &str| Paper {
        group: None,
        name: name.to_owned(),
        originals: Some(1),
        copies: Some(0),
        note: false,
        form: name.starts_with("Tờ khai"),
    };
    let limit = |channel| TimeLimit { channel, case: None, value: None, raw: "15 ngày làm việc".to_owned() };
    Procedure {
        name: "Cấp giấy chứng nhận đủ điều kiện hoạt động".to_owned(),
        levels: vec![Level::Province],
        audiences: vec!["Tổ chức".to_owned(), "Công dân Việt Nam".to_owned()],
        handling_agencies: vec!["Sở chuyên ngành".to_owned()],
        channels: vec![Channel::Online, Channel::Direct, Channel::Postal],
        steps: (1..).zip(STEPS).map(|(order, text)| Step { order, title: None, text: text.to_owned() }).collect(),
        papers: PAPERS.map(paper).into(),
        time_limits: vec![limit(Some(Channel::Online)), limit(Some(Channel::Direct))],
        fees: vec![Fee {
            channel: None, kind: FeeKind::Charge, amount: Some(200_000), raw: "200.000 đồng".to_owned()
        }],
        results: vec!["Giấy chứng nhận đủ điều kiện hoạt động, bản giấy".to_owned()],
        conditions: Some("Có địa điểm phù hợp quy hoạch. Có ít nhất hai người được đào tạo.".to_owned()),
        ..Procedure::default()
    }
}

fn parameters() -> Parameters {
    Parameters {
        valid_days: [180, 365, 90, 180],
        coverage: 0.95,
        high_volume: 0.8,
        hours_per_point: 2.0,
        hours_source: String::new(),
    }
}

#[divan::bench]
fn lint_of_one_procedure(bencher: Bencher) {
    let procedure = typical();
    let passages = derive::passages(&procedure);
    let bytes: usize = passages.iter().map(|p| p.text.len()).sum();
    let read = || passages.iter().map(|p| lint::read(p).expect("text that can be read").len()).sum::<usize>();
    bencher.counter(ItemsCount::new(1usize)).counter(BytesCount::new(bytes)).bench(read);
}

#[divan::bench]
fn claims_of_one_procedure(bencher: Bencher) {
    let (procedure, parameters) = (typical(), parameters());
    bencher.counter(ItemsCount::new(1usize)).bench(|| derive::claims(&procedure, READ_AT, &parameters));
}

#[divan::bench]
fn verdict_of_one_subject(bencher: Bencher) {
    let procedure = typical();
    let claims: Vec<Claim> = derive::claims(&procedure, READ_AT, &parameters());
    let circumstances = Circumstances {
        facts: derive::facts(&procedure),
        coverage: Coverage { units: Some(34), covered: 12 },
        coverage_needed: 0.95,
        excludes: false,
        dossiers: Use { online_90: Some(40), all_90: Some(100), online_365: Some(160) },
        service_level_broken: false,
    };
    bencher.counter(ItemsCount::new(claims.len())).bench(|| judge(&claims, &circumstances, NOW));
}
