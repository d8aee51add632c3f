//! ON CONFLICT: always on a key that has the tenant in it, and an update only of a row of the same tenant.

use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::ColumnNames;
use super::predicate::{Before, Conditions, Either, Everything, Filtered};
use super::second_name::refuse_second_names;
use super::stamp::{key_of, refuse_parents};
use crate::bound_tenant::ComparedTenant;
use crate::dialect::{Database, TenantBackend};
use crate::source::TenantIs;
use crate::table::belonging::Belonging as _;
use crate::table::{TenantTable, push_column_of};

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

/// Backends whose ON CONFLICT names the key, and the conditions on a row that is there. MySQL's ON DUPLICATE KEY does neither: it
/// finds whichever row any unique key finds. An upsert with a key says there in its assignments which row it has to be, and
/// fails if it is another; what has no key, or a condition, is not for it.
#[diagnostic::on_unimplemented(
    message = "backend `{Self}` has no ON CONFLICT without a key, nor with conditions",
    label = "ON DUPLICATE KEY takes whichever row any unique key finds, another tenant's as well",
    note = "on MySQL and MariaDB, name the key and leave conditions out, `.on_conflict(agents::id).do_update()`; or insert first, and \
            update where a unique violation says that the row is there",
    note = "T0005: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0005"
)]
pub trait ConflictBackend: TenantBackend {}

#[cfg(feature = "postgres")]
impl ConflictBackend for diesel::pg::Pg {}
#[cfg(feature = "sqlite")]
impl ConflictBackend for diesel::sqlite::Sqlite {}

/// Conditions of an upsert: none, or those of a backend that has them there.
#[diagnostic::on_unimplemented(
    message = "an upsert has conditions, and backend `{DB}` has none there",
    label = "ON DUPLICATE KEY takes whichever row any unique key finds, whatever else it is",
    note = "on MySQL and MariaDB, name the key and leave conditions out, `.on_conflict(agents::id).do_update()`; or insert first, and \
            update where a unique violation says that the row is there",
    note = "T0005: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0005"
)]
pub trait ConflictConditions<DB: TenantBackend>: Conditions<DB> {}

impl<DB: TenantBackend> ConflictConditions<DB> for Everything {}

#[diagnostic::do_not_recommend]
impl<DB: ConflictBackend, Rest, Predicate> ConflictConditions<DB> for Filtered<Rest, Predicate> where
    Self: Conditions<DB>
{
}

#[diagnostic::do_not_recommend]
impl<DB: ConflictBackend, Rest, Predicate> ConflictConditions<DB> for Either<Rest, Predicate> where
    Self: Conditions<DB>
{
}

impl<DB: ConflictBackend> QueryFragment<DB> for OnConflict<(), DoNothing> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql(" ON CONFLICT DO NOTHING");
        Ok(())
    }
}

impl<DB, T, Key, Shape, Action, Indexed> QueryFragment<DB> for OnConflict<(T, (Key, Shape)), Action, Indexed>
where
    DB: TenantBackend,
    T: TenantTable,
    Key: ColumnNames<T, Shape>,
    Action: QueryFragment<DB>,
    Indexed: ConflictConditions<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let key = key_of::<T>(Key::names());
        if assigns_only(out.backend()) {
            walk_on_duplicate::<T, DB>(&key, &mut out)?;
            return self.action.walk_ast(out);
        }
        out.push_sql(" ON CONFLICT (");
        for (index, column) in key.iter().enumerate() {
            out.push_sql(if index == 0 { "" } else { ", " });
            out.push_identifier(column)?;
        }
        out.push_sql(")");
        self.indexed.walk_conditions(Before::Where, out.reborrow())?;
        self.action.walk_ast(out)
    }
}

/// Prints ON DUPLICATE KEY UPDATE, and as its first assignment one that changes nothing, and fails where the row that was found has
/// not the key of the one that was to be inserted. That has the tenant in it, or the parent, which was looked for.
fn walk_on_duplicate<T: TenantTable, DB: TenantBackend>(
    key: &[&str],
    out: &mut AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    let Some(first) = key.first() else { return Ok(()) };
    out.push_sql(" ON DUPLICATE KEY UPDATE ");
    out.push_identifier(first)?;
    out.push_sql(" = CASE CASE WHEN ");
    for (index, column) in key.iter().enumerate() {
        out.push_sql(if index == 0 { "" } else { " AND " });
        push_column_of(T::NAME, column, out)?;
        out.push_sql(" <=> VALUES(");
        out.push_identifier(column)?;
        out.push_sql(")");
    }
    out.push_sql(" THEN 1 ELSE ");
    out.push_sql(ANOTHER_ROW);
    // Of the column's own type, whichever that is.
    out.push_sql(" END WHEN 1 THEN ");
    push_column_of(T::NAME, first, out)?;
    out.push_sql(" ELSE ");
    push_column_of(T::NAME, first, out)?;
    out.push_sql(" END");
    Ok(())
}

/// "Subquery returns more than 1 row": an expression that fails when it is computed, on MySQL and MariaDB.
const ANOTHER_ROW: &str = "(SELECT 1 UNION ALL SELECT 2)";

/// Whether the database is one whose upsert is a list of assignments: MySQL. What is done is then more of them, or none.
fn assigns_only<DB: TenantBackend>(backend: &DB) -> bool {
    backend.database() == Database::Mysql
}

impl<DB: TenantBackend> QueryFragment<DB> for DoNothing {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !assigns_only(out.backend()) {
            out.push_sql(" DO NOTHING");
        }
        Ok(())
    }
}

impl<DB, T, E, Changes, P> QueryFragment<DB> for DoUpdate<T, E, Changes, P>
where
    DB: TenantBackend,
    T: TenantTable,
    E: ComparedTenant<DB>,
    Changes: QueryFragment<DB>,
    P: ConflictConditions<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Without a static id, so it is kept prepared under its text: see `ScopedUpdate`.
        if self.changes.is_noop(out.backend())? {
            return QueryFragment::<DB>::walk_ast(&DoNothing, out);
        }
        refuse_second_names::<T, DB>(&self.changes, out.backend())?;
        refuse_parents::<T, DB>(&self.changes, out.backend())?;
        if assigns_only(out.backend()) {
            // Whose the row is, the first assignment looked at, and there are no conditions.
            out.push_sql(", ");
            return self.changes.walk_ast(out);
        }
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
