//! Every address the program answers.

use std::time::Duration;

use axum::Router;
use axum::error_handling::HandleErrorLayer;
use axum::http::{Extensions, HeaderMap, StatusCode, Version, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate};

use super::pages::{initiative, service_level, status};
use super::registered::{Registered, get, post};
use super::state::AppState;
use super::{api, assets, guard, middleware, openapi, ops, pages};
use crate::platform::problem::{Code, Problem};

/// The whole program as one service. A handler is reached when the table in `routes.rs` has a row for it, too.
pub fn router(state: &AppState) -> Router {
    protect(handlers().into_router(), state)
}

/// Every handler with its address. Tests hold this against the table: none may be without the other.
#[must_use]
pub fn handlers() -> Registered {
    reforms(Registered::new())
        .route("/", get(pages::search::page))
        .route("/thu-tuc/{code}", get(pages::procedure::page))
        .route("/thu-tuc/{code}/thay-doi", get(pages::changes::page))
        .route("/thu-tuc/{code}/kiem-chung", get(pages::claim::page).post(pages::claim::record))
        .route("/dang-nhap", get(pages::sign_in::page).post(pages::sign_in::sign_in))
        .route("/dang-xuat", post(pages::sign_in::sign_out))
        .route("/dang-nhap/oidc", get(pages::oidc::send).post(pages::oidc::send_with))
        .route("/dang-nhap/oidc/tra-loi", get(pages::oidc::receive))
        .route("/tai-khoan", get(pages::account::page))
        .route("/tai-khoan/mat-khau", post(pages::account::change_password))
        .route("/tai-khoan/thong-bao", post(pages::account::set_notices))
        .route("/tai-khoan/phien-khac", post(pages::account::end_others))
        .route("/tai-khoan/phien/{id}", post(pages::account::end))
        .route("/assets/{file}", get(assets::serve))
        .route("/api/v1/procedures", get(api::list::list))
        .route("/api/v1/procedures/{code}", get(api::detail::detail))
        .route("/api/v1/procedures/{code}/changes", get(api::changes::changes))
        .route("/api/v1/procedures/{code}/assessment", get(api::assessment::assessment))
        .route("/api/v1/procedures/{code}/claims", post(api::work::claim))
        .route("/api/v1/flags/{id}", post(api::work::flag))
        .route("/lanh-dao/chua-toan-trinh", get(pages::board::page))
        .route("/lanh-dao/chua-toan-trinh/{id}", post(pages::board::decide))
        .route("/api/v1/gaps", get(api::gaps::gaps))
        .route("/api/v1/maintenances", get(api::maintenances::list).post(api::maintenances::announce))
        .route("/api/v1/maintenances/{id}", post(api::maintenances::change))
        .route("/co-quan/thong-bao/gui-ra", get(pages::outgoing::page).post(pages::outgoing::add))
        .route("/co-quan/thong-bao/gui-ra/{id}", post(pages::outgoing::switch))
        .route("/co-quan/bao-tri", get(pages::maintenance::page).post(pages::maintenance::announce))
        .route("/co-quan/bao-tri/{id}", post(pages::maintenance::change))
        .route("/co-quan/thong-bao", get(pages::notifications::page).post(pages::notifications::change))
        .route("/co-quan/nguon", get(pages::source::list::page))
        .route("/co-quan/nguon/moi", get(pages::source::form::new).post(pages::source::form::create))
        .route("/co-quan/nguon/dan", get(pages::source::paste::page).post(pages::source::paste::load))
        .route("/co-quan/nguon/{id}", get(pages::source::show::page))
        .route("/co-quan/nguon/{id}/sua", get(pages::source::form::edit).post(pages::source::form::change))
        .route("/co-quan/nguon/{id}/trang-thai", post(pages::source::show::switched))
        .route("/co-quan/nguon/{id}/ma", post(pages::source::show::token))
        .route("/co-quan/nguon/{id}/nhap", post(pages::source::entry::typed))
        .route("/co-quan/nguon/{id}/tai-len", post(pages::source::entry::uploaded))
        .route("/api/v1/sources", get(api::sources::sources).post(api::source_work::create))
        .route("/api/v1/sources/try", post(api::source_work::try_source))
        .route("/api/v1/sources/{id}", get(api::sources::source).put(api::source_work::change))
        .route("/api/v1/sources/{id}/enable", post(api::source_work::enable))
        .route("/api/v1/sources/{id}/disable", post(api::source_work::disable))
        .route("/api/v1/sources/{id}/token", post(api::source_work::token))
        .route("/api/v1/sources/{id}/figures", post(api::source_work::figures))
        .route("/api/v1/observations", get(api::observations::observations).post(api::push::push))
        .route("/api/v1/dossiers", post(api::push::dossiers))
        .route("/tinh-trang", get(status::overview::page))
        .route("/tinh-trang/su-co/{id}", get(status::incident::page))
        .route("/api/v1/incidents", get(api::incidents::list))
        .route("/api/v1/incidents/{id}", get(api::incidents::one))
        .route("/api/v1/subscriptions", get(api::subscriptions::list).post(api::subscriptions::create))
        .route("/api/v1/subscriptions/{id}", post(api::subscriptions::switch))
        .route("/api/v1/dossier-statistics", get(api::dossier_statistics::statistics))
        .route("/api/v1/index-766", get(api::index766::list))
        .route("/api/v1/index-766/{department}", get(api::index766::one))
        .route("/muc-dich-vu", get(service_level::list::page))
        .route("/muc-dich-vu/{id}", get(service_level::budget::page))
        .route("/co-quan/muc-dich-vu/moi", get(service_level::form::new).post(service_level::form::create))
        .route("/co-quan/muc-dich-vu/{id}/sua", get(service_level::form::edit).post(service_level::form::change))
        .route("/api/v1/service-levels", get(api::service_levels::list).post(api::service_levels::create))
        .route("/api/v1/service-levels/{id}", get(api::service_levels::one).put(api::service_levels::change))
        .route("/api/v1/openapi.json", get(openapi::serve))
        .route("/api/v1/me", get(api::account::me))
        .route("/api/v1/audit", get(api::account::audit_page))
        .route("/healthz", get(ops::healthz))
        .route("/readyz", get(ops::readyz))
        .route("/metrics", get(ops::metrics))
}

/// The addresses of initiatives and of what leadership follows.
fn reforms(registered: Registered) -> Registered {
    registered
        .route("/sang-kien", get(initiative::list::page))
        .route("/sang-kien.xlsx", get(initiative::export::register))
        .route("/co-quan/sang-kien.xlsx", get(initiative::export::desk))
        .route("/sang-kien/{id}", get(initiative::show::page))
        .route("/sang-kien/{id}/tep", post(initiative::file::add))
        .route("/sang-kien/{id}/tep/{file}", get(initiative::file::fetch).post(initiative::file::withdraw))
        .route("/sang-kien/{id}/to-trinh", get(initiative::sheet::page))
        .route("/sang-kien/{id}/to-trinh.docx", get(initiative::sheet::document))
        .route("/sang-kien/{id}/buoc", post(initiative::step::step))
        .route("/sang-kien/{id}/phieu", post(initiative::step::vote))
        .route("/sang-kien/{id}/van-ban", post(initiative::step::act))
        .route("/sang-kien/{id}/giai-doan", post(initiative::step::stage))
        .route("/sang-kien/{id}/trien-khai", post(initiative::step::unit))
        .route("/sang-kien/{id}/y-kien", post(initiative::step::comment))
        .route("/co-quan/sang-kien", get(initiative::desk::page).post(initiative::desk::begin))
        .route("/co-quan/sang-kien/nhap", get(initiative::import::page).post(initiative::import::upload))
        .route("/co-quan/sang-kien/mau.xlsx", get(initiative::import::template))
        .route("/co-quan/sang-kien/{id}/sua", get(initiative::record::page).post(initiative::record::save))
        .route("/co-quan/sang-kien/{id}/luu-tam", post(initiative::record::autosave))
        .route(
            "/co-quan/sang-kien/{id}/bien-phap/{position}",
            get(initiative::measure::page).post(initiative::measure::save),
        )
        .route("/api/v1/initiatives", get(api::initiatives::list).post(api::initiatives::begin))
        .route("/api/v1/initiatives/{id}", get(api::initiatives::one).put(api::initiatives::record))
        .route("/api/v1/initiatives/{id}/similar", get(api::similar::similar))
        .route("/api/v1/initiatives/{id}/measures", post(api::initiatives::measure))
        .route("/api/v1/initiatives/{id}/steps", post(api::initiatives::step))
        .route("/api/v1/initiatives/{id}/stages", post(api::plan::stage))
        .route("/api/v1/initiatives/{id}/units", post(api::plan::unit))
        .route("/api/v1/initiatives/{id}/votes", post(api::initiatives::vote))
        .route("/api/v1/initiatives/{id}/acts", post(api::initiatives::act))
        .route("/api/v1/initiatives/{id}/acts/{act}", post(api::initiatives::sign))
        .route("/api/v1/initiatives/{id}/files", get(api::initiative_files::list).post(api::initiative_files::add))
        .route("/lanh-dao", get(pages::leadership::show::page))
        .route("/lanh-dao.xlsx", get(pages::leadership::report::workbook))
        .route("/lanh-dao/bao-cao", get(pages::leadership::report::page))
        .route("/lanh-dao/so-lieu/{figure}", get(pages::leadership::figure::page))
        .route("/lanh-dao/an-ban", get(pages::leadership::edition::list))
        .route("/lanh-dao/an-ban/{period}", get(pages::leadership::edition::one))
        .route("/lanh-dao/an-ban/{period}/bang.xlsx", get(pages::leadership::edition::workbook))
        .route("/api/v1/editions", get(api::editions::list))
        .route("/api/v1/editions/{period}", get(api::editions::one))
        .route("/lanh-dao/bo-chi-so-766", get(pages::index766::list::page))
        .route("/lanh-dao/bo-chi-so-766/{department}", get(pages::index766::department::page))
        .route("/api/v1/board", get(api::board::board))
        .route("/api/v1/board/{figure}", get(api::board::figure))
        .route("/lanh-dao/chi-thi", get(pages::directive::page).post(pages::directive::give))
        .route("/lanh-dao/chi-thi/{id}", post(pages::directive::report))
        .route("/lanh-dao/ganh-nang", get(pages::burden::page))
        .route("/co-quan/sang-kien/chua-ap-dung", get(pages::burden::undone))
        .route("/api/v1/burdens", get(api::burden::burdens))
        .route("/api/v1/unapplied-decisions", get(api::burden::undone))
        .route("/api/v1/directive-tasks", get(api::directive::tasks).post(api::directive::give))
        .route("/api/v1/directive-tasks/{id}", post(api::directive::report).put(api::directive::change))
        .route("/api/v1/directive-tracking", get(api::directive::tracking))
        .route("/api/v1/compliance-cost", post(api::initiatives::cost))
}

/// Handlers behind what holds for every answer: figures, limits, and the guard right before them.
pub fn protect(handlers: Router<AppState>, state: &AppState) -> Router {
    let limits = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .concurrency_limit(state.max_concurrent)
        .timeout(Duration::from_secs(state.request_seconds));
    handlers
        .layer(
            ServiceBuilder::new()
                .layer(from_fn_with_state(state.clone(), middleware::observe))
                .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(without_secret)))
                .layer(limits)
                .layer(CatchPanicLayer::custom(panicked))
                .layer(from_fn_with_state(state.clone(), guard::guard)),
        )
        .with_state(state.clone())
}

/// A page with a csrf token beside words from the address goes out as it is: its packed size would betray the token.
fn without_secret(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let is = |name, value: &[u8]| headers.get(name).is_some_and(|found| found.as_bytes().starts_with(value));
    !(is(header::CACHE_CONTROL, b"no-store") && is(header::CONTENT_TYPE, b"text/html"))
}

async fn overloaded(error: tower::BoxError) -> Problem {
    if error.is::<tower::timeout::error::Elapsed>() {
        return Problem::new(Code::Busy, "the request took too long");
    }
    Problem::new(Code::Busy, "too many requests at once")
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(Code::Internal, "the program failed, please try again later").into_response()
}
