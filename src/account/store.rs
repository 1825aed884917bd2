//! SQL of people, organisations and secrets.

use jiff::Timestamp;

use super::model::{Actor, Login, Role, Tree, UserId};
use crate::on_db;
use crate::platform::db::Tx;

/// The statements of people; every text runs on both databases.
pub mod sql {
    /// Adds an organisation unless its id is taken.
    pub const INSERT_ORGANISATION: &str = "
        INSERT INTO organisations (id, name, parent_id) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    /// Is there an organisation with this id?
    pub const FIND_ORGANISATION: &str = "SELECT id FROM organisations WHERE id = $1";
    /// Every organisation by name.
    pub const ORGANISATIONS: &str = "SELECT id, name FROM organisations ORDER BY id LIMIT 100000";
    /// Every organisation with the one above it.
    pub const TREE: &str = "SELECT id, parent_id FROM organisations ORDER BY id LIMIT 100000";
    /// Adds a user unless the login is taken.
    pub const INSERT_USER: &str = "
        INSERT INTO users (id, login, name, password_hash, organisation_id, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (login) DO NOTHING";
    /// Gives a user a role.
    pub const INSERT_ROLE: &str = "
        INSERT INTO user_roles (user_id, role) VALUES ($1, $2) ON CONFLICT (user_id, role) DO NOTHING";
    /// What signing in needs.
    pub const FIND_BY_LOGIN: &str = "SELECT id, name, password_hash FROM users WHERE login = $1";
    /// A user who may act.
    pub const FIND_ACTOR: &str = "
        SELECT id, login, name, organisation_id, COALESCE(active_at, created_at) AS active_at
        FROM users WHERE id = $1 AND disabled_at IS NULL";
    /// Roles of a user.
    pub const ROLES: &str = "SELECT role FROM user_roles WHERE user_id = $1 ORDER BY role LIMIT 100";
    /// Everybody who may act and has a role.
    pub const WITH_ROLE: &str = "
        SELECT u.id, u.login, u.name, u.organisation_id FROM users u JOIN user_roles r ON r.user_id = u.id
        WHERE r.role = $1 AND u.disabled_at IS NULL ORDER BY u.login LIMIT 10000";
    /// A page of users in the order of logins.
    pub const USERS: &str = "
        SELECT id, login, name, organisation_id, created_at, COALESCE(active_at, created_at) AS active_at, disabled_at
        FROM users WHERE login > $1 ORDER BY login LIMIT $2";
    /// Shuts a user out.
    pub const DISABLE: &str = "UPDATE users SET disabled_at = $2 WHERE id = $1 AND disabled_at IS NULL";
    /// Ends every session of a user.
    pub const DELETE_SESSIONS_OF: &str = "DELETE FROM sessions WHERE user_id = $1";
    /// Ends every token of a user.
    pub const REVOKE_TOKENS_OF: &str = "
        UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL";
    /// Keeps a secret unless there is one of that name.
    pub const INSERT_SECRET: &str = "
        INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    /// A secret.
    pub const FIND_SECRET: &str = "SELECT value FROM secrets WHERE name = $1";
}

/// What signing in needs of a user.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Credentials {
    /// Identifier.
    pub id: String,
    /// Their name.
    pub name: String,
    /// The password as it is kept.
    pub password_hash: String,
}

/// A user as administrators see them.
#[derive(Debug, Clone)]
pub struct User {
    /// The person.
    pub actor: Actor,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// When they signed in last, were enabled or added, epoch milliseconds.
    pub active_at: i64,
    /// Epoch milliseconds; `None` while they may act.
    pub disabled_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct ActorRow {
    id: String,
    login: String,
    name: String,
    organisation_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct SinceRow {
    #[sqlx(flatten)]
    actor: ActorRow,
    active_at: i64,
}

#[derive(sqlx::FromRow)]
struct UserRow {
    #[sqlx(flatten)]
    actor: ActorRow,
    created_at: i64,
    active_at: i64,
    disabled_at: Option<i64>,
}

/// Adds an organisation; says whether its id was free.
///
/// # Errors
/// When the database fails.
pub async fn insert_organisation(tx: &mut Tx, id: &str, name: &str, parent: Option<&str>) -> Result<bool, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_ORGANISATION)
        .bind(id)
        .bind(name)
        .bind(parent)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1))
}

/// Is there an organisation with this id?
///
/// # Errors
/// When the database fails.
pub async fn has_organisation(tx: &mut Tx, id: &str) -> Result<bool, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FIND_ORGANISATION).bind(id).fetch_optional(conn).await?);
    Ok(row.is_some())
}

/// Every organisation with its name.
///
/// # Errors
/// When the database fails.
pub async fn organisations(tx: &mut Tx) -> Result<Vec<(String, String)>, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query_as(sql::ORGANISATIONS).fetch_all(conn).await)
}

/// Every organisation with the one above it.
///
/// # Errors
/// When the database fails.
pub async fn tree(tx: &mut Tx) -> Result<Tree, sqlx::Error> {
    let rows: Vec<(String, Option<String>)> = on_db!(tx, |conn| sqlx::query_as(sql::TREE).fetch_all(conn).await?);
    Ok(Tree::new(rows))
}

/// Adds a user with their roles; says whether the login was free.
///
/// # Errors
/// When the database fails.
pub async fn insert_user(tx: &mut Tx, user: &Actor, password_hash: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    let id = user.id.as_str();
    let added = on_db!(tx, |conn| sqlx::query(sql::INSERT_USER)
        .bind(id)
        .bind(&user.login)
        .bind(&user.name)
        .bind(password_hash)
        .bind(&user.organisation_id)
        .bind(now.as_millisecond())
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1)?);
    if !added {
        return Ok(false);
    }
    for role in &user.roles {
        on_db!(tx, |conn| sqlx::query(sql::INSERT_ROLE)
            .bind(id)
            .bind(role.as_str())
            .execute(conn)
            .await
            .map(|_| ())?);
    }
    Ok(true)
}

/// What signing in needs of the user with this login.
///
/// # Errors
/// When the database fails.
pub async fn credentials(tx: &mut Tx, login: &Login) -> Result<Option<Credentials>, sqlx::Error> {
    Ok(on_db!(tx, |conn| sqlx::query_as(sql::FIND_BY_LOGIN).bind(login.as_str()).fetch_optional(conn).await?))
}

/// A user who may act; `None` when unknown or disabled.
///
/// # Errors
/// When the database fails.
pub async fn actor(tx: &mut Tx, user_id: &str) -> Result<Option<Actor>, sqlx::Error> {
    Ok(actor_since(tx, user_id).await?.map(|(actor, _)| actor))
}

/// A user who may act, and when they signed in last, were enabled or added; `None` when unknown or disabled.
///
/// # Errors
/// When the database fails.
pub async fn actor_since(tx: &mut Tx, user_id: &str) -> Result<Option<(Actor, i64)>, sqlx::Error> {
    let row: Option<SinceRow> =
        on_db!(tx, |conn| sqlx::query_as(sql::FIND_ACTOR).bind(user_id).fetch_optional(conn).await?);
    match row {
        Some(row) => Ok(Some((with_roles(tx, row.actor).await?, row.active_at))),
        None => Ok(None),
    }
}

async fn with_roles(tx: &mut Tx, row: ActorRow) -> Result<Actor, sqlx::Error> {
    let roles: Vec<(String,)> = on_db!(tx, |conn| sqlx::query_as(sql::ROLES).bind(&row.id).fetch_all(conn).await?);
    Ok(Actor {
        id: UserId::stored(row.id),
        login: row.login,
        name: row.name,
        // A role of a newer program gives no right in this one.
        roles: roles.iter().filter_map(|(word,)| word.parse::<Role>().ok()).collect(),
        organisation_id: row.organisation_id,
    })
}

/// Everybody who may act and has a role.
///
/// # Errors
/// When the database fails.
pub async fn with_role(tx: &mut Tx, role: Role) -> Result<Vec<Actor>, sqlx::Error> {
    let rows: Vec<ActorRow> =
        on_db!(tx, |conn| sqlx::query_as(sql::WITH_ROLE).bind(role.as_str()).fetch_all(conn).await?);
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        people.push(with_roles(tx, row).await?);
    }
    Ok(people)
}

/// At most `limit` users whose login follows `after`, in order; begin with an empty one.
///
/// # Errors
/// When the database fails.
pub async fn users(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<User>, sqlx::Error> {
    let rows: Vec<UserRow> =
        on_db!(tx, |conn| sqlx::query_as(sql::USERS).bind(after).bind(limit).fetch_all(conn).await?);
    let mut users = Vec::with_capacity(rows.len());
    for row in rows {
        let actor = with_roles(tx, row.actor).await?;
        users.push(User { actor, created_at: row.created_at, active_at: row.active_at, disabled_at: row.disabled_at });
    }
    Ok(users)
}

/// Shuts a user out: no session and no token of theirs holds any longer. Says whether they could act before.
///
/// # Errors
/// When the database fails.
pub async fn disable(tx: &mut Tx, user_id: &str, now: Timestamp) -> Result<bool, sqlx::Error> {
    let at = now.as_millisecond();
    let changed = on_db!(&mut *tx, |conn| sqlx::query(sql::DISABLE)
        .bind(user_id)
        .bind(at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected() == 1)?);
    delete_sessions(tx, user_id).await?;
    on_db!(tx, |conn| sqlx::query(sql::REVOKE_TOKENS_OF).bind(user_id).bind(at).execute(conn).await.map(|_| ())?);
    Ok(changed)
}

/// Ends every session of a user; says how many.
///
/// # Errors
/// When the database fails.
pub async fn delete_sessions(tx: &mut Tx, user_id: &str) -> Result<u64, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::DELETE_SESSIONS_OF)
        .bind(user_id)
        .execute(conn)
        .await
        .map(|done| done.rows_affected()))
}

/// A secret, if there is one of this name.
///
/// # Errors
/// When the database fails.
pub async fn secret(tx: &mut Tx, name: &str) -> Result<Option<String>, sqlx::Error> {
    let row: Option<(String,)> =
        on_db!(tx, |conn| sqlx::query_as(sql::FIND_SECRET).bind(name).fetch_optional(conn).await?);
    Ok(row.map(|(value,)| value))
}

/// Keeps a secret unless there is one of that name, and gives the one that is kept.
///
/// # Errors
/// When the database fails.
pub async fn keep_secret(tx: &mut Tx, name: &str, value: &str) -> Result<String, sqlx::Error> {
    on_db!(tx, |conn| sqlx::query(sql::INSERT_SECRET).bind(name).bind(value).execute(conn).await.map(|_| ())?);
    let (kept,): (String,) = on_db!(tx, |conn| sqlx::query_as(sql::FIND_SECRET).bind(name).fetch_one(conn).await?);
    Ok(kept)
}
