//! What the templates are given: texts ready to be shown, nothing to decide.

use askama::Template;

use super::pages::changes::LatestChange;
use super::pages::performance::PerformanceSection;
use super::pages::status::section::StatusSection;

/// What frames every page.
#[derive(Debug, Clone, Default)]
pub struct Frame {
    /// Version of the assets.
    pub assets: String,
    /// The page shows a demonstration.
    pub demo: bool,
    /// The page is the search page.
    pub home: bool,
    /// Size and date of the catalog.
    pub catalog: String,
    /// Name of who is signed in.
    pub user: Option<String>,
    /// What forms of their session carry.
    pub csrf: Option<String>,
}

/// A link.
#[derive(Debug, Clone)]
pub struct Link {
    /// What it says.
    pub label: String,
    /// Where it goes.
    pub url: String,
}

/// A parameter that the search form keeps.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

/// A piece of a name, marked where the query matched.
#[derive(Debug, Clone)]
pub struct Part {
    /// The piece.
    pub text: String,
    /// It matched.
    pub mark: bool,
}

/// The online state in a word, a shape and a colour.
#[derive(Debug, Clone)]
pub struct Badge {
    /// Class in the style sheet.
    pub class: &'static str,
    /// Shape.
    pub symbol: &'static str,
    /// Words.
    pub text: &'static str,
}

/// A listed procedure.
#[derive(Debug, Clone)]
pub struct Hit {
    /// National code.
    pub code: String,
    /// Its page.
    pub url: String,
    /// Its name.
    pub name: Vec<Part>,
    /// Its online state.
    pub badge: Badge,
    /// Internal, retired and the like.
    pub notes: Vec<&'static str>,
    /// Field, agency, time, fee.
    pub facts: Vec<String>,
    /// The provincial copies it stands for.
    pub variants: Option<Link>,
}

/// A value that results can be narrowed to.
#[derive(Debug, Clone)]
pub struct Choice {
    /// In words.
    pub label: String,
    /// Results with it.
    pub count: String,
    /// The narrowed search.
    pub url: String,
}

/// Values of one kind.
#[derive(Debug, Clone)]
pub struct Facet {
    /// In words.
    pub title: &'static str,
    /// Most frequent first.
    pub options: Vec<Choice>,
}

/// The search page.
#[derive(Debug, Template)]
#[template(path = "search.html")]
pub struct SearchPage {
    /// Frame.
    pub frame: Frame,
    /// What was typed.
    pub query: String,
    /// Filters that the form keeps.
    pub hidden: Vec<Kept>,
    /// What is wrong with the request.
    pub error: Option<String>,
    /// Words were typed or a filter is set.
    pub searched: bool,
    /// Where people often begin.
    pub life_events: Vec<Link>,
    /// Ways to narrow.
    pub facets: Vec<Facet>,
    /// Filters in force; each link removes one.
    pub active: Vec<Link>,
    /// All matches.
    pub total_text: String,
    /// What was read out of the words.
    pub understood: Vec<String>,
    /// The words with typing errors mended.
    pub corrected: Option<Link>,
    /// Number of the first item.
    pub first: usize,
    /// The items.
    pub items: Vec<Hit>,
    /// The next page.
    pub next_url: Option<String>,
}

/// Only the results, for the script.
#[derive(Debug, Template)]
#[template(path = "results.html")]
pub struct Results {
    /// See [`SearchPage`].
    pub searched: bool,
    /// See [`SearchPage`].
    pub life_events: Vec<Link>,
    /// See [`SearchPage`].
    pub facets: Vec<Facet>,
    /// See [`SearchPage`].
    pub active: Vec<Link>,
    /// See [`SearchPage`].
    pub total_text: String,
    /// See [`SearchPage`].
    pub understood: Vec<String>,
    /// See [`SearchPage`].
    pub corrected: Option<Link>,
    /// See [`SearchPage`].
    pub first: usize,
    /// See [`SearchPage`].
    pub items: Vec<Hit>,
    /// See [`SearchPage`].
    pub next_url: Option<String>,
}

impl From<SearchPage> for Results {
    fn from(page: SearchPage) -> Self {
        Self {
            searched: page.searched,
            life_events: page.life_events,
            facets: page.facets,
            active: page.active,
            total_text: page.total_text,
            understood: page.understood,
            corrected: page.corrected,
            first: page.first,
            items: page.items,
            next_url: page.next_url,
        }
    }
}

/// A term with what it is.
#[derive(Debug, Clone)]
pub struct Line {
    /// The term.
    pub term: &'static str,
    /// What it is.
    pub lines: Vec<String>,
}

/// Papers of one case.
#[derive(Debug, Clone)]
pub struct PaperGroup {
    /// The case.
    pub title: Option<String>,
    /// Its papers.
    pub papers: Vec<PaperLine>,
}

/// A paper.
#[derive(Debug, Clone)]
pub struct PaperLine {
    /// Name.
    pub name: String,
    /// "1 bản chính, 2 bản sao".
    pub quantity: Option<String>,
    /// A remark, not a paper.
    pub note: bool,
}

/// A step.
#[derive(Debug, Clone)]
pub struct StepLine {
    /// Heading.
    pub title: Option<String>,
    /// Paragraphs.
    pub lines: Vec<String>,
}

/// A time or a fee.
#[derive(Debug, Clone)]
pub struct Row {
    /// Channel and case.
    pub head: Option<String>,
    /// What it is.
    pub text: String,
    /// The text could not be read as a value.
    pub unread: bool,
}

/// An act.
#[derive(Debug, Clone)]
pub struct ActLine {
    /// Its number, and all procedures that cite it.
    pub link: Option<Link>,
    /// Its title.
    pub name: String,
}

/// A version.
#[derive(Debug, Clone)]
pub struct VersionLine {
    /// In words.
    pub text: String,
    /// The page as it was then; `None` for the one shown.
    pub url: Option<String>,
}

/// A point of the journey.
#[derive(Debug, Clone)]
pub struct StationLine {
    /// `P1` to `Q2`.
    pub code: &'static str,
    /// Name.
    pub name: &'static str,
    /// Class in the style sheet.
    pub class: &'static str,
    /// Shape.
    pub symbol: &'static str,
    /// The value in words.
    pub value: String,
    /// What it rests on, strongest first.
    pub evidence: Vec<EvidenceLine>,
}

/// What a point rests on.
#[derive(Debug, Clone)]
pub struct EvidenceLine {
    /// Kind, date, expiry.
    pub text: String,
    /// The words of the procedure's own text.
    pub quote: Option<String>,
    /// Address of the evidence.
    pub link: Option<String>,
}

/// A procedure's page.
#[derive(Debug, Template)]
#[template(path = "procedure.html")]
#[expect(missing_docs, reason = "each field is the section of its name")]
pub struct ProcedurePage {
    pub frame: Frame,
    pub code: String,
    pub name: String,
    pub facts: Vec<String>,
    pub warnings: Vec<String>,
    pub badge: Badge,
    pub answers: Vec<Line>,
    pub verdict: Vec<String>,
    pub journey: Vec<StationLine>,
    pub may_record: bool,
    pub portal_url: Option<String>,
    pub status: Option<StatusSection>,
    pub performance: Option<PerformanceSection>,
    pub contents: Vec<Link>,
    pub description: Option<Vec<String>>,
    pub papers: Vec<PaperGroup>,
    pub steps: Vec<StepLine>,
    pub times: Vec<Row>,
    pub fees: Vec<Row>,
    pub agencies: Vec<Line>,
    pub conditions: Option<Vec<String>>,
    pub results: Vec<String>,
    pub legal: Vec<ActLine>,
    pub variants: Vec<Link>,
    pub reforms: Vec<Link>,
    pub change: Option<LatestChange>,
    pub versions: Vec<VersionLine>,
    pub json_url: String,
}

/// Something went wrong; the ways onward.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct MessagePage {
    /// Frame.
    pub frame: Frame,
    /// What happened.
    pub title: String,
    /// What to do.
    pub text: String,
    /// What was typed.
    pub query: String,
}
