//! SQL of sign-ins by a provider.

use jiff::Timestamp;

use crate::account::secret::Secret;
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of this file; every text runs on both databases.
pub mod sql {
    /// Notes that somebody went to the provider.
    pub const INSERT_PENDING: &str = "
        INSERT INTO oidc_pending (state_sha256, browser_sha256, nonce, verifier, next, carried, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    /// Takes away what was noted, for the browser that went.
    pub const TAKE_PENDING: &str = "
        DELETE FROM oidc_pending WHERE state_sha256 = $1 AND browser_sha256 = $2 AND expires_at > $3
        RETURNING nonce, verifier, next, carried";
    /// Forgets who did not come back.
    pub const PRUNE_PENDING: &str = "DELETE FROM oidc_pending WHERE expires_at <= $1";
    /// Who an account at the provider speaks for.
    pub const FIND_IDENTITY: &str = "SELECT user_id FROM oidc_identities WHERE issuer = $1 AND subject = $2";
    /// Links an account at the provider with a user, unless one of them is linked.
    pub const INSERT_IDENTITY: &str = "
        INSERT INTO oidc_identities (issuer, subject, user_id, linked_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING";
}

/// What must be known when somebody comes back.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Pending {
    /// What the token must repeat.
    pub nonce: String,
    /// What shows the provider that it is us who asked.
    pub verifier: String,
    /// Where they wanted to go.
    pub next: String,
    /// What they had filled in when their session was over, as its sender wrote it; empty for nothing.
    pub carried: String,
}

/// Notes that the browser with a secret went to the provider with a state.
///
/// # Errors
/// When the database fails.
pub async fn insert_pending(
    tx: &mut Tx,
    state: &Secret,
    browser: &Secret,
    pending: &Pending,
    expires_at: i64,
) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_PENDING)
        .bind(state.sha256())
        .bind(browser.sha256())
        .bind(&pending.nonce)
        .bind(&pending.verifier)
        .bind(&pending.next)
        .bind(&pending.carried)
        .bind(expires_at)
        .execute(conn)
        .await
        .map(|_| ()))
}

/// Takes away what was noted; `None` when it was not, for another browser, too long ago, or is taken already.
///
/// # Errors
/// When the database fails.
pub async fn take_pending(
    tx: &mut Tx,
    state: &Secret,
    browser: &Secret,
    now: Timestamp,
) -> Result<Option<Pending>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::TAKE_PENDING)
        .bind(state.sha256())
        .bind(browser.sha256())
        .bind(now.as_millisecond())
        .fetch_optional(conn)
        .await?))
}

/// Forgets who did not come back in time.
///
/// # Errors
/// When the database fails.
pub async fn prune_pending(tx: &mut Tx, now: Timestamp) -> Result<(), sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::PRUNE_PENDING).bind(now.as_millisecond()).execute(conn).await.map(|_| ()))
}

/// The id of the user whom an account at the provider speaks for.
///
/// # Errors
/// When the database fails.
pub async fn identity(tx: &mut Tx, issuer: &str, subject: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FIND_IDENTITY).bind(issuer).bind(subject).fetch_optional(conn).await?);
    Ok(row.map(|(user_id,)| user_id))
}

/// Links an account at the provider with a user; says whether both were free.
///
/// # Errors
/// When the database fails.
pub async fn link(
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    user_id: &str,
    now: Timestamp,
) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_IDENTITY)
        .bind(issuer)
        .bind(subject)
        .bind(user_id)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}
