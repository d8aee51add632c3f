//! A declared table under a second name, for joins with itself.

mod field;
mod fields;
mod name;
mod scoped_alias;
mod views;

use diesel::expression::SelectableExpression;
use tenancy_core::Access;

pub use self::field::AliasField;
pub use self::fields::{AliasSelection, FieldsOf};
pub use self::name::{AliasColumns, AliasCount, AliasName, TableAlias};
use self::scoped_alias::Aliased;
pub use self::scoped_alias::ScopedAlias;
use super::{CrossTenantFor, EveryTenant, ScopeFor};
use crate::table::{GlobalTable, TenantTable, Unowned};

/// An alias that names no tenant yet: it has fields, and no SQL.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alias<A>(A);

impl<A: TableAlias> Alias<A> {
    #[doc(hidden)]
    #[must_use]
    pub const fn new(alias: A) -> Self {
        Self(alias)
    }

    /// The aliased table, within the tenant that `scope` was admitted to.
    /// It is a [`ScopedAlias`].
    pub fn scoped<S, Source>(self, scope: S) -> Source
    where
        S: ScopeFor<A::Target>,
        S::Within: Aliased<A, Source = Source>,
    {
        scope.into_within().aliased()
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

    /// Several columns of the aliased table, in a tuple, or all those of a model: `managers.fields(Agent::as_select())` is loaded
    /// as an `Agent`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tenancy_diesel::prelude::*;
    /// # tenancy_diesel::table! {
    /// #     agents (id) { id -> Integer, tenant_id -> Integer, manager_id -> Nullable<Integer>, name -> Text, }
    /// # }
    /// use diesel::prelude::*;
    ///
    /// #[derive(Queryable, Selectable)]
    /// #[diesel(table_name = agents)]
    /// struct Agent { id: i32, name: String }
    ///
    /// # #[cfg(feature = "sqlite")]
    /// fn with_managers(
    ///     scope: &Scoped<i32>,
    ///     connection: &mut SqliteConnection,
    /// ) -> QueryResult<Vec<(Agent, Option<Agent>)>> {
    ///     let managers = tenancy_diesel::alias!(agents as managers);
    ///     agents::table
    ///         .scoped(scope)
    ///         .left_join(managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
    ///         .select((Agent::as_select(), managers.fields(Option::<Agent>::as_select())))
    ///         .load(connection)
    /// }
    /// ```
    pub fn fields<C, Shape>(&self, columns: C) -> C::Fields
    where
        C: FieldsOf<A, Shape>,
    {
        columns.fields()
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
///
/// Aliases that several functions or modules use are constants, each with a type of its own, as in Diesel's macro. The type
/// names what is made of the alias:
///
/// ```
/// # tenancy_diesel::table! {
/// #     agents (id) { id -> Integer, tenant_id -> Integer, manager_id -> Nullable<Integer>, name -> Text, }
/// # }
/// use diesel::prelude::*;
/// use tenancy_diesel::{AliasField, Scoped, ScopedAlias, Within};
///
/// tenancy_diesel::alias! {
///     /// Those who have somebody to lead.
///     pub const MANAGERS: Alias<Managers> = agents as managers;
///     pub const DIRECTORS: Alias<Directors> = agents as directors;
/// }
///
/// pub fn managers(scope: &Scoped<i32>) -> ScopedAlias<Managers, Within<i32>> {
///     MANAGERS.scoped(scope)
/// }
///
/// pub fn manager_name() -> AliasField<Managers, agents::name> {
///     MANAGERS.field(agents::name)
/// }
/// ```
#[macro_export]
macro_rules! alias {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis const $constant:ident: Alias<$alias:ident> = $($table:ident)::+ as $name:ident
    );+ $(;)?) => {
        $(
            $crate::__alias!($visibility $alias, $($table)::+, $name);

            $(#[$attribute])*
            $visibility const $constant: $crate::Alias<$alias> = $crate::Alias::new($alias);
        )+
        $crate::__alias_pairs!($($alias)+);
    };
    ($($($table:ident)::+ as $name:ident),+ $(,)?) => {{
        $($crate::__alias!($name, $($table)::+, $name);)+
        $crate::__alias_pairs!($($name)+);
        ($($crate::Alias::new($name)),+)
    }};
}

/// One alias.
#[doc(hidden)]
#[macro_export]
macro_rules! __alias {
    ($visibility:vis $alias:ident, $($table:ident)::+, $name:ident) => {
        #[doc = concat!("Table `", stringify!($($table)::+), "` by the name of `", stringify!($name), "`.")]
        #[allow(non_camel_case_types)]
        #[derive(Debug, Clone, Copy, Default)]
        $visibility struct $alias;

        impl $crate::TableAlias for $alias {
            type Target = $($table)::+::table;
            const NAME: &'static str = stringify!($name);
        }

        impl $crate::__private::AliasCount<$alias> for $alias {
            type Count = $crate::__private::Once;
        }
    };
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
