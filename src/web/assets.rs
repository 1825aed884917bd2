//! Style sheet, script and icon, carried inside the program.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "src/web/assets/"]
struct Assets;

/// Changes when any asset changes; part of every asset's address.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = 0u64;
    for name in Assets::iter() {
        for byte in Assets::get(&name).iter().flat_map(|f| f.metadata.sha256_hash()) {
            hash = hash.wrapping_mul(31).wrapping_add(u64::from(byte));
        }
    }
    format!("{hash:x}")
});

/// One asset.
pub async fn serve(Path(file): Path<String>) -> Response {
    let Some(asset) = Assets::get(&file) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match file.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        _ => "application/octet-stream",
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.data.into_owned()).into_response()
}
