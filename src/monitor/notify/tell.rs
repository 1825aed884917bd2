//! Tells whoever wants to hear of an event, in the transaction that made it happen.

use jiff::Timestamp;

use super::model::Event;
use super::store;
use crate::platform::db::Tx;

/// Writes a notification for each subscription that wants an event and has not been told of it. Says how many.
///
/// # Errors
/// When the database fails.
pub async fn tell(tx: &mut Tx, event: &Event, now: Timestamp) -> Result<usize, sqlx::Error> {
    let mut told = 0;
    for subscription in store::subscriptions(tx).await? {
        if subscription.enabled
            && subscription.wanted.wants(event)
            && store::tell(tx, &subscription, event, now).await?
        {
            told += 1;
        }
    }
    Ok(told)
}
