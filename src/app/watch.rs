//! What goes on beside polling: incidents, service levels, letters about them, editions of the board.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use crate::board;
use crate::config::Settings;
use crate::initiative;
use crate::monitor::notify::deliver::{Post, deliver};
use crate::monitor::notify::mail::{MailError, Mailer};
use crate::monitor::{incident, service_level};
use crate::platform::clock::SharedClock;
use crate::platform::db::Db;
use crate::platform::http::Client;

/// How often new polls are looked at, and letters that wait.
const LOOK: Duration = Duration::from_secs(3);
/// How often service levels are evaluated; their figures change every five minutes.
const EVALUATE: SignedDuration = SignedDuration::from_mins(1);

/// How often the board is looked at for periods to freeze and for errata.
const KEEP: SignedDuration = SignedDuration::from_hours(1);

/// What watches polls and tells people.
pub struct Watch {
    db: Db,
    agency: String,
    clock: SharedClock,
    post: Post,
}

impl Watch {
    /// Puts it together.
    ///
    /// # Errors
    /// [`MailError`] when the settings of mail cannot be used.
    pub fn new(settings: &Settings, db: Db, clock: SharedClock) -> Result<Self, MailError> {
        let post = Post { client: Client::new(&settings.http), mailer: Mailer::new(&settings.mail)? };
        Ok(Self { db, agency: settings.board.agency.clone(), clock, post })
    }

    /// Watches until told to stop. Several processes may do so at once: each thing is done by one of them. Letters leave
    /// beside the rest, so that a receiver that does not answer holds nothing up.
    pub async fn run(self, stop: CancellationToken) {
        tokio::join!(self.look(&stop), self.send(&stop));
    }

    async fn look(&self, stop: &CancellationToken) {
        let (mut evaluated, mut kept) = (Timestamp::MIN, Timestamp::MIN);
        while pause(stop).await {
            let now = self.clock.now();
            if let Err(error) = incident::actions::follow(&self.db, now).await {
                tracing::error!(error = %error, "incidents could not be followed");
            }
            if now.duration_since(evaluated) >= EVALUATE {
                evaluated = now;
                if let Err(error) = initiative::actions::follow::measure(&self.db, now).await {
                    tracing::error!(error = %error, "what became of initiatives could not be measured");
                }
                if let Err(error) = service_level::evaluate::evaluate(&self.db, now).await {
                    tracing::error!(error = %error, "service levels could not be evaluated");
                }
            }
            if now.duration_since(kept) >= KEEP {
                kept = now;
                if let Err(error) = board::edition::keep(&self.db, &self.agency, now).await {
                    tracing::error!(error = %error, "editions of the board could not be kept");
                }
            }
        }
    }

    async fn send(&self, stop: &CancellationToken) {
        while pause(stop).await {
            tokio::select! {
                // A letter that is cut off is sent again after its lease.
                () = stop.cancelled() => return,
                done = deliver(&self.db, &self.post, &*self.clock) => if let Err(error) = done {
                    tracing::error!(error = %error, "letters could not be sent");
                }
            }
        }
    }
}

/// Waits until the next look; `false` when it is time to stop.
async fn pause(stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(LOOK) => true,
    }
}
