//! The ON clause between two scoped tables: what was declared of them, and that both rows are one tenant's.

use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::dialect::{SameTenantForm, TenantBackend};
use crate::source::{EveryTenant, Reach, TenantIdFor, TenantIs, Within};
use crate::table::{TenantTable, push_tenant_column};

/// `Keys`, and the rows of `Left` and `Right` are the same tenant's.
///
/// Between two sources of one tenant this says nothing new: each has that tenant's rows only. Where the sources reach
/// across tenants it joins each tenant's rows with its own; and where two scopes without brands were mixed up it finds no
/// pairs.
#[derive(Debug, Clone, Copy)]
pub struct OnSameTenant<Left, Right, Tenant, Keys> {
    keys: Keys,
    tenant: Tenant,
    tables: PhantomData<(Left, Right)>,
}

impl<Left, Right, Keys> OnSameTenant<Left, Right, ByColumn, Keys> {
    pub(crate) fn by_column(keys: Keys) -> Self {
        Self { keys, tenant: ByColumn, tables: PhantomData }
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
        OnSameTenant { keys: self.keys, tenant, tables: PhantomData }
    }
}

/// The tenants are compared by the two tables' columns.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct ByColumn;

/// What the left source's tenant is compared with, by the reaches of the two sources.
pub trait JoinedWith<Right, S> {
    /// [`TenantIs`] the right one's, or [`ByColumn`].
    type Tenant;

    #[doc(hidden)]
    fn tenant(right: &S) -> Self::Tenant;
}

impl<Right: TenantTable, I, B, J: TenantIdFor<Right>, C> JoinedWith<Right, Within<J, C>> for Within<I, B> {
    type Tenant = TenantIs<J::Bind>;

    fn tenant(right: &Within<J, C>) -> Self::Tenant {
        Reach::<Right>::condition(right)
    }
}

impl<Right, I, B> JoinedWith<Right, EveryTenant> for Within<I, B> {
    type Tenant = ByColumn;

    fn tenant(_: &EveryTenant) -> ByColumn {
        ByColumn
    }
}

impl<Right, S> JoinedWith<Right, S> for EveryTenant {
    type Tenant = ByColumn;

    fn tenant(_: &S) -> ByColumn {
        ByColumn
    }
}

/// `left.tenant = right.tenant`
fn walk_columns<Left, Right, DB>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()>
where
    Left: TenantTable,
    Right: TenantTable,
    DB: TenantBackend,
{
    push_tenant_column::<Left, DB>(Left::NAME, out)?;
    out.push_sql(" = ");
    push_tenant_column::<Right, DB>(Right::NAME, out)
}

impl<Left, Right, Keys, DB> QueryFragment<DB> for OnSameTenant<Left, Right, ByColumn, Keys>
where
    DB: TenantBackend,
    Left: TenantTable,
    Right: TenantTable,
    Keys: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        walk_columns::<Left, Right, DB>(&mut out)?;
        out.push_sql(" AND ");
        self.keys.walk_ast(out)
    }
}

impl<Left, Right, E, Keys, DB> QueryFragment<DB> for OnSameTenant<Left, Right, TenantIs<E>, Keys>
where
    DB: TenantBackend,
    Left: TenantTable,
    Right: TenantTable,
    E: QueryFragment<DB>,
    Keys: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        match out.backend().database().same_tenant() {
            SameTenantForm::Columns => walk_columns::<Left, Right, DB>(&mut out)?,
            SameTenantForm::Opaque => {
                out.push_sql("NULLIF(");
                self.tenant.walk_equality::<Left, DB>(Left::NAME, out.reborrow())?;
                out.push_sql(", FALSE) IS NOT NULL");
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
