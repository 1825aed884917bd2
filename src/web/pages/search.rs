//! `/`: one field, results, ways to narrow them.

use std::collections::HashSet;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{badge, frame, message, render};
use crate::assessment::model::Gap;
use crate::catalog::model::ProcedureKind;
use crate::catalog::store;
use crate::platform::problem::Problem;
use crate::search::analysis::syllables;
use crate::search::find::{Answer, Found};
use crate::web::format::{money_vi, number_vi};
use crate::web::parameters::{SearchParameters, Surface};
use crate::web::state::AppState;
use crate::web::views::{Choice, Facet, Hit, Kept, Link, Part, Results, SearchPage};
use crate::web::visitor::Visitor;

/// Where people often begin: what it is called, what is searched for.
const LIFE_EVENTS: [(&str, &str); 12] = [
    ("Sinh con", "đăng ký khai sinh"),
    ("Kết hôn", "đăng ký kết hôn"),
    ("Chuyển nơi ở", "đăng ký thường trú"),
    ("Căn cước", "thẻ căn cước"),
    ("Hộ chiếu", "cấp hộ chiếu phổ thông"),
    ("Bằng lái xe", "giấy phép lái xe"),
    ("Đăng ký xe", "đăng ký xe"),
    ("Nhà đất, sổ đỏ", "sổ đỏ"),
    ("Mở cửa hàng, công ty", "đăng ký thành lập"),
    ("Bảo hiểm, thai sản, hưu trí", "giải quyết hưởng"),
    ("Mất việc làm", "trợ cấp thất nghiệp"),
    ("Người thân qua đời", "đăng ký khai tử"),
];

/// The facets shown, each with its words and how many values.
const FACETS: [(&str, &str, usize); 5] = [
    ("online", "Làm trên mạng", 5),
    ("level", "Cấp giải quyết", 4),
    ("field", "Lĩnh vực", 8),
    ("agency", "Cơ quan ban hành", 6),
    ("audience", "Đối tượng", 6),
];

/// The search page, or only its results for the script.
pub async fn page(State(state): State<AppState>, visitor: Visitor, RawQuery(raw): RawQuery) -> Response {
    match build(&state, &visitor, raw.as_deref()).await {
        Ok((page, true)) => render(StatusCode::OK, &Results::from(page)),
        Ok((page, false)) => render(StatusCode::OK, &page),
        Err(problem) => message::of(&state, &visitor, &problem, &typed(raw.as_deref())),
    }
}

async fn build(state: &AppState, visitor: &Visitor, raw: Option<&str>) -> Result<(SearchPage, bool), Problem> {
    let mut parameters = SearchParameters::read(raw, Surface::Page)?;
    if let Some(act) = &parameters.act {
        let codes = store::codes_by_act(&mut state.db.read().await?, act).await.map_err(|e| Problem::internal(&e))?;
        parameters.request.filters.codes = Some(codes);
    }
    let searched = !parameters.given.is_empty();
    if !searched {
        parameters.request.limit = 10;
    }
    state.metrics.searches.with_label_values(&["index"]).inc();
    let answer = state.engine.search(&parameters.request);
    let fragment = parameters.fragment;
    Ok((view(state, visitor, &parameters, &answer, searched), fragment))
}

fn view(
    state: &AppState,
    visitor: &Visitor,
    parameters: &SearchParameters,
    answer: &Answer,
    searched: bool,
) -> SearchPage {
    let query = parameters.request.text.clone();
    let filters = parameters.given.iter().filter(|(n, _)| n != "q" && n != "limit");
    SearchPage {
        frame: frame(state, visitor, true),
        hidden: filters.clone().map(|(name, value)| Kept { name: name.clone(), value: value.clone() }).collect(),
        error: None,
        searched,
        life_events: LIFE_EVENTS.iter().map(|(label, words)| life_event(label, words)).collect(),
        facets: if searched { facets(parameters, answer) } else { Vec::new() },
        active: filters
            .map(|(name, value)| Link { label: value_label(name, value), url: parameters.with("/", name, None) })
            .collect(),
        total_text: number_vi(i64::try_from(answer.total).unwrap_or(i64::MAX)),
        understood: answer.understood.clone(),
        corrected: answer
            .corrected
            .as_ref()
            .map(|words| Link { label: words.clone(), url: parameters.with("/", "q", Some(words)) }),
        first: parameters.request.offset + 1,
        items: answer.found.iter().map(|f| hit(f, &answer.words, parameters)).collect(),
        next_url: parameters
            .next_cursor(answer.total)
            .filter(|_| searched)
            .map(|cursor| parameters.with("/", "cursor", Some(&cursor))),
        query,
    }
}

fn life_event(label: &str, words: &str) -> Link {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", words).finish();
    Link { label: label.to_owned(), url: format!("/?{query}") }
}

fn hit(found: &Found, marked: &HashSet<String>, parameters: &SearchParameters) -> Hit {
    let shown = &found.shown;
    let mut notes = Vec::new();
    if shown.retired {
        notes.push("Đã bãi bỏ hoặc không còn công khai");
    }
    match shown.kind {
        ProcedureKind::Internal => notes.push("Thủ tục nội bộ giữa các cơ quan"),
        ProcedureKind::Specific => notes.push("Riêng của địa phương"),
        ProcedureKind::Standard => {}
    }
    let mut facts: Vec<String> = shown.fields.iter().take(1).chain(&shown.issuer).cloned().collect();
    facts.extend(shown.time.clone());
    facts.extend(shown.fee.map(|(from, to)| fee_text(from, to)));
    let variants = (found.variants > 1).then(|| Link {
        label: format!("{} bản của địa phương", found.variants),
        url: {
            let of = parameters.with("/", "variants_of", Some(&shown.code));
            format!("{of}&group=none")
        },
    });
    Hit {
        code: shown.code.clone(),
        url: format!("/thu-tuc/{}", shown.code),
        name: mark(&shown.name, marked),
        badge: badge(shown),
        notes,
        facts,
        variants,
    }
}

/// "Không mất phí", "50.000 đồng", "10.000 đồng đến 50.000 đồng".
fn fee_text(from: i64, to: i64) -> String {
    if from == to { money_vi(from) } else { format!("{} đến {}", money_vi(from), money_vi(to)) }
}

/// The name cut where the query's words begin and end; neighbouring words are marked as one.
fn mark(name: &str, marked: &HashSet<String>) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut push = |text: &str, mark: bool| {
        if text.is_empty() {
            return;
        }
        match parts.last_mut() {
            Some(last) if last.mark == mark => last.text.push_str(text),
            _ => parts.push(Part { text: text.to_owned(), mark }),
        }
    };
    let mut at = 0;
    let mut before = false;
    for syllable in syllables(name) {
        let is = marked.contains(&syllable.fold);
        let between = &name[at..syllable.span.start];
        push(between, before && is && between == " ");
        push(&name[syllable.span.clone()], is);
        at = syllable.span.end;
        before = is;
    }
    push(&name[at..], false);
    parts
}

fn facets(parameters: &SearchParameters, answer: &Answer) -> Vec<Facet> {
    let mut all = Vec::new();
    for (name, title, most) in FACETS {
        let Some(values) = answer.facets.get(name).filter(|_| parameters.value(name).is_none()) else { continue };
        let options = values
            .iter()
            .take(most)
            .map(|(value, count)| Choice {
                label: value_label(name, value),
                count: number_vi(i64::try_from(*count).unwrap_or(i64::MAX)),
                url: parameters.with("/", name, Some(value)),
            })
            .collect();
        all.push(Facet { title, options });
    }
    all
}

/// A filter's value in words.
fn value_label(name: &str, value: &str) -> String {
    let words = match (name, value) {
        ("online", "verified") => "Toàn trình, đã kiểm chứng",
        ("online", "claimed") => "Công bố toàn trình",
        ("online", "partial") => "Một phần",
        ("online", "unknown") => "Có kênh, chưa kiểm chứng",
        ("online", "none") => "Không công bố kênh trực tuyến",
        ("level", "ministry") => "Bộ, ngành",
        ("level", "province") => "Cấp tỉnh",
        ("level", "commune") => "Cấp xã",
        ("level", "other") => "Cơ quan khác",
        ("type", "standard") => "Thủ tục chung",
        ("type", "specific") => "Riêng của địa phương",
        ("type", "internal") => "Nội bộ giữa các cơ quan",
        ("gap", gap) => return Gap::parse(gap).map_or_else(|| gap.to_owned(), |gap| gap.name().to_owned()),
        ("free", _) => "Không mất phí",
        ("retired", _) => "Gồm thủ tục đã bãi bỏ",
        ("group", _) => "Kể từng bản địa phương",
        ("act", act) => return format!("Căn cứ {act}"),
        ("variants_of", code) => return format!("Bản địa phương của {code}"),
        (_, value) => value,
    };
    words.to_owned()
}

/// What was typed, for the form on the error page.
fn typed(raw: Option<&str>) -> String {
    url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "q")
        .map(|(_, value)| value.chars().take(1000).collect())
        .unwrap_or_default()
}
