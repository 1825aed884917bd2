//! `user`: add people, give their programs tokens, let them in and shut them out.

use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};

use crate::account::actions::{self, NewUser};
use crate::account::audit::Author;
use crate::account::manage;
use crate::account::model::Role;
use crate::account::session::actions::{make_token, revoke_tokens};
use crate::account::store;
use crate::app;
use crate::config::{Account, Settings};
use crate::platform::clock::{Clock, SystemClock};
use crate::platform::db::Db;

/// Users read from the database at once.
const PAGE: i64 = 200;
/// The variable a password is taken from.
const PASSWORD: &str = "TOANTRINH_PASSWORD";

/// What to do with users.
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Add a user. The password comes from `TOANTRINH_PASSWORD`, the terminal, or one line of standard input.
    Add(Add),
    /// Make a token for a program that acts as the user, and print it: it is not shown again.
    Token {
        /// Whose.
        login: String,
        /// What it is for.
        #[arg(long)]
        name: String,
        /// Days it holds [default: until it is revoked].
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3660))]
        days: Option<u32>,
    },
    /// End the user's tokens that have a name.
    Revoke {
        /// Whose.
        login: String,
        /// What they were for.
        #[arg(long)]
        name: String,
    },
    /// List users.
    List,
    /// Shut a user out; sessions and tokens end at once.
    Disable {
        /// Whom.
        login: String,
    },
    /// Let a user in again who was disabled or did not sign in for too long.
    Enable {
        /// Whom.
        login: String,
    },
    /// Let a user try again at once who typed a wrong password too often.
    Unlock {
        /// Whom.
        login: String,
    },
    /// Give a user another password, taken as for `add`; their sessions end.
    Password {
        /// Whose.
        login: String,
    },
    /// End every session of a user; tokens stay.
    RevokeSessions {
        /// Whose.
        login: String,
    },
}

#[derive(Debug, Args)]
struct Add {
    /// What they sign in with: a-z, 0-9, dot, hyphen, underscore, @.
    login: String,
    /// Their name.
    #[arg(long)]
    name: String,
    /// officer, `agency_head`, appraiser, approver, `catalog_editor`, `metric_owner`, auditor or admin; give it again for more.
    #[arg(long = "role", required = true)]
    roles: Vec<Role>,
    /// Where they work [default: they act for every organisation].
    #[arg(long, value_name = "ID")]
    organisation: Option<String>,
}

/// Does it.
pub async fn run(settings: &Settings, arguments: Arguments) -> anyhow::Result<ExitCode> {
    let db = app::open_database(settings).await?;
    let (by, now) = (Author::COMMAND_LINE, SystemClock.now());
    match arguments.what {
        What::Add(add) => {
            let password = read_password()?;
            let new = NewUser {
                login: &add.login,
                name: &add.name,
                password: &password,
                roles: &add.roles,
                organisation_id: add.organisation.as_deref(),
            };
            let id = actions::add_user(&db, by, new, now).await?;
            println!("added {} ({})", add.login, id.as_str());
        }
        What::Token { login, name, days } => {
            let expires =
                days.map(|days| now.checked_add(SignedDuration::from_hours(24 * i64::from(days)))).transpose()?;
            println!("{}", make_token(&db, by, &login, &name, expires, now).await?.reveal());
        }
        What::Revoke { login, name } => {
            let revoked = revoke_tokens(&db, by, &login, &name, now).await?;
            anyhow::ensure!(revoked > 0, "{login} has no token `{name}` that still holds");
            println!("revoked {revoked}");
        }
        What::List => list(&db, &settings.account, now).await?,
        What::Disable { login } => {
            actions::disable_user(&db, by, &login, now).await?;
            println!("{login} is shut out");
        }
        What::Enable { login } => {
            manage::enable_user(&db, by, &login, now).await?;
            println!("{login} may sign in");
        }
        What::Unlock { login } => {
            let unlocked = manage::unlock(&db, by, &login, now).await?;
            println!("{login} {}", if unlocked { "may try again" } else { "had no failed sign-in" });
        }
        What::Password { login } => {
            let ended = manage::set_password(&db, by, &login, &read_password()?, now).await?;
            println!("{login} has the new password; {ended} sessions ended");
        }
        What::RevokeSessions { login } => {
            println!("ended {} sessions", manage::revoke_sessions(&db, by, &login, now).await?);
        }
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(db: &Db, limits: &Account, now: Timestamp) -> anyhow::Result<()> {
    let mut after = String::new();
    loop {
        let users = store::users(&mut db.read().await?, &after, PAGE).await?;
        for user in &users {
            let roles: Vec<&str> = user.actor.roles.iter().map(|role| role.as_str()).collect();
            let organisation = user.actor.organisation_id.as_deref().unwrap_or("-");
            let alone = now.as_millisecond().saturating_sub(user.active_at);
            let state = match user.disabled_at {
                Some(_) => "disabled",
                None if alone >= limits.inactive() => "inactive",
                None => "active",
            };
            println!("{}\t{}\t{}\t{organisation}\t{state}", user.actor.login, user.actor.name, roles.join(","));
        }
        match users.last() {
            Some(last) => after.clone_from(&last.actor.login),
            None => return Ok(()),
        }
    }
}

/// From the environment, from the terminal without showing it, or one line of standard input.
fn read_password() -> anyhow::Result<String> {
    if let Ok(password) = std::env::var(PASSWORD) {
        return Ok(password);
    }
    if !stdin().is_terminal() {
        let mut line = String::new();
        stdin().read_line(&mut line).context("cannot read the password")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let password = rpassword::prompt_password("Password: ").context("cannot read the password")?;
    let again = rpassword::prompt_password("Again: ").context("cannot read the password")?;
    anyhow::ensure!(password == again, "the two passwords differ");
    Ok(password)
}
