//! The ids of several tenants, as a statement binds them.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{HasSqlType, SingleValue};
#[cfg(feature = "postgres")]
use diesel::{
    pg::Pg,
    serialize::{Output, Result as SerializeResult, ToSql},
    sql_types::Array,
};

use super::ComparedTenant;
use crate::dialect::TenantBackend;
#[cfg(feature = "postgres")]
use crate::pg_array::write_array;
use crate::table::{SharedRows, TenantSqlType, TenantTable};

/// The bound ids of several tenants, for the tenant column of `T`.
#[derive(Debug)]
pub struct BoundTenants<T, Bind> {
    each: EachTenant<Bind>,
    column: PhantomData<fn() -> T>,
}

/// The bound ids.
pub struct EachTenant<Bind>(Arc<[Bind]>);

/// Not the ids: Diesel shows bound values, and these are several.
impl<Bind> fmt::Debug for EachTenant<Bind> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{} tenants]", self.0.len())
    }
}

#[cfg(feature = "postgres")]
impl<Bind, ST> ToSql<Array<ST>, Pg> for EachTenant<Bind>
where
    Bind: QueryFragment<Pg>,
    Pg: HasSqlType<ST>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> SerializeResult {
        write_array::<Bind, ST>(&self.0, out)
    }
}

impl<T, Bind> BoundTenants<T, Bind> {
    pub(crate) fn new(each: impl Iterator<Item = Bind>) -> Self {
        Self { each: EachTenant(each.collect()), column: PhantomData }
    }
}

impl<T, Bind> Clone for BoundTenants<T, Bind> {
    fn clone(&self) -> Self {
        Self { each: EachTenant(Arc::clone(&self.each.0)), column: PhantomData }
    }
}

impl<T, Bind: QueryId> QueryId for BoundTenants<T, Bind> {
    type QueryId = Bind::QueryId;

    const HAS_STATIC_QUERY_ID: bool = Bind::HAS_STATIC_QUERY_ID;
}

/// Each of them, with commas between.
impl<T, Bind: QueryFragment<DB>, DB: TenantBackend> QueryFragment<DB> for BoundTenants<T, Bind> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // Each number of tenants is another statement: caching them would fill the cache.
        out.unsafe_to_cache_prepared();
        if self.each.0.is_empty() {
            out.push_sql("NULL");
        }
        for (index, tenant) in self.each.0.iter().enumerate() {
            out.push_sql(if index == 0 { "" } else { ", " });
            tenant.walk_ast(out.reborrow())?;
        }
        Ok(())
    }
}

/// ` = ANY($1)` on PostgreSQL, and ` IN (?, …)` elsewhere, and where shared rows have an id in the place of a tenant's.
impl<T, Bind, DB> ComparedTenant<DB> for BoundTenants<T, Bind>
where
    DB: TenantBackend + HasSqlType<TenantSqlType<T>>,
    T: TenantTable<TenantSqlType: SingleValue + 'static>,
    Bind: QueryFragment<DB>,
{
    fn walk_comparison<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        // What looks through a statement is shown each.
        for tenant in &*self.each.0 {
            tenant.is_noop(out.backend())?;
        }
        // One by one where an id stands for the rows that all tenants share: each is then compared with it.
        let by_value = matches!(T::SHARED, Some(SharedRows::Value(_)));
        if !by_value && DB::walk_any::<TenantSqlType<T>, Bind>(&self.each, out.reborrow())? {
            return Ok(());
        }
        out.push_sql(" IN (");
        self.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}
