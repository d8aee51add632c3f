//! A declared table under a second name, for joins with itself.

mod field;
mod name;
mod scoped_alias;

use diesel::expression::SelectableExpression;
use tenancy_core::Access;

pub use self::field::AliasField;
pub use self::name::{AliasColumns, AliasCount, AliasName, TableAlias};
pub use self::scoped_alias::ScopedAlias;
use super::{CrossTenantFor, EveryTenant, ScopeFor};
use crate::table::{GlobalTable, TenantTable, Unowned};

/// An alias that names no tenant yet: it has fields, and no SQL.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alias<A>(A);

impl<A: TableAlias> Alias<A> {
    #[doc(hidden)]
    #[must_use]
    pub fn new(alias: A) -> Self {
        Self(alias)
    }

    /// The aliased table, within the tenant that `scope` was admitted to.
    pub fn scoped<S: ScopeFor<A::Target>>(self, scope: S) -> ScopedAlias<A, S::Within> {
        ScopedAlias::reaching(scope.into_within())
    }

    /// The aliased table, which is global: a [`ScopedAlias`] of every row.
    pub fn global<S>(self) -> S
    where
        A::Target: GlobalTable<Under<A> = S>,
        S: From<ScopedAlias<A, Unowned>>,
    {
        ScopedAlias::reaching(Unowned(())).into()
    }

    /// The aliased table with every tenant's rows, for reading. The use is reported to the audit sink.
    #[track_caller]
    pub fn across_tenants<C: CrossTenantFor<A::Target>>(self, cross_tenant: C) -> ScopedAlias<A, EveryTenant>
    where
        A::Target: TenantTable,
    {
        let reach = EveryTenant::recorded::<A::Target, C>(&cross_tenant, Access::Read);
        ScopedAlias::reaching(reach)
    }

    /// Column `column` of the aliased table.
    pub fn field<C>(&self, column: C) -> AliasField<A, C>
    where
        C: SelectableExpression<A::Target>,
    {
        AliasField::new(column)
    }
}

/// Second names for declared tables, for joining them with themselves.
///
/// Use it instead of `diesel::alias!`, whose aliases of a tenant table have no SQL and whose others do not stand beside
/// scoped tables. Declare the aliases of one query in one call. Then scope each one, with `scoped(&scope)`; for a global
/// table, write `global()`.
///
/// # Examples
///
/// ```
/// # use tenancy_diesel::prelude::*;
/// # tenancy_diesel::table! {
/// #     agents (id) { id -> Integer, tenant_id -> Integer, manager_id -> Nullable<Integer>, name -> Text, }
/// # }
/// # fn list(scope: &Scoped<i32>) {
/// use diesel::prelude::*;
///
/// let managers = tenancy_diesel::alias!(agents as managers);
/// let query = agents::table
///     .scoped(scope)
///     .inner_join(managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
///     .select((agents::name, managers.field(agents::name)));
/// # #[cfg(feature = "sqlite")]
/// # diesel::debug_query::<diesel::sqlite::Sqlite, _>(&query).to_string();
/// # }
/// ```
#[macro_export]
macro_rules! alias {
    ($($table:ident as $name:ident),+ $(,)?) => {{
        $(
            #[allow(non_camel_case_types)]
            #[derive(Debug, Clone, Copy, Default)]
            struct $name;

            impl $crate::TableAlias for $name {
                type Target = $table::table;
                const NAME: &'static str = stringify!($name);
            }

            impl $crate::__private::AliasCount<$name> for $name {
                type Count = $crate::__private::Once;
            }
        )+
        $crate::__alias_pairs!($($name)+);
        ($($crate::Alias::new($name)),+)
    }};
}

#[doc(hidden)]
#[macro_export]
macro_rules! __alias_pairs {
    ($first:ident $($rest:ident)*) => {
        $(
            impl $crate::__private::AliasCount<$first> for $rest {
                type Count = $crate::__private::Never;
            }
            impl $crate::__private::AliasCount<$rest> for $first {
                type Count = $crate::__private::Never;
            }
        )*
        $crate::__alias_pairs!($($rest)*);
    };
    () => {};
}
