//! The reach of a stranger: the rows that are known by what the stranger has brought.

use std::fmt;
use std::marker::PhantomData;

use diesel::expression::{AsExpression, Expression};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_source::Column;
use diesel::result::QueryResult;
use diesel::sql_types::{SingleValue, SqlType};
use tenancy_core::AdmissionDoor;

use super::condition::push_filter;
use super::tenant_id::BoundValue;
use super::{Condition, Reach, ScopedTable};
use crate::bound_tenant::permit_strangers;
use crate::dialect::TenantBackend;
use crate::table::{TenantTable, push_column_of};

/// A column by which table `T` is read before anybody is admitted, as `#[tenant_scoped(tenant_id, admission(user_id))]` declares it.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not read by this column before anybody is admitted",
    label = "no stranger may look for a row by it",
    note = "declare it, if it holds what a stranger brings and cannot guess of others: `#[tenant_scoped(tenant_id, admission(user_id))]`",
    note = "T0028: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0028"
)]
pub trait AdmissionColumn<T>: Column<Table = T> {
    /// The column itself. Where the bound fails so does this projection, and the compiler leaves it at one error.
    type Column;
}

/// The reach of a transaction before anybody is admitted: it reads what [`BeforeAdmission`] sources and global tables show, and
/// nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unadmitted(());

impl Unadmitted {
    /// The one in the place of a tenant's id where statements are looked through.
    #[doc(hidden)]
    #[must_use]
    pub const fn nobody() -> Self {
        Self(())
    }
}

/// The reach of whoever is not admitted yet: the rows whose column `C` has the brought value, with the columns that the table declares
/// for that: the one by which rows belong to tenants, and those in `admission(…)`. No other stands in the statement, so that one which is
/// named all the same is an error of the database. For reading.
pub struct BeforeAdmission<C, K> {
    key: K,
    column: PhantomData<fn() -> C>,
}

/// A row has the brought value in column `C`.
pub struct KnownBy<C, E> {
    key: E,
    column: PhantomData<fn() -> C>,
}

impl<T: TenantTable, C, K> ScopedTable<T, BeforeAdmission<C, K>> {
    #[doc(hidden)]
    #[track_caller]
    pub fn before_admission(door: &AdmissionDoor, _column: C, key: K) -> Self
    where
        C: AdmissionColumn<T>,
    {
        door.record_use(T::NAME, C::NAME);
        Self::reaching(BeforeAdmission { key, column: PhantomData })
    }
}

impl<T, C, K> Reach<T> for BeforeAdmission<C, K>
where
    T: TenantTable,
    C: AdmissionColumn<T> + Expression<SqlType: SqlType + SingleValue>,
    K: AsExpression<C::SqlType, Expression: BoundValue> + Clone,
{
    type Condition = KnownBy<C, K::Expression>;

    fn condition(&self) -> Self::Condition {
        KnownBy { key: self.key.clone().as_expression(), column: PhantomData }
    }
}

impl<T, C, E, DB> Condition<T, DB> for KnownBy<C, E>
where
    DB: TenantBackend,
    T: TenantTable,
    C: AdmissionColumn<T>,
    E: QueryFragment<DB>,
{
    const COLUMNS: Option<&'static [&'static str]> = Some(T::ADMISSION);

    fn walk_condition<'b>(
        &'b self,
        name: &str,
        mut out: AstPass<'_, 'b, DB>,
        before: impl FnOnce(&mut AstPass<'_, 'b, DB>) -> QueryResult<()>,
    ) -> QueryResult<bool> {
        // Whoever is admitted reads what is theirs.
        permit_strangers()?;
        before(&mut out)?;
        push_column_of(name, C::NAME, &mut out)?;
        out.push_sql(" = ");
        self.key.walk_ast(out.reborrow())?;
        if let Some(filter) = T::FILTER {
            out.push_sql(" AND ");
            push_filter(name, filter, &mut out)?;
        }
        Ok(true)
    }
}

impl<C: 'static, E> QueryId for KnownBy<C, E> {
    type QueryId = KnownBy<C, ()>;
}

impl<C: 'static, K> QueryId for BeforeAdmission<C, K> {
    type QueryId = BeforeAdmission<C, ()>;
}

impl<C, K: Clone> Clone for BeforeAdmission<C, K> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), column: PhantomData }
    }
}

impl<C, E: Clone> Clone for KnownBy<C, E> {
    fn clone(&self) -> Self {
        Self { key: self.key.clone(), column: PhantomData }
    }
}

/// Not the key: it may be a secret.
impl<C: Column, K> fmt::Debug for BeforeAdmission<C, K> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("BeforeAdmission").field(&C::NAME).finish()
    }
}

impl<C: Column, E> fmt::Debug for KnownBy<C, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("KnownBy").field(&C::NAME).finish()
    }
}
