//! How the database is told a tenant where something is tried: as a text, or sealed for the connection's backend.

use std::time::SystemTime;

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::result::Error;
use diesel::sql_query;
use diesel::sql_types::Integer;
use diesel_async::{AsyncConnection, RunQueryDsl};

use super::Inspection;
use crate::quote::literal;
use crate::row_security::Mode;
use crate::seal::Sealer;

#[derive(QueryableByName)]
struct Backend {
    #[diesel(sql_type = Integer)]
    pid: i32,
}

/// The backend that a seal has to be for. Behind a pooler there is none: the next statement may be another one's.
pub(super) async fn backend<C>(connection: &mut C, pooled: bool) -> Result<Option<i32>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    if pooled {
        return Ok(None);
    }
    let backend: Backend = sql_query("SELECT pg_backend_pid() AS pid").get_result(connection).await?;
    Ok(Some(backend.pid))
}

/// What a connection is told.
pub(super) enum Telling<'a> {
    /// The tenant's text.
    Plain,
    /// A seal of it, for this backend.
    Sealed(&'a Sealer, Option<i32>),
    /// Nothing: tenants are sealed, and the key is not there.
    Nothing,
}

impl<'a> Telling<'a> {
    /// As the inspected wall has it.
    pub(super) async fn of<C>(inspection: &Inspection<'a>, connection: &mut C) -> Result<Self, Error>
    where
        C: AsyncConnection<Backend = Pg>,
    {
        Ok(match (inspection.wall.mode, inspection.sealer) {
            (Mode::Plain | Mode::Both, _) => Self::Plain,
            (Mode::Sealed, Some(sealer)) => {
                Self::Sealed(sealer, backend(connection, inspection.pooled).await?)
            }
            (Mode::Sealed, None) => Self::Nothing,
        })
    }

    /// What the setting is to hold for a tenant that nobody is, as SQL: other sessions may read a statement's text.
    pub(super) fn setting(&self, nobody: &str) -> Option<String> {
        match self {
            Self::Plain => Some(literal(nobody)),
            Self::Sealed(sealer, pid) => Some(literal(&sealer.seal(nobody, *pid, SystemTime::now()))),
            Self::Nothing => None,
        }
    }
}
