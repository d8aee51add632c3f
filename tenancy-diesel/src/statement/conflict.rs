//! ON CONFLICT: always on a key that has the tenant in it, and an update only of a row of the same tenant.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::ColumnNames;
use super::predicate::{Before, Conditions, Everything};
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

/// An ON CONFLICT clause on key `Key`, of a partial index where there is a condition on it.
#[derive(Debug, Clone, Copy)]
pub struct OnConflict<Key, Action, Indexed = Everything> {
    action: Action,
    indexed: Indexed,
    key: PhantomData<Key>,
}

impl<Key, Action, Indexed> OnConflict<Key, Action, Indexed> {
    pub(super) fn new(indexed: Indexed, action: Action) -> Self {
        Self { action, indexed, key: PhantomData }
    }

    pub(super) fn map<Other>(self, change: impl FnOnce(Action) -> Other) -> OnConflict<Key, Other, Indexed> {
        OnConflict::new(self.indexed, change(self.action))
    }
}

/// DO NOTHING
#[derive(Debug, Clone, Copy, QueryId)]
pub struct DoNothing;

/// DO UPDATE, guarded by the tenant and, beside it, by the caller's conditions.
#[derive(Debug, Clone, Copy)]
pub struct DoUpdate<T, E, Changes, P = Everything> {
    tenant: TenantIs<E>,
    changes: Changes,
    predicate: P,
    table: PhantomData<T>,
}

impl<T, E, Changes> DoUpdate<T, E, Changes> {
    pub(super) fn new(tenant: E, changes: Changes) -> Self {
        Self { tenant: TenantIs::new(tenant), changes, predicate: Everything, table: PhantomData }
    }
}

impl<T, E, Changes, P> DoUpdate<T, E, Changes, P> {
    pub(super) fn map<Q>(self, change: impl FnOnce(P) -> Q) -> DoUpdate<T, E, Changes, Q> {
        DoUpdate {
            tenant: self.tenant,
            changes: self.changes,
            predicate: change(self.predicate),
            table: PhantomData,
        }
    }
}

/// Backends whose ON CONFLICT names the key. MySQL's ON DUPLICATE KEY names none, and would merge a row into whichever row
/// any unique key finds; so there is no upsert for it.
#[diagnostic::on_unimplemented(
    message = "backend `{Self}` has no ON CONFLICT that names its key",
    label = "an upsert here could overwrite another tenant's row",
    note = "on MySQL and MariaDB, insert first, and update where a unique violation says that the row is there",
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

impl<DB, T, Key, Shape, Action, Indexed> QueryFragment<DB> for OnConflict<(T, (Key, Shape)), Action, Indexed>
where
    DB: ConflictBackend,
    T: TenantTable,
    Key: ColumnNames<T, Shape>,
    Action: QueryFragment<DB>,
    Indexed: Conditions<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" ON CONFLICT (");
        push_key::<T, DB>(&Key::names(), &mut out)?;
        out.push_sql(")");
        self.indexed.walk_conditions(Before::Where, out.reborrow())?;
        self.action.walk_ast(out.reborrow())
    }
}

impl<DB: ConflictBackend> QueryFragment<DB> for DoNothing {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" DO NOTHING");
        Ok(())
    }
}

impl<DB, T, E, Changes, P> QueryFragment<DB> for DoUpdate<T, E, Changes, P>
where
    DB: ConflictBackend,
    T: TenantTable,
    E: ComparedTenant<DB>,
    Changes: QueryFragment<DB>,
    P: Conditions<DB>,
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
        let before = if T::Belonging::MANY {
            Before::Where // across tenants: there is no one tenant whose row it is
        } else {
            out.push_sql(" WHERE ");
            self.tenant.walk_equality::<T, DB>(T::NAME, out.reborrow())?;
            Before::And
        };
        self.predicate.walk_conditions(before, out)?;
        Ok(())
    }
}

impl<Key, Action, Indexed> QueryId for OnConflict<Key, Action, Indexed> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}
