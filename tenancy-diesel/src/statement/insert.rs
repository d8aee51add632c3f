//! INSERT within a tenant.

use std::marker::PhantomData;

use diesel::expression::{MixedAggregates, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::insertable::Insertable;
#[cfg(feature = "postgres")]
use diesel::query_builder::ValuesClause;
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;
use diesel::result::QueryResult;

#[cfg(feature = "postgres")]
use super::bulk::{BulkRow, BulkRows};
use super::columns::ColumnNames;
use super::conflict::{DoNothing, NoConflict, OnConflict};
use super::default_row::DefaultRow;
use super::from_select::FromSelect;
use super::predicate::Everything;
use super::returning::{NoReturning, Returning};
use super::rows::{RowCount, Rows, StampedRows};
use super::target::{InsertTarget, MayWrite};
use super::upsert::IncompleteOnConflict;
use crate::dialect::{Database, TenantBackend};
use crate::source::ScopedTable;
use crate::table::belonging::NamesItsTenant;
use crate::table::{TenantTable, push_table};

/// Starts an insert into the rows of one tenant: the twin of `diesel::insert_into`.
///
/// # Examples
///
/// ```
/// # use tenancy_diesel::prelude::*;
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # fn hire(scope: &Scoped<i32>) {
/// use diesel::prelude::*;
///
/// let statement = tenancy_diesel::insert_into(agents::table.scoped(scope)).values(agents::name.eq("Ada"));
/// # #[cfg(feature = "sqlite")]
/// assert!(diesel::debug_query::<diesel::sqlite::Sqlite, _>(&statement).to_string().starts_with(
///     "INSERT INTO `agents` (`tenant_id`, `name`) VALUES (?, ?)"
/// ));
/// # }
/// # #[cfg(feature = "testing")]
/// # hire(&tenancy_diesel::testing::scope(7));
/// ```
pub fn insert_into<Target, T, R, E, By>(target: Target) -> IncompleteInsert<T, R, E>
where
    Target: InsertTarget<Table = T, Reach = R, Tenant = E, Writer = By>,
    By: MayWrite<T>,
{
    IncompleteInsert { tenant: target.into_tenant(), target: PhantomData }
}

/// An insert without its rows.
#[derive(Debug, Clone)]
#[must_use = "an insert runs when it is executed"]
pub struct IncompleteInsert<T, R, E> {
    pub(super) tenant: E,
    target: PhantomData<(T, R)>,
}

impl<T: TenantTable, R, E> IncompleteInsert<T, R, E> {
    /// The rows: anything that is Diesel's `Insertable` for the bare table, without the tenant column. One value, a
    /// tuple, an array, a slice or a `Vec`.
    ///
    /// SQLite cannot write `DEFAULT` in VALUES. So a batch there is a statement for each run of rows that leave out the same
    /// columns, and if there are several they run in one transaction.
    pub fn values<V, Given>(self, values: V) -> ScopedInsert<T, R, StampedRows<T, E, Given>>
    where
        V: Insertable<T>,
        V::Values: Rows<T, Rows = Given>,
    {
        let rows = StampedRows { tenant: self.tenant, rows: values.values().rows(), table: PhantomData };
        ScopedInsert::new(rows, NoConflict, NoReturning)
    }

    /// A row of which only the tenant is given: every other column is left to its default.
    pub fn default_values(self) -> ScopedInsert<T, R, DefaultRow<T, E>>
    where
        T::Belonging: NamesItsTenant<T>,
    {
        ScopedInsert::new(DefaultRow { tenant: self.tenant, table: PhantomData }, NoConflict, NoReturning)
    }

    /// Many rows at once: an array for each column, unnested. The statement is the same for any number of rows, so it is
    /// prepared once. PostgreSQL only; on another database, and for values that the database computes, use
    /// [`values`](Self::values).
    ///
    /// A row is anything that is Diesel's `Insertable` for the bare table, without the tenant column, as long as its values
    /// are plain ones. A field that is `None` leaves its column to the default; all rows have to leave out the same columns.
    ///
    /// On a table that belongs to its tenants through a parent, each row's parent is looked for in the statement: one that is not the
    /// tenant's fails all of it.
    ///
    /// Two things are refused: a column that is itself an array, and, by Citus under row-level security, any
    /// `INSERT … SELECT` of this kind. Use `values` there.
    ///
    /// # Errors
    ///
    /// The statement returns a `QueryBuilderError` with [`MixedDefaults`](super::MixedDefaults), when it is run, if some
    /// rows leave a column to its default and others do not, and a `SerializationError` with [`ArrayColumn`](super::ArrayColumn)
    /// if a column is itself an array.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tenancy_diesel::prelude::*;
    /// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
    /// # fn hire(scope: &Scoped<i32>) {
    /// use diesel::prelude::*;
    ///
    /// let rows = ["Ada", "Bob"].map(|name| (agents::name.eq(name),));
    /// let statement = tenancy_diesel::insert_into(agents::table.scoped(scope)).bulk(rows);
    /// assert!(diesel::debug_query::<diesel::pg::Pg, _>(&statement).to_string().starts_with(
    ///     r#"INSERT INTO "agents" ("tenant_id", "name") SELECT $1, bulk.* FROM unnest($2) AS bulk"#
    /// ));
    /// # }
    /// # #[cfg(feature = "testing")]
    /// # hire(&tenancy_diesel::testing::scope(7));
    /// ```
    #[cfg(feature = "postgres")]
    pub fn bulk<Row, V, Columns>(
        self,
        rows: impl IntoIterator<Item = Row>,
    ) -> ScopedInsert<T, R, BulkRows<T, E, Columns>>
    where
        Row: Insertable<T, Values = ValuesClause<V, T>>,
        V: BulkRow<T, Columns = Columns>,
    {
        let rows = BulkRows::new(self.tenant, rows.into_iter().map(Insertable::values));
        ScopedInsert::new(rows, NoConflict, NoReturning)
    }

    /// The rows that `query` selects, into `columns`, which are in the order of its selection.
    ///
    /// On a table that belongs to its tenants through a parent, the column that names it is among `columns`, and each row's parent is
    /// looked for in the statement: one that is not the tenant's fails all of it.
    ///
    /// Citus runs this on the coordinator, and refuses it under row-level security; use `values` there.
    pub fn from_select<Q, C, Shape, Named>(
        self,
        query: Q,
        _columns: C,
    ) -> ScopedInsert<T, R, FromSelect<T, E, Q::Query, Named>>
    where
        C: ColumnNames<T, Shape, Named = Named>,
        Q: AsQuery<SqlType = C::SqlType>,
    {
        let rows = FromSelect { tenant: self.tenant, query: query.as_query(), table: PhantomData };
        ScopedInsert::new(rows, NoConflict, NoReturning)
    }
}

/// `INSERT INTO … (tenant, …) VALUES …`
#[derive(Debug, Clone)]
#[must_use = "an insert runs when it is executed"]
pub struct ScopedInsert<T, R, Values, Conflict = NoConflict, Ret = NoReturning> {
    pub(super) rows: Values,
    pub(super) conflict: Conflict,
    pub(super) returning: Ret,
    target: PhantomData<(T, R)>,
}

impl<T, R, Values, Conflict, Ret> ScopedInsert<T, R, Values, Conflict, Ret> {
    pub(crate) fn new(rows: Values, conflict: Conflict, returning: Ret) -> Self {
        Self { rows, conflict, returning, target: PhantomData }
    }
}

impl<T, R, Values> ScopedInsert<T, R, Values> {
    /// Leaves out rows that would violate a unique key. PostgreSQL and SQLite.
    ///
    /// # Tenancy
    ///
    /// If a unique key does not lead with the tenant column, the number of inserted rows tells whether another tenant has
    /// the value. The keys of tenant tables should lead with the tenant.
    pub fn on_conflict_do_nothing(self) -> ScopedInsert<T, R, Values, OnConflict<(), DoNothing>> {
        ScopedInsert::new(self.rows, OnConflict::new(Everything, DoNothing), NoReturning)
    }

    /// Names the key whose conflict is handled: `target`, and the tenant column before it.
    ///
    /// On MySQL and MariaDB this is ON DUPLICATE KEY UPDATE, which finds a row by any unique key: where it is not the named one's, the
    /// statement fails with an error of the server's, and stores nothing. A changed row counts as two there.
    pub fn on_conflict<Target, Shape, Named>(
        self,
        _target: Target,
    ) -> IncompleteOnConflict<T, R, Values, Named>
    where
        Target: ColumnNames<T, Shape, Named = Named>,
    {
        IncompleteOnConflict::new(self.rows, Everything)
    }
}

impl<T, R, Values, Conflict> ScopedInsert<T, R, Values, Conflict> {
    /// What to return of each inserted row.
    pub fn returning<Expr>(self, expression: Expr) -> ScopedInsert<T, R, Values, Conflict, Returning<Expr>>
    where
        ScopedInsert<T, R, Values, Conflict, Returning<Expr>>: Query,
    {
        ScopedInsert::new(self.rows, self.conflict, Returning(expression))
    }
}

impl<T, R, Values, Conflict, Ret, DB> QueryFragment<DB> for ScopedInsert<T, R, Values, Conflict, Ret>
where
    DB: TenantBackend,
    T: TenantTable,
    Values: QueryFragment<DB> + RowCount,
    Conflict: QueryFragment<DB>,
    Ret: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.rows.is_empty() {
            return walk_nothing::<T, DB>(out);
        }
        out.push_sql("INSERT INTO ");
        push_table::<T, DB>(&mut out)?;
        out.push_sql(" ");
        self.rows.walk_ast(out.reborrow())?;
        self.conflict.walk_ast(out.reborrow())?;
        self.returning.walk_ast(out.reborrow())
    }
}

/// The statement of an insert of no rows: it does nothing and returns nothing.
pub(super) fn walk_nothing<T: TenantTable, DB: TenantBackend>(
    mut out: AstPass<'_, '_, DB>,
) -> QueryResult<()> {
    if out.backend().database() != Database::Sqlite {
        // As Diesel has it.
        out.push_sql("SELECT 1 FROM (SELECT 1) AS no_rows WHERE 1 = 0");
        return Ok(());
    }
    // After a read, SQLite says of the write before it how many rows it changed.
    out.push_sql("DELETE FROM ");
    push_table::<T, DB>(&mut out)?;
    out.push_sql(" WHERE 1 = 0");
    Ok(())
}

impl<T, R, Values, Conflict, Ret> QueryId for ScopedInsert<T, R, Values, Conflict, Ret>
where
    T: 'static,
    Values: QueryId,
    Conflict: QueryId,
    Ret: QueryId,
{
    type QueryId = ScopedInsert<T, (), Values::QueryId, Conflict::QueryId, Ret::QueryId>;

    const HAS_STATIC_QUERY_ID: bool =
        Values::HAS_STATIC_QUERY_ID && Conflict::HAS_STATIC_QUERY_ID && Ret::HAS_STATIC_QUERY_ID;
}

impl<T, R, Values, Conflict> AsQuery for ScopedInsert<T, R, Values, Conflict>
where
    T: TenantTable,
    ScopedInsert<T, R, Values, Conflict, Returning<T::AllColumns>>: Query,
{
    type SqlType = <Self::Query as Query>::SqlType;
    type Query = ScopedInsert<T, R, Values, Conflict, Returning<T::AllColumns>>;

    fn as_query(self) -> Self::Query {
        self.returning(T::all_columns())
    }
}

impl<T, R, Values, Conflict, Expr> Query for ScopedInsert<T, R, Values, Conflict, Returning<Expr>>
where
    Expr: SelectableExpression<ScopedTable<T, R>> + ValidGrouping<()>,
    Expr::IsAggregate: MixedAggregates<is_aggregate::No, Output = is_aggregate::No>,
{
    type SqlType = Expr::SqlType;
}

impl<T, R, Values, Conflict, Ret, Conn> RunQueryDsl<Conn> for ScopedInsert<T, R, Values, Conflict, Ret> {}
