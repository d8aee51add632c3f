//! ON CONFLICT: always on a key that has the tenant in it, and an update only of a row of the same tenant.

use std::marker::PhantomData;

use diesel::query_builder::{AsChangeset, AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

#[cfg(feature = "postgres")]
use super::bulk::BulkRows;
use super::columns::ColumnNames;
use super::insert::ScopedInsert;
use super::returning::NoReturning;
use super::rows::{FromSelect, StampedRows};
use crate::dialect::TenantBackend;
use crate::source::push_tenant_column;
use crate::table::TenantTable;

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
    pub(crate) fn nowhere(action: Action) -> Self {
        Self { action, key: PhantomData }
    }
}

/// DO NOTHING
#[derive(Debug, Clone, Copy, QueryId)]
pub struct DoNothing;

/// DO UPDATE, guarded by the tenant.
#[derive(Debug, Clone, Copy)]
pub struct DoUpdate<T, E, Changes> {
    tenant: E,
    changes: Changes,
    table: PhantomData<T>,
}

/// An ON CONFLICT without its action.
#[derive(Debug, Clone)]
#[must_use = "say `do_nothing()` or `do_update().set(…)`"]
pub struct IncompleteOnConflict<T, R, Values, Key> {
    rows: Values,
    target: PhantomData<(T, R, Key)>,
}

/// A DO UPDATE without its `set`.
#[derive(Debug, Clone)]
#[must_use = "say `set(…)`"]
pub struct IncompleteDoUpdate<T, R, Values, Key> {
    rows: Values,
    target: PhantomData<(T, R, Key)>,
}

impl<T, R, Values, Key> IncompleteOnConflict<T, R, Values, Key> {
    pub(crate) fn new(rows: Values) -> Self {
        Self { rows, target: PhantomData }
    }

    /// Keeps the row that is there.
    pub fn do_nothing(self) -> ScopedInsert<T, R, Values, OnConflict<(T, Key), DoNothing>> {
        ScopedInsert::new(self.rows, OnConflict::nowhere(DoNothing), NoReturning)
    }

    /// Changes the row that is there, if it is the same tenant's.
    pub fn do_update(self) -> IncompleteDoUpdate<T, R, Values, Key> {
        IncompleteDoUpdate { rows: self.rows, target: PhantomData }
    }
}

impl<T, R, Values, Key> IncompleteDoUpdate<T, R, Values, Key>
where
    T: TenantTable,
    Values: Stamped,
{
    /// What to change; `diesel::upsert::excluded(column)` is the value that was to be inserted.
    pub fn set<Changes>(
        self,
        changes: Changes,
    ) -> ScopedInsert<T, R, Values, OnConflict<(T, Key), DoUpdate<T, Values::Tenant, Changes::Changeset>>>
    where
        Changes: AsChangeset<Target = T>,
    {
        let action =
            DoUpdate { tenant: self.rows.tenant(), changes: changes.as_changeset(), table: PhantomData };
        ScopedInsert::new(self.rows, OnConflict::nowhere(action), NoReturning)
    }
}

/// Rows that know their tenant.
pub trait Stamped {
    /// The bound tenant.
    type Tenant;

    /// The tenant, once more.
    #[doc(hidden)]
    fn tenant(&self) -> Self::Tenant;
}

impl<T, E: Clone, V> Stamped for StampedRows<T, E, V> {
    type Tenant = E;

    fn tenant(&self) -> E {
        self.tenant.clone()
    }
}

#[cfg(feature = "postgres")]
impl<T, E: Clone, Columns> Stamped for BulkRows<T, E, Columns> {
    type Tenant = E;

    fn tenant(&self) -> E {
        self.tenant.clone()
    }
}

impl<T, E: Clone, Q, C, Shape> Stamped for FromSelect<T, E, Q, C, Shape> {
    type Tenant = E;

    fn tenant(&self) -> E {
        self.tenant.clone()
    }
}

/// Backends whose ON CONFLICT names the key. MySQL's ON DUPLICATE KEY names none: it would merge a row into whatever
/// row any unique key finds, so it is not offered.
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
        out.push_identifier(T::TENANT_COLUMN)?;
        Key::push_names(&mut out)?;
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
    E: QueryFragment<DB>,
    Changes: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Without a static id, so it is kept prepared under its text: see `ScopedUpdate`.
        if self.changes.is_noop(out.backend())? {
            out.push_sql(" DO NOTHING");
            return Ok(());
        }
        out.push_sql(" DO UPDATE SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        push_tenant_column::<T, DB>(T::NAME, &mut out)?;
        out.push_sql(" = ");
        self.tenant.walk_ast(out.reborrow())
    }
}

impl<Key, Action> QueryId for OnConflict<Key, Action> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}
