//! Looking at a database before it is served from.

use diesel::pg::Pg;
use diesel_async::AsyncConnection;
use tenancy_core::placement::Placement;

use super::Session;
use super::rules::PostgresRules;
use crate::error::{BuildError, PoolError};

/// Refuses a database that does not keep its part of the promise.
pub(super) async fn of_database<C>(connection: &mut C, rules: &PostgresRules) -> Result<(), BuildError>
where
    C: AsyncConnection<Backend = Pg>,
{
    rules.shared_schemas.inspect(connection, rules.declared_tables()).await?;
    #[cfg(feature = "rls")]
    if let Some(guard) = &rules.guard {
        guard.inspect(connection).await?;
    }
    Ok(())
}

/// Refuses a connection that may do more before admission than read what is declared.
pub(super) async fn of_admission<C>(connection: &mut C, rules: &PostgresRules) -> Result<(), BuildError>
where
    C: AsyncConnection<Backend = Pg>,
{
    #[cfg(feature = "rls")]
    if let Some(guard) = &rules.guard {
        guard.inspect_admission(connection).await?;
    }
    let _ = (connection, rules);
    Ok(())
}

/// Looks at a place once, before it is served from.
pub(super) async fn of_schema<C>(
    connection: &mut C,
    session: &mut Session,
    rules: &PostgresRules,
    placement: &Placement,
) -> Result<(), PoolError>
where
    C: AsyncConnection<Backend = Pg>,
{
    #[cfg(feature = "rls")]
    if let Some(guard) = &rules.guard {
        guard.inspect_schema(connection, session, placement).await?;
    }
    let _ = session;
    if let Some(types) = &rules.own_types {
        let path = rules.search_path(placement);
        types.look(connection, placement, path.as_deref(), &rules.shared_schemas).await?;
    }
    Ok(())
}
