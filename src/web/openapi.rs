//! The API's description, made from the code.

use std::fmt::Write;
use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::OpenApi;

use super::{api, ops};
use crate::platform::problem::{CODES, Problem};

#[derive(OpenApi)]
#[openapi(
    info(title = "Toàn Trình", description = "The catalog of Vietnam's administrative procedures."),
    paths(
        api::list::list,
        api::changes::changes,
        api::detail::detail,
        api::assessment::assessment,
        api::gaps::gaps,
        api::board::board,
        api::board::figure,
        api::editions::list,
        api::editions::one,
        api::work::claim,
        api::work::flag,
        api::maintenances::list,
        api::maintenances::announce,
        api::maintenances::change,
        api::incidents::list,
        api::incidents::one,
        api::dossier_statistics::statistics,
        api::index766::list,
        api::index766::one,
        api::subscriptions::list,
        api::subscriptions::create,
        api::subscriptions::switch,
        api::initiatives::list,
        api::initiatives::one,
        api::similar::similar,
        api::plan::stage,
        api::plan::unit,
        api::burden::burdens,
        api::burden::undone,
        api::directive::tasks,
        api::directive::give,
        api::directive::change,
        api::directive::report,
        api::directive::tracking,
        api::initiatives::begin,
        api::initiatives::record,
        api::initiatives::measure,
        api::initiatives::step,
        api::initiatives::vote,
        api::initiatives::act,
        api::initiatives::sign,
        api::initiatives::cost,
        api::initiative_files::list,
        api::initiative_files::add,
        api::service_levels::list,
        api::service_levels::one,
        api::service_levels::create,
        api::service_levels::change,
        api::account::me,
        api::account::audit_page,
        api::sources::sources,
        api::sources::source,
        api::source_work::create,
        api::source_work::change,
        api::source_work::try_source,
        api::source_work::enable,
        api::source_work::disable,
        api::source_work::token,
        api::source_work::figures,
        api::observations::observations,
        api::push::push,
        api::push::dossiers,
        ops::healthz,
        ops::readyz,
        ops::metrics
    ),
    components(schemas(Problem))
)]
struct Api;

/// The description as JSON, with the table of error codes.
pub static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    let mut api = Api::openapi();
    let mut description = String::from(
        "The catalog of Vietnam's administrative procedures. Errors are RFC 9457 problems with these codes:\n",
    );
    for (_, code, status, meaning) in CODES {
        // Writing to a string cannot fail.
        let _ = write!(description, "\n- `{code}` ({}): {meaning}", status.as_u16());
    }
    api.info.description = Some(description);
    api.to_pretty_json().unwrap_or_default()
});

/// `GET /api/v1/openapi.json`
pub async fn serve() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}
