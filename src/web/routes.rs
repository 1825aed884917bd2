//! Who may use which address. The only place where it is said: an address without a row here answers nobody.

use axum::http::Method;

use crate::account::model::{Access, Role};
use crate::initiative::actions::directive::DIRECTORS;

/// Those who say how it stands and decide what is done about it.
pub const WORKERS: &[Role] = &[Role::Officer, Role::AgencyHead, Role::Appraiser];

/// Those who have a part in initiatives beside reading them.
pub const REFORMERS: &[Role] =
    &[Role::Officer, Role::AgencyHead, Role::Appraiser, Role::Approver, Role::CatalogEditor, Role::Auditor];

/// Those who keep sources of figures, service levels and planned stops.
pub const KEEPERS: &[Role] = &[Role::MetricOwner, Role::Admin];

/// Method, path as the router writes it, who may use it. A `GET` row also answers `HEAD`.
pub static ROUTES: &[(&str, &str, Access)] = &[
    ("GET", "/", Access::Public),
    ("GET", "/thu-tuc/{code}", Access::Public),
    ("GET", "/thu-tuc/{code}/thay-doi", Access::Public),
    ("GET", "/thu-tuc/{code}/kiem-chung", Access::Roles(WORKERS)),
    ("POST", "/thu-tuc/{code}/kiem-chung", Access::Roles(WORKERS)),
    ("GET", "/dang-nhap", Access::Public),
    ("POST", "/dang-nhap", Access::Public),
    // Public, so that somebody whose session is over already gets back to the first page.
    ("POST", "/dang-xuat", Access::Public),
    ("GET", "/dang-nhap/oidc", Access::Public),
    ("POST", "/dang-nhap/oidc", Access::Public),
    ("GET", "/dang-nhap/oidc/tra-loi", Access::Public),
    ("GET", "/tai-khoan", Access::SignedIn),
    ("POST", "/tai-khoan/mat-khau", Access::SignedIn),
    ("POST", "/tai-khoan/thong-bao", Access::SignedIn),
    ("POST", "/tai-khoan/phien-khac", Access::SignedIn),
    ("POST", "/tai-khoan/phien/{id}", Access::SignedIn),
    ("GET", "/assets/{file}", Access::Public),
    ("GET", "/api/v1/procedures", Access::Public),
    ("GET", "/api/v1/procedures/{code}", Access::Public),
    ("GET", "/api/v1/procedures/{code}/changes", Access::Public),
    ("GET", "/api/v1/procedures/{code}/assessment", Access::Public),
    ("GET", "/api/v1/gaps", Access::Public),
    ("POST", "/api/v1/procedures/{code}/claims", Access::Roles(WORKERS)),
    ("POST", "/api/v1/flags/{id}", Access::Roles(WORKERS)),
    ("GET", "/lanh-dao", Access::Leadership),
    ("GET", "/lanh-dao.xlsx", Access::Leadership),
    ("GET", "/lanh-dao/bao-cao", Access::Leadership),
    ("GET", "/lanh-dao/so-lieu/{figure}", Access::Leadership),
    ("GET", "/lanh-dao/an-ban", Access::Leadership),
    ("GET", "/lanh-dao/an-ban/{period}", Access::Leadership),
    ("GET", "/lanh-dao/an-ban/{period}/bang.xlsx", Access::Leadership),
    ("GET", "/api/v1/editions", Access::Leadership),
    ("GET", "/api/v1/editions/{period}", Access::Leadership),
    ("GET", "/lanh-dao/bo-chi-so-766", Access::Leadership),
    ("GET", "/lanh-dao/bo-chi-so-766/{department}", Access::Leadership),
    ("GET", "/api/v1/board", Access::Leadership),
    ("GET", "/api/v1/board/{figure}", Access::Leadership),
    ("GET", "/lanh-dao/chua-toan-trinh", Access::Public),
    ("POST", "/lanh-dao/chua-toan-trinh/{id}", Access::Roles(WORKERS)),
    ("GET", "/api/v1/maintenances", Access::Public),
    ("POST", "/api/v1/maintenances", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/maintenances/{id}", Access::Roles(KEEPERS)),
    ("GET", "/co-quan/bao-tri", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/bao-tri", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/bao-tri/{id}", Access::Roles(KEEPERS)),
    ("GET", "/co-quan/thong-bao/gui-ra", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/thong-bao/gui-ra", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/thong-bao/gui-ra/{id}", Access::Roles(KEEPERS)),
    ("GET", "/co-quan/thong-bao", Access::SignedIn),
    ("POST", "/co-quan/thong-bao", Access::SignedIn),
    ("GET", "/co-quan/nguon", Access::SignedIn),
    ("GET", "/co-quan/nguon/moi", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/nguon/moi", Access::Roles(KEEPERS)),
    ("GET", "/co-quan/nguon/dan", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/nguon/dan", Access::Roles(KEEPERS)),
    ("GET", "/co-quan/nguon/{id}", Access::SignedIn),
    ("GET", "/co-quan/nguon/{id}/sua", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/nguon/{id}/sua", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/nguon/{id}/trang-thai", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/nguon/{id}/ma", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/nguon/{id}/nhap", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/nguon/{id}/tai-len", Access::Roles(KEEPERS)),
    ("GET", "/api/v1/sources", Access::Public),
    ("POST", "/api/v1/sources", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/sources/try", Access::Roles(KEEPERS)),
    ("GET", "/api/v1/sources/{id}", Access::Public),
    ("PUT", "/api/v1/sources/{id}", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/sources/{id}/enable", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/sources/{id}/disable", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/sources/{id}/token", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/sources/{id}/figures", Access::Roles(KEEPERS)),
    ("GET", "/api/v1/observations", Access::Public),
    ("POST", "/api/v1/observations", Access::Source),
    ("POST", "/api/v1/dossiers", Access::Source),
    ("GET", "/sang-kien", Access::Public),
    ("GET", "/sang-kien.xlsx", Access::Public),
    ("GET", "/co-quan/sang-kien.xlsx", Access::Roles(REFORMERS)),
    ("GET", "/sang-kien/{id}", Access::Public),
    ("POST", "/sang-kien/{id}/tep", Access::Roles(REFORMERS)),
    ("GET", "/sang-kien/{id}/tep/{file}", Access::Public),
    ("POST", "/sang-kien/{id}/tep/{file}", Access::Roles(REFORMERS)),
    ("GET", "/sang-kien/{id}/to-trinh", Access::Public),
    ("GET", "/sang-kien/{id}/to-trinh.docx", Access::Public),
    ("POST", "/sang-kien/{id}/buoc", Access::Roles(REFORMERS)),
    ("POST", "/sang-kien/{id}/phieu", Access::Roles(REFORMERS)),
    ("POST", "/sang-kien/{id}/van-ban", Access::Roles(REFORMERS)),
    ("POST", "/sang-kien/{id}/giai-doan", Access::Roles(REFORMERS)),
    ("POST", "/sang-kien/{id}/trien-khai", Access::Roles(REFORMERS)),
    ("POST", "/sang-kien/{id}/y-kien", Access::Roles(REFORMERS)),
    ("GET", "/co-quan/sang-kien", Access::Roles(REFORMERS)),
    ("POST", "/co-quan/sang-kien", Access::Roles(WORKERS)),
    ("GET", "/co-quan/sang-kien/nhap", Access::Roles(WORKERS)),
    ("POST", "/co-quan/sang-kien/nhap", Access::Roles(WORKERS)),
    ("GET", "/co-quan/sang-kien/mau.xlsx", Access::Roles(WORKERS)),
    ("GET", "/co-quan/sang-kien/{id}/sua", Access::Roles(WORKERS)),
    ("POST", "/co-quan/sang-kien/{id}/sua", Access::Roles(WORKERS)),
    ("POST", "/co-quan/sang-kien/{id}/luu-tam", Access::Roles(WORKERS)),
    ("GET", "/co-quan/sang-kien/{id}/bien-phap/{position}", Access::Roles(WORKERS)),
    ("POST", "/co-quan/sang-kien/{id}/bien-phap/{position}", Access::Roles(WORKERS)),
    ("GET", "/lanh-dao/ganh-nang", Access::Public),
    ("GET", "/co-quan/sang-kien/chua-ap-dung", Access::Roles(REFORMERS)),
    ("GET", "/api/v1/burdens", Access::Public),
    ("GET", "/api/v1/unapplied-decisions", Access::Roles(REFORMERS)),
    ("GET", "/lanh-dao/chi-thi", Access::SignedIn),
    ("POST", "/lanh-dao/chi-thi", Access::Roles(DIRECTORS)),
    ("POST", "/lanh-dao/chi-thi/{id}", Access::SignedIn),
    ("GET", "/api/v1/directive-tasks", Access::SignedIn),
    ("POST", "/api/v1/directive-tasks", Access::Roles(DIRECTORS)),
    ("POST", "/api/v1/directive-tasks/{id}", Access::SignedIn),
    ("PUT", "/api/v1/directive-tasks/{id}", Access::Roles(DIRECTORS)),
    ("GET", "/api/v1/directive-tracking", Access::SignedIn),
    ("GET", "/api/v1/initiatives", Access::Public),
    ("POST", "/api/v1/initiatives", Access::Roles(WORKERS)),
    ("GET", "/api/v1/initiatives/{id}", Access::Public),
    ("GET", "/api/v1/initiatives/{id}/similar", Access::Public),
    ("PUT", "/api/v1/initiatives/{id}", Access::Roles(WORKERS)),
    ("POST", "/api/v1/initiatives/{id}/measures", Access::Roles(WORKERS)),
    ("POST", "/api/v1/initiatives/{id}/steps", Access::Roles(REFORMERS)),
    ("POST", "/api/v1/initiatives/{id}/stages", Access::Roles(REFORMERS)),
    ("POST", "/api/v1/initiatives/{id}/units", Access::Roles(REFORMERS)),
    ("POST", "/api/v1/initiatives/{id}/votes", Access::Roles(REFORMERS)),
    ("POST", "/api/v1/initiatives/{id}/acts", Access::Roles(REFORMERS)),
    ("POST", "/api/v1/initiatives/{id}/acts/{act}", Access::Roles(REFORMERS)),
    ("GET", "/api/v1/initiatives/{id}/files", Access::Public),
    ("POST", "/api/v1/initiatives/{id}/files", Access::Roles(REFORMERS)),
    ("POST", "/api/v1/compliance-cost", Access::Public),
    ("GET", "/tinh-trang", Access::Public),
    ("GET", "/tinh-trang/su-co/{id}", Access::Public),
    ("GET", "/api/v1/incidents", Access::Public),
    ("GET", "/api/v1/incidents/{id}", Access::Public),
    ("GET", "/api/v1/subscriptions", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/subscriptions", Access::Roles(KEEPERS)),
    ("POST", "/api/v1/subscriptions/{id}", Access::Roles(KEEPERS)),
    ("GET", "/api/v1/dossier-statistics", Access::SignedIn),
    ("GET", "/api/v1/index-766", Access::Public),
    ("GET", "/api/v1/index-766/{department}", Access::Public),
    ("GET", "/muc-dich-vu", Access::Public),
    ("GET", "/muc-dich-vu/{id}", Access::Public),
    ("GET", "/co-quan/muc-dich-vu/moi", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/muc-dich-vu/moi", Access::Roles(KEEPERS)),
    ("GET", "/co-quan/muc-dich-vu/{id}/sua", Access::Roles(KEEPERS)),
    ("POST", "/co-quan/muc-dich-vu/{id}/sua", Access::Roles(KEEPERS)),
    ("GET", "/api/v1/service-levels", Access::Public),
    ("POST", "/api/v1/service-levels", Access::Roles(KEEPERS)),
    ("GET", "/api/v1/service-levels/{id}", Access::Public),
    ("PUT", "/api/v1/service-levels/{id}", Access::Roles(KEEPERS)),
    ("GET", "/api/v1/openapi.json", Access::Public),
    ("GET", "/api/v1/me", Access::SignedIn),
    ("GET", "/api/v1/audit", Access::Roles(&[Role::Auditor, Role::Admin])),
    ("GET", "/healthz", Access::Public),
    ("GET", "/readyz", Access::Public),
    ("GET", "/metrics", Access::Public),
];

/// What the table says about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Who may use it.
    Row(Access),
    /// The path takes these methods only.
    OtherMethods(String),
    /// The path has no row.
    Nothing,
}

/// Looks up a method and a path as the router writes it.
#[must_use]
pub fn find(method: &Method, path: &str) -> Found {
    let word = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let of_path = || ROUTES.iter().filter(|(_, row, _)| *row == path);
    if let Some((.., access)) = of_path().find(|(row, ..)| *row == word) {
        return Found::Row(*access);
    }
    let methods: Vec<&str> = of_path().map(|(row, ..)| *row).collect();
    if methods.is_empty() { Found::Nothing } else { Found::OtherMethods(methods.join(", ")) }
}

/// Where the table and what a router has registered differ: handlers that the table allows nobody, and rows that allow
/// what is not there.
#[must_use]
pub fn differences(registered: &[(&str, &str)]) -> Vec<String> {
    let rows = || ROUTES.iter().map(|(method, path, _)| (*method, *path));
    let without_row = registered.iter().filter(|route| !rows().any(|row| row == **route));
    let without_row = without_row.map(|(method, path)| format!("{method} {path} has no row in the table"));
    let without_handler = rows().filter(|row| !registered.contains(row));
    let without_handler = without_handler.map(|(method, path)| format!("{method} {path} has no handler"));
    without_row.chain(without_handler).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_method_and_path_and_stands_once() {
        for (at, (method, path, access)) in ROUTES.iter().enumerate() {
            assert_eq!(find(&method.parse().unwrap(), path), Found::Row(*access));
            assert!(!ROUTES[..at].iter().any(|row| row.0 == *method && row.1 == *path), "{method} {path} stands twice");
        }
        assert_eq!(find(&Method::HEAD, "/"), Found::Row(Access::Public));
        assert_eq!(find(&Method::DELETE, "/dang-nhap"), Found::OtherMethods("GET, POST".to_owned()));
        assert_eq!(find(&Method::GET, "/khong-co"), Found::Nothing);
    }
}
