//! A batch of rows on SQLite: a statement for each run of rows that leave out the same columns, in one transaction.
//!
//! SQLite has no `DEFAULT` in VALUES, so rows that leave different columns to their defaults do not fit one statement.

#[cfg(feature = "async")]
mod asynchronous;

use diesel::backend::Backend;
use diesel::connection::Connection;
use diesel::insertable::InsertValues;
use diesel::query_builder::{AstPass, CollectedQuery, MoveableBindCollector, QueryFragment, ValuesClause};
use diesel::query_dsl::methods::ExecuteDsl;
use diesel::result::QueryResult;
use diesel::sqlite::Sqlite;

use crate::bound_tenant::ComparedTenant;
use crate::statement::insert::ScopedInsert;
use crate::statement::returning::{NoReturning, Returning};
use crate::statement::rows::{Batch, StampedRows, walk_rows};
use crate::statement::runs::{one_run, runs};
use crate::statement::second_name::sql_of;
use crate::statement::stamp::Stamp;
use crate::table::{TenantTable, push_table};

type BindData = <<Sqlite as Backend>::BindCollector<'static> as MoveableBindCollector<Sqlite>>::BindData;

/// A statement with its values, ready to be moved to where it runs.
pub(super) type Statement = CollectedQuery<BindData>;

/// The statement of one run of rows.
struct Run<'a, T, E, V, Conflict, Ret> {
    tenant: &'a E,
    rows: &'a [ValuesClause<V, T>],
    conflict: &'a Conflict,
    returning: &'a Ret,
}

impl<T, E, V, Conflict, Ret> QueryFragment<Sqlite> for Run<'_, T, E, V, Conflict, Ret>
where
    T: TenantTable<Belonging: Stamp<T, V, Sqlite>>,
    E: ComparedTenant<Sqlite>,
    V: InsertValues<Sqlite, T>,
    Conflict: QueryFragment<Sqlite>,
    Ret: QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.walk(out)
    }
}

impl<'a, T, E, V, Conflict, Ret> Run<'a, T, E, V, Conflict, Ret>
where
    T: TenantTable<Belonging: Stamp<T, V, Sqlite>>,
    E: ComparedTenant<Sqlite>,
    V: InsertValues<Sqlite, T>,
    Conflict: QueryFragment<Sqlite>,
    Ret: QueryFragment<Sqlite>,
{
    /// Prints what is referred to, which may outlive this value.
    fn walk<'b>(&self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()>
    where
        'a: 'b,
    {
        // Each number of rows is another statement: caching them would fill the cache.
        out.unsafe_to_cache_prepared();
        out.push_sql("INSERT INTO ");
        push_table::<T, Sqlite>(&mut out)?;
        out.push_sql(" ");
        walk_rows::<T, E, V, Sqlite>(self.tenant, self.rows, out.reborrow())?;
        self.conflict.walk_ast(out.reborrow())?;
        self.returning.walk_ast(out.reborrow())
    }
}

impl<T, R, E, V, Conflict, Ret, Id, const STATIC: bool>
    ScopedInsert<T, R, StampedRows<T, E, Batch<T, V, Id, STATIC>>, Conflict, Ret>
where
    T: TenantTable<Belonging: Stamp<T, V, Sqlite>>,
    E: ComparedTenant<Sqlite>,
    V: InsertValues<Sqlite, T>,
    Conflict: QueryFragment<Sqlite>,
    Ret: QueryFragment<Sqlite>,
{
    /// The statements, in the order of the rows.
    pub(super) fn sqlite_statements(&self) -> QueryResult<Vec<Statement>> {
        let mut rest = self.rows.rows.values.as_slice();
        let mut statements = Vec::new();
        for length in runs(rest, &Sqlite)? {
            let (rows, after) = rest.split_at(length);
            rest = after;
            let run =
                Run { tenant: &self.rows.tenant, rows, conflict: &self.conflict, returning: &self.returning };
            let mut binds = <Sqlite as Backend>::BindCollector::default();
            run.collect_binds(&mut binds, &mut (), &Sqlite)?;
            statements.push(CollectedQuery::new(sql_of(&run, &Sqlite)?, false, binds.moveable()));
        }
        Ok(statements)
    }
}

/// Runs the statements, in a transaction when there are several.
pub(super) fn execute_all<C>(statements: &[Statement], connection: &mut C) -> QueryResult<usize>
where
    C: Connection<Backend = Sqlite>,
{
    let run = |connection: &mut C| {
        statements
            .iter()
            .try_fold(0, |count, statement| Ok(count + connection.execute_returning_count(statement)?))
    };
    if statements.len() > 1 { connection.transaction(run) } else { run(connection) }
}

impl<T, R, E, V, Conflict, Id, C, const STATIC: bool> ExecuteDsl<C, Sqlite>
    for ScopedInsert<T, R, StampedRows<T, E, Batch<T, V, Id, STATIC>>, Conflict, NoReturning>
where
    C: Connection<Backend = Sqlite>,
    T: TenantTable<Belonging: Stamp<T, V, Sqlite>>,
    E: ComparedTenant<Sqlite>,
    V: InsertValues<Sqlite, T>,
    Conflict: QueryFragment<Sqlite>,
{
    fn execute(query: Self, connection: &mut C) -> QueryResult<usize> {
        execute_all(&query.sqlite_statements()?, connection)
    }
}

/// With RETURNING a batch is one statement, as Diesel loads the rows of one.
impl<T, R, E, V, Conflict, Expr, Id, const STATIC: bool> QueryFragment<Sqlite>
    for ScopedInsert<T, R, StampedRows<T, E, Batch<T, V, Id, STATIC>>, Conflict, Returning<Expr>>
where
    T: TenantTable<Belonging: Stamp<T, V, Sqlite>>,
    E: ComparedTenant<Sqlite>,
    V: InsertValues<Sqlite, T>,
    Conflict: QueryFragment<Sqlite>,
    Expr: QueryFragment<Sqlite>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let rows = &self.rows.rows.values;
        if rows.is_empty() {
            return crate::statement::insert::walk_nothing::<T, Sqlite>(out);
        }
        one_run(
            rows,
            &Sqlite,
            "without `returning` such a batch is sent in several statements; with it, give the same columns in every row, or \
             insert the two kinds apart",
        )?;
        Run { tenant: &self.rows.tenant, rows, conflict: &self.conflict, returning: &self.returning }
            .walk(out)
    }
}
