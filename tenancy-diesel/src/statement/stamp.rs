//! How a new row gets its tenant: stamped into a column, or as a parent that has to be the tenant's.

use std::marker::PhantomData;

use diesel::insertable::{ColumnInsertValue, DefaultableColumnInsertValue, InsertValues};
use diesel::query_builder::{AstPass, QueryBuilder as _, QueryFragment, ValuesClause};
use diesel::query_source::Column;
use diesel::result::{Error, QueryResult};

use super::second_name::{NamesOf, refuse_second_names, sql_of};
use crate::bound_tenant::{ComparedTenant, permit_every_tenant};
use crate::dialect::TenantBackend;
use crate::source::TenantIs;
use crate::table::TenantTable;
use crate::table::belonging::{ByColumn, ByLink, ByParent};
use crate::tuples::every_tuple;

/// A row's parent is not said where it has to be, or where it may not be changed. Nothing was sent.
///
/// The statement returns it inside of a [`QueryBuilderError`](Error::QueryBuilderError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParentError {
    /// A new row leaves out the column that names its parent, or leaves it to the column's default.
    #[error(
        "a new row of `{table}` does not say its parent: `{table}` belongs to its tenants through `{parent}`, by the column \
         `{column}`; nothing was sent. Give each row a `{column}`"
    )]
    Missing {
        /// The table's name in the database.
        table: &'static str,
        /// The column's.
        column: &'static str,
        /// The parent's.
        parent: &'static str,
    },
    /// `set` assigns the column that names the parent: that could give the row to another tenant.
    #[error(
        "`set` assigns `{table}.{column}`, by which rows belong to their tenants through `{parent}`; nothing was sent. To give a \
         row another parent of the same tenant, leave the column out and write `.under(key)`, which checks whose that one is"
    )]
    Assigned {
        /// The table's name in the database.
        table: &'static str,
        /// The column's.
        column: &'static str,
        /// The parent's.
        parent: &'static str,
    },
}

impl From<ParentError> for Error {
    fn from(reason: ParentError) -> Self {
        Self::QueryBuilderError(Box::new(reason))
    }
}

/// The way in which rows `V` of table `T` get their tenant.
pub trait Stamp<T, V, DB: TenantBackend> {
    /// Prints the names of the columns, with commas between.
    #[doc(hidden)]
    fn walk_names<'b>(values: &'b V, out: AstPass<'_, 'b, DB>) -> QueryResult<()>;

    /// Prints the values of a row, likewise.
    #[doc(hidden)]
    fn walk_row<'b, E>(tenant: &'b E, values: &'b V, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        E: ComparedTenant<DB>;
}

/// `"tenant_id", …`, and `$1, …`.
impl<T, V, DB> Stamp<T, V, DB> for ByColumn
where
    DB: TenantBackend,
    T: TenantTable,
    V: InsertValues<DB, T>,
{
    fn walk_names<'b>(values: &'b V, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        refuse_second_names::<T, DB>(&NamesOf(values, PhantomData::<T>), out.backend())?;
        out.push_identifier(T::TENANT_COLUMN)?;
        if !values.is_noop(out.backend())? {
            out.push_sql(", ");
            values.column_names(out.reborrow())?;
        }
        Ok(())
    }

    fn walk_row<'b, E>(tenant: &'b E, values: &'b V, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        E: ComparedTenant<DB>,
    {
        tenant.walk_ast(out.reborrow())?;
        if !values.is_noop(out.backend())? {
            out.push_sql(", ");
            values.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

/// `"canvas_id", …`, and `(SELECT … the canvas, if it is the tenant's …), …`.
impl<T, V, DB> Stamp<T, V, DB> for ByParent
where
    DB: TenantBackend,
    T: TenantTable,
    V: InsertValues<DB, T> + ChildValues<T, DB>,
{
    fn walk_names<'b>(values: &'b V, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let names = NamesOf(values, PhantomData::<T>);
        refuse_second_names::<T, DB>(&names, out.backend())?;
        if !mentions::<T, DB>(&sql_of(&names, out.backend())?, out.backend())? {
            return Err(missing::<T>());
        }
        values.column_names(out)
    }

    fn walk_row<'b, E>(tenant: &'b E, values: &'b V, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        E: ComparedTenant<DB>,
    {
        values.walk_values(tenant, true, out)?;
        Ok(())
    }
}

/// The rows as they are: who writes them spans all tenants.
impl<T, V, DB> Stamp<T, V, DB> for ByLink
where
    DB: TenantBackend,
    T: TenantTable,
    V: InsertValues<DB, T>,
{
    fn walk_names<'b>(values: &'b V, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        permit_every_tenant()?;
        values.column_names(out)
    }

    fn walk_row<'b, E>(_: &'b E, values: &'b V, out: AstPass<'_, 'b, DB>) -> QueryResult<()>
    where
        E: ComparedTenant<DB>,
    {
        values.walk_ast(out)
    }
}

/// The values of a row, one of which is the parent's key: what Diesel's `Insertable` makes of it.
#[diagnostic::on_unimplemented(
    message = "these values for `{T}` are not of a form in which its parent can be looked for",
    label = "neither a column's value nor a tuple of up to 32 of them (more by the feature `64-column-tables` or `128-column-tables`)",
    note = "give the columns as `column.eq(value)`, in a tuple, or by a struct that derives `Insertable`",
    note = "T0011: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0011"
)]
pub trait ChildValues<T, DB: TenantBackend> {
    /// Prints the values with commas between. Takes whether the next one is the first, and returns the same.
    #[doc(hidden)]
    fn walk_values<'b, E>(
        &'b self,
        tenant: &'b E,
        first: bool,
        out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<bool>
    where
        E: ComparedTenant<DB>;
}

impl<T, C, X, DB> ChildValues<T, DB> for ColumnInsertValue<C, X>
where
    DB: TenantBackend,
    T: TenantTable,
    C: Column,
    Self: QueryFragment<DB>,
{
    fn walk_values<'b, E>(
        &'b self,
        tenant: &'b E,
        first: bool,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<bool>
    where
        E: ComparedTenant<DB>,
    {
        out.push_sql(if first { "" } else { ", " });
        if C::NAME == T::TENANT_COLUMN {
            TenantIs::<E>::walk_parent::<T, DB>(tenant, out, |out| self.walk_ast(out))?;
        } else {
            self.walk_ast(out)?;
        }
        Ok(false)
    }
}

impl<T, C, X, DB> ChildValues<T, DB> for DefaultableColumnInsertValue<ColumnInsertValue<C, X>>
where
    DB: TenantBackend,
    T: TenantTable,
    C: Column,
    Self: QueryFragment<DB>,
    ColumnInsertValue<C, X>: QueryFragment<DB>,
{
    fn walk_values<'b, E>(
        &'b self,
        tenant: &'b E,
        first: bool,
        mut out: AstPass<'_, 'b, DB>,
    ) -> QueryResult<bool>
    where
        E: ComparedTenant<DB>,
    {
        match self {
            Self::Expression(value) => ChildValues::<T, DB>::walk_values(value, tenant, first, out),
            Self::Default if C::NAME == T::TENANT_COLUMN => Err(missing::<T>()),
            // SQLite leaves the column out.
            Self::Default if self.is_noop(out.backend())? => Ok(first),
            Self::Default => {
                out.push_sql(if first { "" } else { ", " });
                self.walk_ast(out)?;
                Ok(false)
            }
        }
    }
}

/// A struct within a struct.
impl<T, V: ChildValues<T, DB>, DB: TenantBackend> ChildValues<T, DB> for ValuesClause<V, T> {
    fn walk_values<'b, E>(&'b self, tenant: &'b E, first: bool, out: AstPass<'_, 'b, DB>) -> QueryResult<bool>
    where
        E: ComparedTenant<DB>,
    {
        self.values.walk_values(tenant, first, out)
    }
}

macro_rules! tuple {
    ($($value:ident $shape:ident $index:tt)+) => {
        impl<T, DB: TenantBackend, $($value: ChildValues<T, DB>),+> ChildValues<T, DB> for ($($value,)+) {
            fn walk_values<'b, E>(
                &'b self,
                tenant: &'b E,
                first: bool,
                mut out: AstPass<'_, 'b, DB>,
            ) -> QueryResult<bool>
            where
                E: ComparedTenant<DB>,
            {
                $(let first = self.$index.walk_values(tenant, first, out.reborrow())?;)+
                Ok(first)
            }
        }
    };
}
every_tuple!(tuple);

/// Whether `sql`, which writes columns of `T`, writes the one that names the parent.
fn mentions<T: TenantTable, DB: TenantBackend>(sql: &str, backend: &DB) -> QueryResult<bool> {
    let mut name = backend.query_builder();
    name.push_identifier(T::TENANT_COLUMN)?;
    // What is read, in a value, is qualified by its table; what is written never is.
    Ok(sql.match_indices(&name.finish()).any(|(at, _)| !sql[..at].ends_with('.')))
}

fn parent_of<T: TenantTable>() -> &'static str {
    T::THROUGH.map_or(T::NAME, |through| through.table)
}

pub(super) fn missing<T: TenantTable>() -> Error {
    ParentError::Missing { table: T::NAME, column: T::TENANT_COLUMN, parent: parent_of::<T>() }.into()
}

/// Refuses changes that assign the column by which rows of `T` belong to tenants. One that holds the tenant itself cannot be
/// assigned; one that names a parent can, as far as Diesel knows.
pub(super) fn refuse_parents<T, DB>(changes: &impl QueryFragment<DB>, backend: &DB) -> QueryResult<()>
where
    T: TenantTable,
    DB: TenantBackend,
{
    if T::THROUGH.is_none() || !mentions::<T, DB>(&sql_of(changes, backend)?, backend)? {
        return Ok(());
    }
    Err(ParentError::Assigned { table: T::NAME, column: T::TENANT_COLUMN, parent: parent_of::<T>() }.into())
}

/// A key of `T` with the column by which rows belong to tenants in it, whether or not it is among `names`.
pub(super) fn key_of<T: TenantTable>(names: Vec<&'static str>) -> Vec<&'static str> {
    use crate::table::belonging::Belonging as _;

    let added = (!T::Belonging::MANY && !names.contains(&T::TENANT_COLUMN)).then_some(T::TENANT_COLUMN);
    added.into_iter().chain(names).collect()
}
