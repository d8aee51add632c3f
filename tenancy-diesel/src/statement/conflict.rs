//! ON CONFLICT: always on a key that has the tenant in it, and an update only of a row of the same tenant.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::ColumnNames;
use super::second_name::refuse_second_names;
use super::stamp::{push_key, refuse_parents};
use crate::bound_tenant::ComparedTenant;
use crate::dialect::TenantBackend;
use crate::source::TenantIs;
use crate::table::TenantTable;
use crate::table::belonging::Belonging as _;

/// No ON CONFLICT clause.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct NoConflict;

impl<DB: TenantBackend> QueryFragment<DB> for NoConflict {
    fn walk_ast<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        Ok(())
    }
}

/// An ON CONFLICT clause on key `Key`.
#[derive(Debug, Clone, Copy)]
pub struct OnConflict<Key, Action> {
    action: Action,
    key: PhantomData<Key>,
}

impl<Key, Action> OnConflict<Key, Action> {
    pub(super) fn new(action: Action) -> Self {
        Self { action, key: PhantomData }
    }
}

/// DO NOTHING
#[derive(Debug, Clone, Copy, QueryId)]
pub struct DoNothing;

/// DO UPDATE, guarded by the tenant.
#[derive(Debug, Clone, Copy)]
pub struct DoUpdate<T, E, Changes> {
    tenant: TenantIs<E>,
    changes: Changes,
    table: PhantomData<T>,
}

impl<T, E, Changes> DoUpdate<T, E, Changes> {
    pub(super) fn new(tenant: E, changes: Changes) -> Self {
        Self { tenant: TenantIs::new(tenant), changes, table: PhantomData }
    }
}

/// Backends whose ON CONFLICT names the key. MySQL's ON DUPLICATE KEY names none, and would merge a row into whichever row
/// any unique key finds; so there is no upsert for it.
#[diagnostic::on_unimplemented(
    message = "backend `{Self}` has no ON CONFLICT that names its key",
    label = "an upsert here could overwrite another tenant's row",
    note = "on MySQL and MariaDB, update first and insert when no row was changed, in one transaction",
    note = "T0005: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0005"
)]
pub trait ConflictBackend: TenantBackend {}

#[cfg(feature = "postgres")]
impl ConflictBackend for diesel::pg::Pg {}
#[cfg(feature = "sqlite")]
impl ConflictBackend for diesel::sqlite::Sqlite {}

impl<DB: ConflictBackend> QueryFragment<DB> for OnConflict<(), DoNothing> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" ON CONFLICT DO NOTHING");
        Ok(())
    }
}

impl<DB, T, Key, Shape, Action> QueryFragment<DB> for OnConflict<(T, (Key, Shape)), Action>
where
    DB: ConflictBackend,
    T: TenantTable,
    Key: ColumnNames<T, Shape>,
    Action: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" ON CONFLICT (");
        push_key::<T, DB>(&Key::names(), &mut out)?;
        out.push_sql(")");
        self.action.walk_ast(out.reborrow())
    }
}

impl<DB: ConflictBackend> QueryFragment<DB> for DoNothing {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" DO NOTHING");
        Ok(())
    }
}

impl<DB, T, E, Changes> QueryFragment<DB> for DoUpdate<T, E, Changes>
where
    DB: ConflictBackend,
    T: TenantTable,
    E: ComparedTenant<DB>,
    Changes: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Without a static id, so it is kept prepared under its text: see `ScopedUpdate`.
        if self.changes.is_noop(out.backend())? {
            out.push_sql(" DO NOTHING");
            return Ok(());
        }
        refuse_second_names::<T, DB>(&self.changes, out.backend())?;
        refuse_parents::<T, DB>(&self.changes, out.backend())?;
        out.push_sql(" DO UPDATE SET ");
        self.changes.walk_ast(out.reborrow())?;
        if T::Belonging::MANY {
            return Ok(()); // across tenants: there is no one tenant whose row it is
        }
        out.push_sql(" WHERE ");
        self.tenant.walk_equality::<T, DB>(T::NAME, out)
    }
}

impl<Key, Action> QueryId for OnConflict<Key, Action> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}
