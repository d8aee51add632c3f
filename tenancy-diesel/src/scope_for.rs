//! What may scope a table, and what may span its tenants. Sealed: the bounds are the library's own gate.

use diesel::expression::AsExpression;
use diesel::sql_types::{SingleValue, SqlType};
use tenancy_core::{CrossTenant, Scoped};

use crate::bound_tenant::BoundTenant;
use crate::source::Within;
use crate::table::{TenantSqlType, TenantTable};

mod sealed {
    use diesel::expression::AsExpression;
    use diesel::sql_types::{SingleValue, SqlType};

    use crate::table::{TenantSqlType, TenantTable};

    pub trait Scope {}
    impl<I, B> Scope for &tenancy_core::Scoped<I, B> {}

    /// A bound value. An id that is a column, or any other expression, would compare the tenant column with what the
    /// row itself says.
    pub trait Value {}
    impl<ST, V> Value for diesel::internal::derives::as_expression::Bound<ST, V> {}

    /// An id that binds as a value.
    pub trait Id<T> {}
    impl<T, I> Id<T> for I
    where
        T: TenantTable,
        TenantSqlType<T>: SqlType + SingleValue,
        I: AsExpression<TenantSqlType<T>, Expression: Value> + Clone + 'static,
    {
    }

    pub trait Span {}
    impl Span for &tenancy_core::CrossTenant {}
}

/// A scope for table `T`: a reference to a [`Scoped`], and nothing else.
#[diagnostic::on_unimplemented(
    message = "tenant table `{T}` is scoped by something that proves no tenant: `{Self}`",
    label = "this is not a `&Scoped<_>`",
    note = "only a membership check mints a scope: pass what `Authority::admit(principal, claim)` returned",
    note = "a `Claimed` is what a request says, an `Option` may be nothing, an id is anybody's: none of them scopes",
    note = "T0007: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0007"
)]
pub trait ScopeFor<T>: sealed::Scope {
    /// The reach that the scope gives a source.
    type Within;

    /// Turns the scope into the reach.
    fn into_within(self) -> Self::Within;
}

impl<T, I, B> ScopeFor<T> for &Scoped<I, B>
where
    T: TenantTable,
    I: TenantIdFor<T>,
{
    type Within = Within<I::Id, B>;

    fn into_within(self) -> Self::Within {
        Within::new(self.tenant().to_id())
    }
}

/// A type of id that can be compared with table `T`'s tenant column.
///
/// Implemented for every type that Diesel binds as a value of that column's SQL type, and sealed: whoever could say what
/// is compared with the tenant column could compare it with itself.
#[diagnostic::on_unimplemented(
    message = "tenant table `{T}` cannot be scoped by an id of type `{Self}`",
    label = "a scope of another kind of tenant id",
    note = "Diesel cannot compare `{Self}` with the table's tenant column: use the `Scoped<_>` of the column's own id type",
    note = "for an id type of your own, derive Diesel's `AsExpression` with the column's `sql_type`",
    note = "T0008: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0008"
)]
pub trait TenantIdFor<T>: Clone + sealed::Id<T> {
    /// The id itself. Where the bound fails so does this projection, and the compiler leaves it at one error.
    type Id;

    /// The bound value.
    type Bind;

    /// The id.
    #[doc(hidden)]
    fn to_id(&self) -> Self::Id;

    /// Binds the id.
    fn bind(&self) -> Self::Bind;
}

#[diagnostic::do_not_recommend]
impl<T, I> TenantIdFor<T> for I
where
    T: TenantTable,
    TenantSqlType<T>: SqlType + SingleValue,
    I: AsExpression<TenantSqlType<T>, Expression: sealed::Value> + Clone + 'static,
{
    type Id = I;
    type Bind = BoundTenant<I, I::Expression>;

    fn to_id(&self) -> I {
        self.clone()
    }

    fn bind(&self) -> Self::Bind {
        BoundTenant::new(self.clone(), self.clone().as_expression())
    }
}

/// The capability to span table `T`'s tenants: a reference to a [`CrossTenant`], and nothing else.
#[diagnostic::on_unimplemented(
    message = "tenant table `{T}` is opened across tenants by something that allows no such thing: `{Self}`",
    label = "this is not a `&CrossTenant`",
    note = "only the authority mints it: pass what `Authority::cross_tenant(principal, reason)` returned",
    note = "T0015: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0015"
)]
pub trait CrossTenantFor<T>: sealed::Span {
    /// The capability.
    fn capability(&self) -> &CrossTenant;
}

impl<T: TenantTable> CrossTenantFor<T> for &CrossTenant {
    fn capability(&self) -> &CrossTenant {
        self
    }
}
