//! Sends what is waiting to leave the program.

use jiff::{SignedDuration, Timestamp};

use super::delivery_store::{self, Claimed, Ended};
use super::mail::Mailer;
use super::webhook::{self, Refused};
use crate::monitor::parameters::{ParameterError, Parameters};
use crate::platform::clock::Clock;
use crate::platform::db::Db;
use crate::platform::http::Client;

/// Longer than a letter can take: whoever holds one for longer has died.
const LEASE: SignedDuration = SignedDuration::from_mins(3);
/// The pause after the first attempt; it doubles with each.
const PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// The longest pause.
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// How letters leave the program.
#[derive(Debug, Clone)]
pub struct Post {
    /// For webhooks.
    pub client: Client,
    /// For e-mail; `None` where no server is set.
    pub mailer: Option<Mailer>,
}

/// What became of letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken.
    pub sent: usize,
    /// To be tried again.
    pub again: usize,
    /// Given up.
    pub dead: usize,
}

/// Sends every letter that is due, one after another. Of several processes each letter is held by one at a time; one that
/// dies while sending leaves a letter that is sent again after the lease, with the same identifier.
///
/// # Errors
/// When the database fails, or the parameter `delivery_attempts` is missing.
pub async fn deliver(db: &Db, post: &Post, clock: &dyn Clock) -> Result<Delivered, ParameterError> {
    let mut tx = db.read().await?;
    let most = i64::from(Parameters::at(&mut tx, clock.now()).await?.count("delivery_attempts")?);
    drop(tx);
    let mut done = Delivered::default();
    while let Some(claimed) = delivery_store::claim(db, LEASE, clock.now()).await? {
        let now = clock.now();
        let ended = match send(db, post, &claimed, now).await {
            Ok(()) => Ended::Done,
            Err(Refused::Now(why)) if claimed.attempts < most => Ended::Again(after(claimed.attempts, now), why),
            Err(Refused::Now(why) | Refused::ForGood(why)) => Ended::Dead(why),
        };
        match &ended {
            Ended::Done => done.sent += 1,
            Ended::Again(..) => done.again += 1,
            Ended::Dead(why) => {
                done.dead += 1;
                tracing::error!(notification = %claimed.letter.id, why = %why, "a notification is given up");
            }
        }
        delivery_store::end(db, &claimed, &ended, clock.now()).await?;
    }
    Ok(done)
}

async fn send(db: &Db, post: &Post, claimed: &Claimed, now: Timestamp) -> Result<(), Refused> {
    let letter = &claimed.letter;
    match (letter.channel.as_str(), &post.mailer) {
        ("webhook", _) => webhook::send(db, &post.client, letter, now).await,
        ("email", Some(mailer)) => mailer.send(letter, now).await,
        ("email", None) => Err(Refused::Now("no mail server is set: give mail.smtp".to_owned())),
        (other, _) => Err(Refused::ForGood(format!("this program knows no channel {other}"))),
    }
}

/// When to try again after so many attempts.
fn after(attempts: i64, now: Timestamp) -> Timestamp {
    let doublings = u32::try_from(attempts.clamp(1, 12) - 1).unwrap_or(0);
    let pause = PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE);
    now.saturating_add(pause).unwrap_or(Timestamp::MAX)
}
