//! What an inspection finds of a server by its version.

use std::sync::OnceLock;
use std::thread;

use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_rls::{Report, Roles, RowSecurity, Waivers, tables};

use crate::schema::agents;

/// The rule that finds servers with known holes.
const RULE: &str = "R080";

/// Accepts the holes that are known of the tests' PostgreSQL server: whatever is installed has to do for them.
///
/// It may be called from asynchronous code, whose thread it then blocks.
///
/// # Panics
///
/// As [`postgres_url`](super::postgres_url), and if the server does not answer.
#[track_caller]
pub fn known_holes() -> Waivers {
    static WAIVERS: OnceLock<Waivers> = OnceLock::new();
    WAIVERS.get_or_init(|| super::done(found(super::postgres_url()))).clone()
}

/// The report without what is found of the server, whichever is installed.
pub fn of_the_database(mut report: Report) -> Report {
    report.findings.retain(|finding| finding.code != RULE);
    report
}

fn found(url: &'static str) -> Result<Waivers, String> {
    // A thread of its own: a tokio runtime cannot be started inside another.
    let asked = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let roles = Roles::new("nobody", "nobody_across")?;
        let wall = RowSecurity::new(tables![agents], roles)?;
        let reason = "a server of the tests keeps nothing of anybody's";
        runtime.block_on(async {
            let mut connection = AsyncPgConnection::establish(url).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
                tenancy_test::kit::known_holes(&mut connection, &wall, reason).await?,
            )
        })
    });
    let answer = asked.join().map_err(|_| "the thread that asked the server panicked".to_owned())?;
    answer.map_err(|error| error.to_string())
}
