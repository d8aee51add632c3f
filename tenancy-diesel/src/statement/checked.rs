//! Rows that carry a tenant, and are inserted only if it is the scope's.

use diesel::insertable::Insertable;
use diesel::result::{Error, QueryResult};
use tenancy_core::Scoped;

use super::insert::{IncompleteInsert, ScopedInsert};
use super::rows::{Rows, StampedRows};
use crate::bound_tenant::BoundTenant;
use crate::source::Within;
use crate::table::TenantTable;

/// A row that carries the tenant whose it is, or several of them.
///
/// [`derive(TenantScoped)`](macro@crate::TenantScoped) implements it for a model that has the tenant's field. References, slices,
/// arrays and `Vec`s of such models are rows that carry it as well.
#[diagnostic::on_unimplemented(
    message = "`{Self}` carries no tenant that could be compared with the scope's",
    label = "no row with a tenant, nor several of them",
    note = "derive it: `#[derive(TenantScoped)]` on the model, which has the tenant's field; rows without one are inserted with `values`",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait CarriesTenant {
    /// The type of the tenant's id.
    type TenantId: PartialEq;

    /// The index of the first row that is not `tenant`'s.
    #[doc(hidden)]
    fn row_of_another(&self, tenant: &Self::TenantId) -> Option<usize>;

    /// Checks that every row is the scope's tenant's: before a `bulk`, an `upsert` or whatever else there is no `checked` of.
    ///
    /// # Errors
    ///
    /// A `QueryBuilderError` with [`RowOfAnotherTenant`] at the first row that is not.
    fn check_tenant<B>(&self, scope: &Scoped<Self::TenantId, B>) -> QueryResult<()> {
        check(self, scope.tenant())
    }
}

/// A row that was to be written carries another tenant than the scope's. Nothing was sent.
///
/// It is inside of a [`QueryBuilderError`](Error::QueryBuilderError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "row {index}, counted from 0, carries another tenant than the scope that it is written with; nothing was sent. Write each \
     tenant's rows with that tenant's scope"
)]
pub struct RowOfAnotherTenant {
    /// The row, counted from 0.
    pub index: usize,
}

impl From<RowOfAnotherTenant> for Error {
    fn from(reason: RowOfAnotherTenant) -> Self {
        Self::QueryBuilderError(Box::new(reason))
    }
}

fn check<V: CarriesTenant + ?Sized>(rows: &V, tenant: &V::TenantId) -> QueryResult<()> {
    match rows.row_of_another(tenant) {
        Some(index) => Err(RowOfAnotherTenant { index }.into()),
        None => Ok(()),
    }
}

impl<V: CarriesTenant + ?Sized> CarriesTenant for &V {
    type TenantId = V::TenantId;

    fn row_of_another(&self, tenant: &V::TenantId) -> Option<usize> {
        (**self).row_of_another(tenant)
    }
}

impl<V: CarriesTenant> CarriesTenant for [V] {
    type TenantId = V::TenantId;

    fn row_of_another(&self, tenant: &V::TenantId) -> Option<usize> {
        self.iter().position(|row| row.row_of_another(tenant).is_some())
    }
}

impl<V: CarriesTenant> CarriesTenant for Vec<V> {
    type TenantId = V::TenantId;

    fn row_of_another(&self, tenant: &V::TenantId) -> Option<usize> {
        self.as_slice().row_of_another(tenant)
    }
}

impl<V: CarriesTenant, const N: usize> CarriesTenant for [V; N] {
    type TenantId = V::TenantId;

    fn row_of_another(&self, tenant: &V::TenantId) -> Option<usize> {
        self.as_slice().row_of_another(tenant)
    }
}

impl<T: TenantTable, I, B, W, E> IncompleteInsert<T, Within<I, B, W>, BoundTenant<T, I, E>> {
    /// Rows that carry their tenant, as a struct does that is both read and written. One of another tenant is an error, where
    /// [`values`](Self::values) would store it under the scope's.
    ///
    /// The field is compared and not written: Diesel's `skip_insertion` keeps it out of the columns, which the statement fills.
    ///
    /// # Errors
    ///
    /// A `QueryBuilderError` with [`RowOfAnotherTenant`] at the first row that carries another tenant. Nothing is sent then, of no row.
    ///
    /// # Examples
    ///
    /// ```
    /// use diesel::prelude::*;
    /// use tenancy_diesel::{insert_into, prelude::*};
    ///
    /// tenancy_diesel::table! {
    ///     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
    /// }
    ///
    /// #[derive(Queryable, Selectable, Insertable, TenantScoped)]
    /// #[diesel(table_name = agents)]
    /// struct Agent {
    ///     id: i32,
    ///     #[diesel(skip_insertion)]
    ///     tenant_id: i32,
    ///     name: String,
    /// }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// fn restore(scope: &Scoped<i32>, agents: &[Agent], connection: &mut SqliteConnection) -> QueryResult<usize> {
    ///     insert_into(agents::table.scoped(scope)).checked(agents)?.execute(connection)
    /// }
    /// ```
    pub fn checked<V>(
        self,
        rows: V,
    ) -> QueryResult<ScopedInsert<T, Within<I, B, W>, StampedRows<T, BoundTenant<T, I, E>, V::Values>>>
    where
        V: CarriesTenant<TenantId = I> + Insertable<T>,
        V::Values: Rows<T, Rows = V::Values>,
    {
        check(&rows, self.tenant.id())?;
        Ok(self.values(rows))
    }
}
