//! That a connection leads to one backend, and which.

use std::hash::{BuildHasher as _, RandomState};

use tokio_postgres::{Client, Config, SimpleQueryMessage};

const POOLER: &str =
    "a pooler answers, not the server: say `.behind_pooler()`, or give the server's own address";

/// A mark that is given when a connection opens, and that only a backend which was started for this connection has.
pub(in crate::driver::postgres) struct Mark(String);

impl Mark {
    pub(in crate::driver::postgres) fn new() -> Self {
        // It has to differ from every other connection's, and protects nothing by being unknown.
        let half = || RandomState::new().hash_one(std::process::id());
        Self(format!("{:016x}{:016x}", half(), half()))
    }

    /// The mark as one more of the connection's startup options.
    pub(in crate::driver::postgres) fn announced_in(&self, mut config: Config) -> Config {
        // The time zone is what diesel-async sets on each new connection. Said here as well, it is what a RESET leads to.
        let mark = format!("-c TimeZone=UTC -c tenancy.session={}", self.0);
        let options = match config.get_options() {
            Some(options) => format!("{options} {mark}"),
            None => mark,
        };
        config.options(options);
        config
    }

    /// Finds the mark, and with it the backend's process id.
    pub(in crate::driver::postgres) async fn verify(&self, client: &Client) -> Result<i32, String> {
        // The simple protocol: named statements are what a pooler may mix up.
        let answer = client
            .simple_query(
                "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('tenancy.session', true)",
            )
            .await
            .map_err(|error| explain(&error))?;
        let row = answer.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some((row.try_get(0).ok()?, row.try_get(1).ok()?)),
            _ => None,
        });
        match row {
            Some((Some(pid), Some(mark))) if mark == self.0 => {
                pid.parse().map_err(|_| format!("{pid:?} is no process id: is it PostgreSQL that answers?"))
            }
            Some(_) => Err(format!("the startup options did not reach the server: {POOLER}")),
            None => Err("it answered a question with nothing: is it PostgreSQL that answers?".to_owned()),
        }
    }
}

/// The driver's error in words. PgBouncer refuses startup parameters that it does not know.
pub(in crate::driver::postgres) fn explain(error: &tokio_postgres::Error) -> String {
    let reason = super::explain(error);
    if reason.contains("startup parameter") { format!("{reason}: {POOLER}") } else { reason }
}
