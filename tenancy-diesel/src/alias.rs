//! A tenant table under a second name, for joins with itself.

use std::fmt;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{
    AppearsOnTable, AsExpression, Expression, SelectableExpression, ValidGrouping, is_aggregate,
};
use diesel::expression_methods::{EqAll, ExpressionMethods};
use diesel::internal::table_macro::{
    FromClause, Inner, Join, JoinOn, LeftOuter, NoFromClause, Pick, SelectStatement,
};
use diesel::query_builder::{AsQuery, AstPass, Query, QueryFragment, QueryId};
use diesel::query_source::{AppearsInFromClause, Never, Once, QuerySource, Table, TableNotEqual};
use diesel::result::QueryResult;
use diesel::sql_types;
use tenancy_core::{Access, Unbranded};

use crate::dialect::TenantBackend;
use crate::scope_for::{CrossTenantFor, ScopeFor};
use crate::selection::Selection;
use crate::source::{AnyTenant, EveryTenant, Reach, ScopedTable, TenantIs, Within};
use crate::source::{walk_source, walk_unrestricted};
use crate::table::TenantTable;

/// A second name for a tenant table. [`alias!`](crate::alias) implements it for a type of its own.
pub trait TenantAlias: Copy + Default + 'static {
    /// The table that goes by the name.
    type Target: TenantTable + AliasColumns<Self>;

    /// The name in the query.
    const NAME: &'static str;
}

/// The columns of a table under alias `A`. Generated for every tenant table.
pub trait AliasColumns<A> {
    /// All columns, in the order of the declaration.
    type Columns;

    /// The columns, as a value.
    fn columns() -> Self::Columns;
}

/// Whether alias `Self` is alias `Other`. Generated for aliases that are declared together.
#[diagnostic::on_unimplemented(
    message = "aliases `{Self}` and `{Other}` are not declared together",
    label = "an alias from another `alias!` call",
    note = "declare the aliases that meet in one query in one call: `alias!(agents as a1, agents as a2)`",
    note = "T0018: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0018"
)]
pub trait AliasCount<Other> {
    /// [`Once`] or [`Never`].
    type Count;
}

/// Alias `A` as something that a FROM clause may contain.
#[derive(Debug, Clone, Copy)]
pub struct AliasName<A>(PhantomData<A>);

/// An alias that names no tenant yet: it has fields, and no SQL.
#[derive(Debug, Clone, Copy, Default)]
pub struct Alias<A>(A);

impl<A: TenantAlias> Alias<A> {
    #[doc(hidden)]
    #[must_use]
    pub fn new(alias: A) -> Self {
        Self(alias)
    }

    /// The aliased table, within the tenant that `scope` was admitted to.
    pub fn scoped<S: ScopeFor<A::Target>>(self, scope: S) -> ScopedAlias<A, S::Within> {
        ScopedAlias { reach: scope.into_within(), alias: PhantomData }
    }

    /// The aliased table with every tenant's rows, for reading. The use is reported to the audit sink.
    #[track_caller]
    pub fn across_tenants<C: CrossTenantFor<A::Target>>(
        self,
        cross_tenant: C,
    ) -> ScopedAlias<A, EveryTenant> {
        let reach = EveryTenant::recorded::<A::Target, C>(&cross_tenant, Access::Read);
        ScopedAlias { reach, alias: PhantomData }
    }

    /// Column `column` of the aliased table.
    pub fn field<C>(&self, column: C) -> AliasField<A, C>
    where
        C: SelectableExpression<A::Target>,
    {
        AliasField::new(column)
    }
}

/// Column `C` of the table that goes by alias `A`.
#[derive(Debug, Clone, Copy)]
pub struct AliasField<A, C> {
    column: C,
    alias: PhantomData<A>,
}

impl<A, C> AliasField<A, C> {
    #[doc(hidden)]
    pub fn new(column: C) -> Self {
        Self { column, alias: PhantomData }
    }
}

impl<A: 'static, C: QueryId> QueryId for AliasField<A, C> {
    type QueryId = AliasField<A, C::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = C::HAS_STATIC_QUERY_ID;
}

impl<A, C: Expression> Expression for AliasField<A, C> {
    type SqlType = C::SqlType;
}

impl<A, C, DB> QueryFragment<DB> for AliasField<A, C>
where
    A: TenantAlias,
    C: QueryFragment<DB>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let skip = out.should_skip_from();
        if !skip {
            out.push_identifier(A::NAME)?;
            out.push_sql(".");
            // The column then prints its own name only, not that of its table.
            out.skip_from(true);
        }
        self.column.walk_ast(out.reborrow())?;
        out.skip_from(skip);
        Ok(())
    }
}

impl<A, C, QS> AppearsOnTable<QS> for AliasField<A, C>
where
    C: Expression,
    QS: AppearsInFromClause<AliasName<A>, Count = Once>,
{
}

impl<A, C, R> SelectableExpression<ScopedAlias<A, R>> for AliasField<A, C> where
    Self: AppearsOnTable<ScopedAlias<A, R>>
{
}

impl<A, C, Left, Right> SelectableExpression<Join<Left, Right, LeftOuter>> for AliasField<A, C>
where
    Self: AppearsOnTable<Join<Left, Right, LeftOuter>> + SelectableExpression<Left>,
    Left: QuerySource,
    Right: AppearsInFromClause<AliasName<A>, Count = Never> + QuerySource,
{
}

impl<A, C, Left, Right> SelectableExpression<Join<Left, Right, Inner>> for AliasField<A, C>
where
    Self: AppearsOnTable<Join<Left, Right, Inner>>,
    Left: AppearsInFromClause<AliasName<A>> + QuerySource,
    Right: AppearsInFromClause<AliasName<A>> + QuerySource,
    (Left::Count, Right::Count): Pick<Left, Right>,
    Self: SelectableExpression<<(Left::Count, Right::Count) as Pick<Left, Right>>::Selection>,
{
}

impl<A, C, Joined, On> SelectableExpression<JoinOn<Joined, On>> for AliasField<A, C> where
    Self: SelectableExpression<Joined> + AppearsOnTable<JoinOn<Joined, On>>
{
}

impl<A, C, From> SelectableExpression<SelectStatement<FromClause<From>>> for AliasField<A, C>
where
    Self: SelectableExpression<From> + AppearsOnTable<SelectStatement<FromClause<From>>>,
    From: QuerySource,
{
}

impl<A, C> ValidGrouping<()> for AliasField<A, C> {
    type IsAggregate = is_aggregate::No;
}

impl<A, C, G> ValidGrouping<AliasField<A, G>> for AliasField<A, C>
where
    C: ValidGrouping<G, IsAggregate = is_aggregate::Yes>,
{
    type IsAggregate = is_aggregate::Yes;
}

impl<A, C, T> EqAll<T> for AliasField<A, C>
where
    Self: ExpressionMethods,
    <Self as Expression>::SqlType: sql_types::SqlType,
    T: AsExpression<<Self as Expression>::SqlType>,
    diesel::dsl::Eq<Self, T>: Expression<SqlType = sql_types::Bool>,
{
    type Output = diesel::dsl::Eq<Self, T>;

    fn eq_all(self, rhs: T) -> Self::Output {
        self.eq(rhs)
    }
}

/// The table that goes by alias `A`, reaching as far as `R`. A Diesel [`Table`]; join it with an explicit `on`.
pub struct ScopedAlias<A, R> {
    reach: R,
    alias: PhantomData<A>,
}

/// The FROM clause of a scoped alias.
#[derive(Debug, Clone, Copy)]
pub struct AliasFragment<A, C> {
    condition: C,
    alias: PhantomData<A>,
}

impl<A, E, DB> QueryFragment<DB> for AliasFragment<A, TenantIs<E>>
where
    DB: TenantBackend,
    A: TenantAlias,
    E: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_source::<A::Target, E, DB>(&self.condition.0, A::NAME, out)
    }
}

impl<A, DB> QueryFragment<DB> for AliasFragment<A, AnyTenant>
where
    DB: TenantBackend,
    A: TenantAlias,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_unrestricted::<A::Target, DB>(A::NAME, out)
    }
}

/// The default selection of alias `A`.
type Columns<A, R> = Selection<<<A as TenantAlias>::Target as AliasColumns<A>>::Columns, R>;

impl<A, R> QuerySource for ScopedAlias<A, R>
where
    A: TenantAlias,
    R: Reach<A::Target>,
    Columns<A, R>: SelectableExpression<Self>,
{
    type FromClause = AliasFragment<A, R::Condition>;
    type DefaultSelection = Columns<A, R>;

    fn from_clause(&self) -> Self::FromClause {
        AliasFragment { condition: self.reach.condition(), alias: PhantomData }
    }

    fn default_selection(&self) -> Self::DefaultSelection {
        Selection::new(A::Target::columns())
    }
}

impl<A, R> AsQuery for ScopedAlias<A, R>
where
    A: TenantAlias,
    Self: QuerySource<DefaultSelection = Columns<A, R>>,
    Columns<A, R>: Expression,
    SelectStatement<FromClause<Self>>: Query<SqlType = <Columns<A, R> as Expression>::SqlType>,
{
    type SqlType = <Columns<A, R> as Expression>::SqlType;
    type Query = SelectStatement<FromClause<Self>>;

    fn as_query(self) -> Self::Query {
        SelectStatement::simple(self)
    }
}

impl<A, R> Table for ScopedAlias<A, R>
where
    A: TenantAlias,
    Self: QuerySource + AsQuery,
    AliasField<A, <A::Target as TenantTable>::KeyInTenant>: SelectableExpression<Self> + ValidGrouping<()>,
    Columns<A, R>: SelectableExpression<Self> + ValidGrouping<()>,
{
    type PrimaryKey = AliasField<A, <A::Target as TenantTable>::KeyInTenant>;
    type AllColumns = Columns<A, R>;

    fn primary_key(&self) -> Self::PrimaryKey {
        AliasField::new(A::Target::key_in_tenant())
    }

    fn all_columns() -> Self::AllColumns {
        Selection::new(A::Target::columns())
    }
}

/// Under its own name, an alias is no table.
impl<A, R, X> TableNotEqual<X> for ScopedAlias<A, R>
where
    Self: Table,
    X: Table,
{
}

impl<A, B, R> AppearsInFromClause<AliasName<B>> for ScopedAlias<A, R>
where
    A: AliasCount<B>,
{
    type Count = A::Count;
}

impl<A, T, R> AppearsInFromClause<AliasName<A>> for ScopedTable<T, R> {
    type Count = Never;
}

impl<A> AppearsInFromClause<AliasName<A>> for NoFromClause {
    type Count = Never;
}

impl<A: 'static, I, B> QueryId for ScopedAlias<A, Within<I, B>> {
    type QueryId = ScopedAlias<A, Within<(), Unbranded>>;
}

impl<A: 'static> QueryId for ScopedAlias<A, EveryTenant> {
    type QueryId = Self;
}

impl<A, R: Clone> Clone for ScopedAlias<A, R> {
    fn clone(&self) -> Self {
        Self { reach: self.reach.clone(), alias: PhantomData }
    }
}

impl<A, R: Copy> Copy for ScopedAlias<A, R> {}

impl<A: TenantAlias, R: fmt::Debug> fmt::Debug for ScopedAlias<A, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("ScopedAlias").field("alias", &A::NAME).field("reach", &self.reach).finish()
    }
}

/// Second names for tenant tables, for joining them with themselves.
///
/// The twin of `diesel::alias!`, whose aliases of a tenant table have no SQL. Aliases that meet in one query are
/// declared in one call.
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

            impl $crate::TenantAlias for $name {
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
