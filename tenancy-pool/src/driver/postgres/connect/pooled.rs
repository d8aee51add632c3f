//! That a pooler keeps the names of prepared statements apart.
//!
//! Every statement of diesel-async is prepared under a name. A pooler in transaction mode that passes the names on lets
//! one client's statement be found under another's: PgBouncer before 1.21, and later ones with
//! `max_prepared_statements = 0`. Those that keep names apart give the server's side names of their own (PgBouncer's are
//! `PGBOUNCER_1` and so on), so the server is asked what it calls a statement of ours.

use std::hash::{BuildHasher as _, RandomState};

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage};

/// Prepares a statement and asks the server for its name there.
pub(super) async fn verify(client: &Client) -> Result<(), String> {
    // A text that no other client prepares, so that it is our statement that we find.
    let mark = format!("tenancy-probe-{:016x}", RandomState::new().hash_one(std::process::id()));
    // One transaction, hence one backend for both questions.
    client.batch_execute("BEGIN READ ONLY").await.map_err(|error| explain(&error))?;
    let statement = client.prepare(&format!("SELECT '{mark}'")).await.map_err(|error| explain(&error))?;
    let question =
        format!("SELECT name FROM pg_catalog.pg_prepared_statements WHERE statement LIKE '%{mark}%'");
    let answer = client.simple_query(&question).await.map_err(|error| explain(&error))?;
    drop(statement);
    client.batch_execute("ROLLBACK").await.map_err(|error| explain(&error))?;
    let names: Vec<_> = answer
        .iter()
        .filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten(),
            _ => None,
        })
        .collect();
    match names.as_slice() {
        [] => Err(refused("the server does not have a statement that was just prepared")),
        names => match names.iter().find(|name| is_the_drivers(name)) {
            Some(name) => {
                Err(refused(&format!("the server got a prepared statement under our own name `{name}`")))
            }
            None => Ok(()),
        },
    }
}

/// Whether the name is one that tokio-postgres gives: `s` and a number (`prepare.rs` there).
fn is_the_drivers(name: &str) -> bool {
    name.strip_prefix('s').is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn refused(reason: &str) -> String {
    format!(
        "{reason}, so that clients of the pooler would run each other's statements: it has to be PgBouncer 1.21 or later \
         with `max_prepared_statements` above 0, or another pooler that renames prepared statements; for a server without \
         a pooler leave `.behind_pooler()` out"
    )
}

fn explain(error: &tokio_postgres::Error) -> String {
    let clash = [SqlState::DUPLICATE_PSTATEMENT, SqlState::INVALID_SQL_STATEMENT_NAME];
    let reason = super::explain(error);
    if error.code().is_some_and(|code| clash.contains(code)) { refused(&reason) } else { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_driver_and_of_poolers() {
        assert!(["s0", "s12", "s"].into_iter().all(is_the_drivers));
        assert!(!["PGBOUNCER_1", "pooler_s1", "sx", ""].into_iter().any(is_the_drivers));
    }
}
