//! One SQL text, two databases: SQLite inside the program, or PostgreSQL by URL.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Runs one sqlx expression on whichever database the transaction belongs to.
///
/// The body is compiled once per driver, so a query that one of them cannot type does not compile.
#[macro_export]
macro_rules! on_db {
    ($tx:expr, |$conn:ident| $body:expr) => {
        match $tx {
            $crate::platform::db::Tx::Sqlite(tx) => {
                let $conn = &mut **tx;
                $body
            }
            $crate::platform::db::Tx::Postgres(tx) => {
                let $conn = &mut **tx;
                $body
            }
        }
    };
}

/// The open database.
#[derive(Debug, Clone)]
pub enum Db {
    /// The embedded database: one writer, many readers.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Connections that read.
        readers: SqlitePool,
        /// The database file.
        path: PathBuf,
    },
    /// A PostgreSQL server.
    Postgres(PgPool),
}

/// An open transaction on either database. Dropping it rolls back.
#[derive(Debug)]
pub enum Tx {
    /// On SQLite.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// On PostgreSQL.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// What can go wrong with the database as a whole.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The URL names no database we speak.
    #[error("`{0}` is no database: use sqlite:PATH or postgres://USER@HOST/NAME")]
    UnknownUrl(String),
    /// The database was written by a newer program.
    #[error(
        "the database has schema {found}, this program knows up to {known}: run the newer program, or restore the backup made before its migration"
    )]
    NewerSchema {
        /// Version found in the database.
        found: i64,
        /// Highest version this program has.
        known: i64,
    },
    /// The schema is behind and this database is not migrated by itself.
    #[error("the database has schema {found}, this program needs {needed}: run `toantrinh migrate`")]
    NotMigrated {
        /// Version found in the database.
        found: i64,
        /// Highest version this program has.
        needed: i64,
    },
    /// A migration failed.
    #[error("a migration failed")]
    Migrate(#[source] MigrateError),
    /// The database itself failed.
    #[error("the database failed")]
    Sql(#[from] sqlx::Error),
    /// The folder of the database cannot be made.
    #[error("cannot make the folder {0}")]
    Folder(PathBuf, #[source] std::io::Error),
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`; the SQLite file is made when missing.
    ///
    /// # Errors
    /// [`DbError`] when the URL is unknown or the database cannot be reached.
    pub async fn open(url: &str) -> Result<Self, DbError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(Path::new(path.trim_start_matches("//"))).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let pool =
                PgPoolOptions::new().max_connections(16).acquire_timeout(Duration::from_secs(10)).connect(url).await?;
            return Ok(Self::Postgres(pool));
        }
        Err(DbError::UnknownUrl(url.split('@').next_back().unwrap_or_default().to_owned()))
    }

    async fn open_sqlite(path: &Path) -> Result<Self, DbError> {
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|e| DbError::Folder(folder.to_owned(), e))?;
        }
        let options = SqliteConnectOptions::from_str("sqlite:")?
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(10))
            .row_buffer_size(1_000);
        // Imports touch many pages in a transaction: with 64 MB they stay in memory until it commits.
        let large = options.clone().pragma("cache_size", "-65536");
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(large).await?;
        let readers = SqlitePoolOptions::new().max_connections(8).connect_with(options.read_only(true)).await?;
        Ok(Self::Sqlite { writer, readers, path: path.to_owned() })
    }

    /// `sqlite` or `postgres`, for logs and metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres(_) => "postgres",
        }
    }

    /// Begins a transaction that writes.
    ///
    /// On SQLite it takes the write lock at once: a lock taken later fails under load.
    ///
    /// # Errors
    /// When no connection is free in time.
    pub async fn write(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin_with("BEGIN").await?),
        })
    }

    /// Begins a transaction that only reads and sees one state of the data.
    ///
    /// # Errors
    /// When no connection is free in time.
    pub async fn read(&self) -> Result<Tx, sqlx::Error> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin_with("BEGIN").await?),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        })
    }

    /// Brings the schema up to this program's, after a backup copy when SQLite data would change.
    ///
    /// # Errors
    /// [`DbError::NewerSchema`] when the database is from a newer program; [`DbError::Migrate`] when a step fails.
    pub async fn migrate(&self) -> Result<(), DbError> {
        let found = self.schema_version().await?;
        let known = newest(self.migrations());
        if found > known {
            return Err(DbError::NewerSchema { found, known });
        }
        if found == known {
            return Ok(());
        }
        match self {
            Self::Sqlite { writer, path, .. } => {
                if found > 0 {
                    back_up(writer, path, found).await?;
                }
                SQLITE_MIGRATIONS.run(writer).await.map_err(DbError::Migrate)
            }
            Self::Postgres(pool) => POSTGRES_MIGRATIONS.run(pool).await.map_err(DbError::Migrate),
        }
    }

    /// Checks that the schema is this program's, and changes nothing.
    ///
    /// # Errors
    /// [`DbError::NewerSchema`] or [`DbError::NotMigrated`].
    pub async fn check_schema(&self) -> Result<(), DbError> {
        let found = self.schema_version().await?;
        let known = newest(self.migrations());
        match found.cmp(&known) {
            std::cmp::Ordering::Greater => Err(DbError::NewerSchema { found, known }),
            std::cmp::Ordering::Less => Err(DbError::NotMigrated { found, needed: known }),
            std::cmp::Ordering::Equal => Ok(()),
        }
    }

    fn migrations(&self) -> &'static Migrator {
        match self {
            Self::Sqlite { .. } => &SQLITE_MIGRATIONS,
            Self::Postgres(_) => &POSTGRES_MIGRATIONS,
        }
    }

    /// The highest migration the database has; 0 when it has none.
    async fn schema_version(&self) -> Result<i64, DbError> {
        let table: Option<(i64,)> = match self {
            Self::Sqlite { writer, .. } => sqlx::query_as(sql::SQLITE_HAS_MIGRATIONS).fetch_optional(writer).await?,
            Self::Postgres(pool) => sqlx::query_as(sql::POSTGRES_HAS_MIGRATIONS).fetch_optional(pool).await?,
        };
        if table.is_none() {
            return Ok(0);
        }
        let (version,): (i64,) = match self {
            Self::Sqlite { writer, .. } => sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(writer).await?,
            Self::Postgres(pool) => sqlx::query_as(sql::SCHEMA_VERSION).fetch_one(pool).await?,
        };
        Ok(version)
    }

    /// Closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes the changes last.
    ///
    /// # Errors
    /// When the database cannot commit.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await,
            Self::Postgres(tx) => tx.commit().await,
        }
    }
}

fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|m| m.version).max().unwrap_or(0)
}

/// `VACUUM INTO` a file beside the database, named by the schema it holds.
async fn back_up(writer: &SqlitePool, path: &Path, schema: i64) -> Result<(), DbError> {
    let copy = path.with_extension(format!("schema-{schema}.backup"));
    if copy.exists() {
        return Ok(());
    }
    sqlx::query("VACUUM INTO $1").bind(copy.to_string_lossy().into_owned()).execute(writer).await?;
    tracing::info!(backup = %copy.display(), "copied the database before migrating it");
    Ok(())
}

/// The texts of this file; the first two are the only ones that differ per database.
pub mod sql {
    /// Does SQLite have a migration table?
    pub const SQLITE_HAS_MIGRATIONS: &str =
        "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'";
    /// Does PostgreSQL have a migration table?
    pub const POSTGRES_HAS_MIGRATIONS: &str = "SELECT CAST(1 AS BIGINT) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'";
    /// The newest migration that was applied.
    pub const SCHEMA_VERSION: &str = "SELECT CAST(COALESCE(MAX(version), 0) AS BIGINT) FROM _sqlx_migrations";
}
