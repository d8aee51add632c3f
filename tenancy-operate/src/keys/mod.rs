//! The keys by which a database checks the seals of tenants: which it has, one more, one less.
//!
//! Each is done on a connection of whoever owns the schema `tenancy`, or of a superuser. A database accepts any number of keys, so that
//! one follows another without an outage: [`install`] the next, let the applications seal with it, wait for the lifetime of the last old
//! seal, and [`retire`] the old one. The secret itself never gets to the database: what it keeps is made of it.

mod error;
mod unlogged;

use diesel::QueryableByName;
use diesel::sql_query;
use diesel::sql_types::{Binary, Bool, Text};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use tenancy_rls::{Binding, SealingKey};

pub use self::error::KeyError;

/// A key that a database has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InstalledKey {
    /// Its number.
    pub id: String,
    /// Which seals it is good for.
    pub binding: Binding,
}

/// What became of installing a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Installation {
    /// The database has it now.
    New,
    /// It had it, for other seals.
    Rebound,
    /// It had it just so.
    AlreadyThere,
}

/// What became of retiring a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Retirement {
    /// The database refuses its seals now.
    Retired {
        /// Why it was retired although it locks the applications out, if it does.
        lockout: Option<String>,
    },
    /// It had no such key.
    NotThere,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Bool)]
    backend_only: bool,
}

#[derive(QueryableByName)]
struct Before {
    #[diesel(sql_type = Bool)]
    same: bool,
    #[diesel(sql_type = Bool)]
    backend_only: bool,
}

#[derive(QueryableByName)]
struct There {
    #[diesel(sql_type = Bool)]
    there: bool,
}

/// The keys that the database has, by their numbers.
///
/// # Errors
///
/// When the database has no table of keys, as before the wall's migration; when the role may not read it; and when the database does not
/// answer.
pub async fn installed(connection: &mut AsyncPgConnection) -> Result<Vec<InstalledKey>, KeyError> {
    keys_are_there(connection).await?;
    let rows: Vec<Row> =
        sql_query("SELECT id, backend_only FROM tenancy.sealing_keys ORDER BY length(id), id")
            .load(connection)
            .await
            .map_err(KeyError::of)?;
    Ok(rows.into_iter().map(InstalledKey::from).collect())
}

/// Lets the database accept the seals of `key`. It can be done again.
///
/// What the key is made of is bound, and neither in the statement's text nor in the server's log: where the server logs the values that are
/// bound, and the role may not leave that out, nothing is done.
///
/// # Errors
///
/// As [`installed`]; when the database has another secret under the key's number ([`KeyError::AnotherSecret`]); and when the secret would
/// be logged ([`KeyError::Logged`]).
///
/// # Cancellation
///
/// It is one transaction: the key is installed, or not. The connection is then to be closed.
pub async fn install(
    connection: &mut AsyncPgConnection,
    key: &SealingKey,
    binding: Binding,
) -> Result<Installation, KeyError> {
    keys_are_there(connection).await?;
    connection
        .transaction(async |connection: &mut AsyncPgConnection| {
            unlogged::from_here_on(connection).await?;
            lock(connection).await?;
            let (id, [inner, outer]) = (key.id().to_string(), key.pads());
            let backend_only = binding == Binding::Backend;
            let before: Vec<Before> = sql_query(
                "SELECT inner_pad = $2 AND outer_pad = $3 AS same, backend_only FROM tenancy.sealing_keys WHERE id = $1",
            )
            .bind::<Text, _>(&id)
            .bind::<Binary, _>(inner.as_slice())
            .bind::<Binary, _>(outer.as_slice())
            .load(connection)
            .await
            .map_err(KeyError::of)?;
            match before.into_iter().next() {
                Some(before) if !before.same => return Err(KeyError::AnotherSecret { id: key.id() }),
                Some(before) if before.backend_only == backend_only => return Ok(Installation::AlreadyThere),
                Some(_) => {
                    sql_query("UPDATE tenancy.sealing_keys SET backend_only = $2 WHERE id = $1")
                        .bind::<Text, _>(&id)
                        .bind::<Bool, _>(backend_only)
                        .execute(connection)
                        .await
                        .map_err(KeyError::of)?;
                    return Ok(Installation::Rebound);
                }
                None => {}
            }
            sql_query("INSERT INTO tenancy.sealing_keys (id, inner_pad, outer_pad, backend_only) VALUES ($1, $2, $3, $4)")
                .bind::<Text, _>(&id)
                .bind::<Binary, _>(inner.as_slice())
                .bind::<Binary, _>(outer.as_slice())
                .bind::<Bool, _>(backend_only)
                .execute(connection)
                .await
                .map_err(KeyError::of)?;
            Ok(Installation::New)
        })
        .await
}

/// Has the database refuse the seals of key number `id`, also in transactions that are running. It can be done again.
///
/// The last key, and the last one that is good for the same seals, locks out whoever seals with it. It is retired only where `lockout` says
/// why; the reason is in the server's log then.
///
/// # Errors
///
/// As [`installed`]; and when it is the last one and no reason is given ([`KeyError::Lockout`]).
///
/// # Cancellation
///
/// It is one transaction: the key is retired, or not. The connection is then to be closed.
pub async fn retire(
    connection: &mut AsyncPgConnection,
    id: u16,
    lockout: Option<&str>,
) -> Result<Retirement, KeyError> {
    keys_are_there(connection).await?;
    if lockout.is_some_and(|reason| reason.trim().is_empty()) {
        return Err(KeyError::NoReason);
    }
    connection
        .transaction(async |connection: &mut AsyncPgConnection| {
            // Two that retire the last two at a time would each see the other's.
            lock(connection).await?;
            let text = id.to_string();
            let (own, others): (Vec<_>, Vec<_>) =
                installed(connection).await?.into_iter().partition(|key| key.id == text);
            let Some(own) = own.into_iter().next() else { return Ok(Retirement::NotThere) };
            let is_covered =
                others.iter().any(|other| other.binding == Binding::Any || other.binding == own.binding);
            let lockout = match (is_covered, lockout) {
                (true, _) => None,
                (false, None) => return Err(KeyError::Lockout { id, others: others.len() }),
                (false, Some(reason)) => Some(reason.trim().to_owned()),
            };
            sql_query("DELETE FROM tenancy.sealing_keys WHERE id = $1")
                .bind::<Text, _>(&text)
                .execute(connection)
                .await
                .map_err(KeyError::of)?;
            if let Some(reason) = &lockout {
                tell(connection, id, reason).await?;
            }
            Ok(Retirement::Retired { lockout })
        })
        .await
}

/// Leaves the reason in the server's log: there is no other place that the application's roles do not write.
async fn tell(connection: &mut AsyncPgConnection, id: u16, reason: &str) -> Result<(), KeyError> {
    sql_query("SELECT pg_catalog.set_config('tenancy.lockout', $1, true)")
        .bind::<Text, _>(reason)
        .execute(connection)
        .await
        .map_err(KeyError::of)?;
    let block = format!(
        "DO $tenancy$ BEGIN RAISE LOG 'tenancy: % retired the sealing key {id}, which locks applications out: %', \
         session_user, current_setting('tenancy.lockout'); END $tenancy$"
    );
    connection.batch_execute(&block).await.map_err(KeyError::of)
}

/// Readers go on: only another change of the keys waits.
async fn lock(connection: &mut AsyncPgConnection) -> Result<(), KeyError> {
    connection
        .batch_execute("LOCK TABLE tenancy.sealing_keys IN SHARE ROW EXCLUSIVE MODE")
        .await
        .map_err(KeyError::of)
}

async fn keys_are_there(connection: &mut AsyncPgConnection) -> Result<(), KeyError> {
    let there: There = sql_query(
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                         WHERE n.nspname = 'tenancy' AND c.relname = 'sealing_keys') AS there",
    )
    .get_result(connection)
    .await
    .map_err(KeyError::of)?;
    if there.there { Ok(()) } else { Err(KeyError::NoTable) }
}

impl From<Row> for InstalledKey {
    fn from(row: Row) -> Self {
        let binding = if row.backend_only { Binding::Backend } else { Binding::Any };
        Self { id: row.id, binding }
    }
}
