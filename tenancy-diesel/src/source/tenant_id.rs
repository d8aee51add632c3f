//! Which ids can be compared with a table's tenant column.

use diesel::expression::AsExpression;
use diesel::sql_types::{SingleValue, SqlType};

use crate::bound_tenant::BoundTenant;
use crate::table::owner::NamedBy;
use crate::table::{TenantSqlType, TenantTable};

pub(crate) use self::sealed::Value as BoundValue;

mod sealed {
    use diesel::expression::AsExpression;
    use diesel::sql_types::{SingleValue, SqlType};

    use crate::table::owner::NamedBy;
    use crate::table::{TenantSqlType, TenantTable};

    /// A bound value. An id that is a column, or any other expression, would compare the tenant column with what the
    /// row itself says.
    pub trait Value {
        /// `I`, of an id that is bound as this value.
        type Of<I>;
    }
    impl<ST, V> Value for diesel::internal::derives::as_expression::Bound<ST, V> {
        type Of<I> = I;
    }

    /// An id that binds as a value.
    pub trait Id<T> {}
    #[diagnostic::do_not_recommend]
    impl<T, I> Id<T> for I
    where
        T: TenantTable,
        TenantSqlType<T>: SqlType + SingleValue,
        T::Owner: NamedBy<I>,
        I: AsExpression<TenantSqlType<T>, Expression: Value> + Clone + 'static,
    {
    }
}

/// A type of id that can be compared with table `T`'s tenant column.
///
/// Every type that Diesel binds as a value of that column's SQL type is one; where the table names the type of its owner's ids,
/// that one alone. Sealed: whoever could say what is compared
/// with the tenant column could compare it with itself.
#[diagnostic::on_unimplemented(
    message = "tenant table `{T}` cannot be scoped by an id of type `{Self}`",
    label = "a scope of another kind of tenant id",
    note = "the table names another type for its owner's ids, or Diesel cannot compare `{Self}` with the tenant column: use the \
            `Scoped<_>` of the column's own id type",
    note = "for an id type of your own, derive Diesel's `AsExpression` with the column's `sql_type`",
    note = "T0008: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0008"
)]
pub trait TenantIdFor<T>: Clone + 'static + sealed::Id<T> {
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
    T::Owner: NamedBy<I, Id = I>,
    I: AsExpression<TenantSqlType<T>, Expression: sealed::Value<Of<I> = I>> + Clone + 'static,
{
    type Id = <T::Owner as NamedBy<<I::Expression as sealed::Value>::Of<I>>>::Id;
    type Bind = BoundTenant<T, I, I::Expression>;

    fn to_id(&self) -> I {
        self.clone()
    }

    fn bind(&self) -> Self::Bind {
        BoundTenant::new(self.clone(), self.clone().as_expression())
    }
}
