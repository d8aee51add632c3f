//! What a backend of the server keeps.

use std::fs;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Integer, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::Failure;

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// The backends that serve connections of that name.
async fn backends(superuser: &mut AsyncPgConnection, application: &str) -> Result<Vec<i32>, Failure> {
    let query = sql_query("SELECT pid FROM pg_stat_activity WHERE application_name = $1");
    let backends: Vec<Backend> = query.bind::<Text, _>(application).load(superuser).await?;
    Ok(backends.into_iter().map(|backend| backend.pid).collect())
}

/// How many connections of that name are open.
pub(super) async fn connections(
    superuser: &mut AsyncPgConnection,
    application: &str,
) -> Result<usize, Failure> {
    Ok(backends(superuser, application).await?.len())
}

/// The memory of the backend of the only connection of that name, in KiB: what it has for itself, without the buffers that all
/// share. Not a number where the kernel does not tell.
pub(super) async fn of_backend(superuser: &mut AsyncPgConnection, application: &str) -> Result<f64, Failure> {
    match backends(superuser, application).await?.as_slice() {
        [pid] => Ok(anonymous(*pid).unwrap_or(f64::NAN)),
        several => {
            Err(format!("{application:?} has {} connections, and one was expected", several.len()).into())
        }
    }
}

fn anonymous(pid: i32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss_Anon:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}
