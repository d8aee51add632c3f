//! The ON clause between two scoped tables: what was declared of them, and that both rows are one tenant's.

use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::columns::walk_columns;
use crate::bound_tenant::ComparedTenant;
use crate::dialect::{SameTenantForm, TenantBackend};
use crate::source::condition::push_shared;
use crate::source::rule::SameBrand;
use crate::source::view::View;
use crate::source::{BeforeAdmission, EveryTenant, Reach, TenantIdFor, TenantIs, Within, WithinAny};
use crate::table::TenantTable;
use crate::table::owner::MeetsId;

/// `Keys`, and the rows of `Left` and `Right` are the same tenant's.
///
/// Between two sources of one tenant this says nothing new: each has that tenant's rows only. Where the sources reach
/// across tenants it joins each tenant's rows with its own; and where two scopes without brands were mixed up it finds no
/// pairs. Where one table belongs to tenants through the other, by these very keys, they say it all.
#[derive(Debug, Clone, Copy)]
pub struct OnSameTenant<Left, Right, Tenant, Keys> {
    keys: Keys,
    tenant: Tenant,
    /// Whether the keys are those through which one of the tables belongs to tenants. The same for all of this type.
    owning: bool,
    tables: PhantomData<(Left, Right)>,
}

impl<Left, Right, Keys> OnSameTenant<Left, Right, ByColumn, Keys> {
    pub(crate) fn by_column(keys: Keys, owning: bool) -> Self {
        Self { keys, tenant: ByColumn, owning, tables: PhantomData }
    }
}

/// What becomes of a declared ON clause between scoped sources.
pub trait Declared<Tenant> {
    /// The ON clause of the scoped sources.
    type OnClause;

    #[doc(hidden)]
    fn on_clause(self, tenant: Tenant) -> Self::OnClause;
}

/// Diesel's `joinable!`, told apart by being an expression that could also be selected: a foreign key on a key without the
/// tenant, which belongs to one row of all tenants' rows.
impl<Tenant, On: ValidGrouping<()>> Declared<Tenant> for On {
    type OnClause = On;

    fn on_clause(self, _: Tenant) -> On {
        self
    }
}

impl<Left, Right, Tenant, Keys> Declared<Tenant> for OnSameTenant<Left, Right, ByColumn, Keys> {
    type OnClause = OnSameTenant<Left, Right, Tenant, Keys>;

    fn on_clause(self, tenant: Tenant) -> Self::OnClause {
        OnSameTenant { keys: self.keys, tenant, owning: self.owning, tables: PhantomData }
    }
}

/// The tenants are compared by the two tables' columns.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct ByColumn;

/// What the left source's tenant is compared with, by the reaches of the two sources.
///
/// Two tenants are refused here before anything is made of the join, with the words of [`SameTenant`](crate::source::rule::SameTenant).
#[diagnostic::on_unimplemented(
    message = "two tenants in one query: `{S}` is joined with `{Self}`",
    label = "this source is scoped to another tenant",
    note = "ids of one type: the two scopes carry different brands, so use one of them for both sources",
    note = "ids of two types, for two kinds of owner: let them meet, by `allow_owners_to_appear_in_same_query!(…)` beside the tables",
    note = "to compare tenants on purpose, audited, open both tables with `across_tenants(&cross_tenant)`",
    note = "T0009: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0009"
)]
pub trait JoinedWith<Right, S> {
    /// Known only if they may meet: see [`Known`](crate::known::Known).
    type Met;

    /// [`TenantIs`] the right one's, or [`ByColumn`].
    type Tenant;

    #[doc(hidden)]
    fn tenant(right: &S) -> Self::Tenant;
}

#[diagnostic::do_not_recommend]
impl<Right, I, B, V, J, C, W> JoinedWith<Right, Within<J, C, W>> for Within<I, B, V>
where
    Right: TenantTable,
    I: MeetsId<J>,
    B: SameBrand<C, I::Pair>,
    J: TenantIdFor<Right>,
    W: View<Right>,
{
    type Met = <B as SameBrand<C, I::Pair>>::Other;
    type Tenant = TenantIs<J::Bind, W>;

    fn tenant(right: &Within<J, C, W>) -> Self::Tenant {
        Reach::<Right>::condition(right)
    }
}

impl<Right, I, B, V, W> JoinedWith<Right, EveryTenant<W>> for Within<I, B, V> {
    type Met = ByColumn;
    type Tenant = ByColumn;

    fn tenant(_: &EveryTenant<W>) -> ByColumn {
        ByColumn
    }
}

impl<Right, I, V, S> JoinedWith<Right, S> for WithinAny<I, V> {
    type Met = ByColumn;
    type Tenant = ByColumn;

    fn tenant(_: &S) -> ByColumn {
        ByColumn
    }
}

impl<Right, C, K, S> JoinedWith<Right, S> for BeforeAdmission<C, K> {
    type Met = ByColumn;
    type Tenant = ByColumn;

    fn tenant(_: &S) -> ByColumn {
        ByColumn
    }
}

impl<Right, S, V> JoinedWith<Right, S> for EveryTenant<V> {
    type Met = ByColumn;
    type Tenant = ByColumn;

    fn tenant(_: &S) -> ByColumn {
        ByColumn
    }
}

impl<Left, Right, Keys, DB> QueryFragment<DB> for OnSameTenant<Left, Right, ByColumn, Keys>
where
    DB: TenantBackend,
    Left: TenantTable,
    Right: TenantTable,
    Keys: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.owning {
            walk_columns::<Left, Right, DB>(&mut out)?;
            out.push_sql(" AND ");
        }
        self.keys.walk_ast(out)
    }
}

impl<Left, Right, E, W, Keys, DB> QueryFragment<DB> for OnSameTenant<Left, Right, TenantIs<E, W>, Keys>
where
    DB: TenantBackend,
    Left: TenantTable,
    Right: TenantTable,
    E: ComparedTenant<DB>,
    Keys: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if self.owning {
            return self.keys.walk_ast(out);
        }
        let by_columns = Left::THROUGH.is_none() && Right::THROUGH.is_none();
        match out.backend().database().same_tenant() {
            SameTenantForm::Columns if by_columns => walk_columns::<Left, Right, DB>(&mut out)?,
            form => {
                // A row that all tenants share is nobody's, and meets everybody's.
                let shared = Left::SHARED.filter(|_| Left::THROUGH.is_none());
                if let Some(shared) = shared {
                    out.push_sql("(");
                    push_shared(Left::NAME, Left::TENANT_COLUMN, shared, &mut out)?;
                    out.push_sql(" OR ");
                }
                let opaque = form == SameTenantForm::Opaque;
                out.push_sql(if opaque { "NULLIF(" } else { "" });
                self.tenant.walk_equality::<Left, DB>(Left::NAME, out.reborrow())?;
                out.push_sql(if opaque { ", FALSE) IS NOT NULL" } else { "" });
                out.push_sql(if shared.is_some() { ")" } else { "" });
            }
        }
        out.push_sql(" AND ");
        self.keys.walk_ast(out)
    }
}

impl<Left, Right, Tenant, Keys: Expression> Expression for OnSameTenant<Left, Right, Tenant, Keys> {
    type SqlType = Keys::SqlType;
}

/// The keys are of both tables, and so are their tenants.
impl<Left, Right, Tenant, Keys: AppearsOnTable<QS>, QS> AppearsOnTable<QS>
    for OnSameTenant<Left, Right, Tenant, Keys>
{
}

impl<Left, Right, Tenant, Keys> QueryId for OnSameTenant<Left, Right, Tenant, Keys>
where
    Left: 'static,
    Right: 'static,
    Tenant: QueryId,
    Keys: QueryId,
{
    type QueryId = OnSameTenant<Left, Right, Tenant::QueryId, Keys::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = Tenant::HAS_STATIC_QUERY_ID && Keys::HAS_STATIC_QUERY_ID;
}
