//! Hears of changes in the catalog, and says when it does not.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::StreamExt as _;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::CatalogConnection;
use super::migration::CHANNEL;
use crate::driver::postgres::connect::connect;
use crate::placement::Invalidations;

/// How long a silent connection is believed, and how long its answer to a question may take. A connection whose other side
/// has vanished without a word is noticed after both.
const SILENCE: Duration = Duration::from_secs(5);

/// The pause before the first new attempt; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Ends the listening when it is dropped.
pub(super) struct Listening(JoinHandle<()>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(super) fn spawn(connection: Arc<CatalogConnection>, invalidations: Invalidations) -> Listening {
    Listening(tokio::spawn(async move {
        let mut pause = FIRST_PAUSE;
        loop {
            let (address, options) = connection.for_listening();
            if let Ok(connected) = connect(address, &options).await
                && listen(connected.connection, &invalidations).await
            {
                pause = FIRST_PAUSE;
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }))
}

/// Listens until the connection is lost; whether it listened at all.
async fn listen(mut connection: AsyncPgConnection, invalidations: &Invalidations) -> bool {
    if !answers(&mut connection, &format!("LISTEN {CHANNEL}")).await {
        return false;
    }
    // What was committed before the LISTEN is read by every lookup from here on; what comes after is told.
    let _heard = Heard::begin(invalidations);
    loop {
        // A new stream each time does not lose what has come in between: it is a view of the connection's queue.
        let next = {
            let mut notifications = pin!(connection.notifications_stream());
            timeout(SILENCE, notifications.next()).await
        };
        match next {
            Ok(Some(Ok(notification))) if notification.channel == CHANNEL => {
                match notification.payload.as_str() {
                    "" => invalidations.forget_all(),
                    tenant => invalidations.forget(tenant),
                }
            }
            Ok(Some(Ok(_))) => {}
            Ok(Some(Err(_)) | None) => return true,
            Err(_) if answers(&mut connection, "SELECT 1").await => {}
            Err(_) => return true,
        }
    }
}

async fn answers(connection: &mut AsyncPgConnection, statement: &str) -> bool {
    matches!(timeout(SILENCE, connection.batch_execute(statement)).await, Ok(Ok(())))
}

/// Changes are heard of as long as this lives, also if the task ends in the middle.
struct Heard<'a>(&'a Invalidations);

impl<'a> Heard<'a> {
    fn begin(invalidations: &'a Invalidations) -> Self {
        invalidations.heard();
        Self(invalidations)
    }
}

impl Drop for Heard<'_> {
    fn drop(&mut self) {
        self.0.lost();
    }
}
