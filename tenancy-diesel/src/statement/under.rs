//! What an update assigns: the caller's changes and, on a table that belongs to tenants through a parent, another parent.

use std::marker::PhantomData;

use diesel::expression::{AsExpression, Expression};
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::result::QueryResult;
use diesel::sql_types::{SingleValue, SqlType};

use super::second_name::refuse_second_names;
use super::stamp::refuse_parents;
use super::update::{IncompleteUpdate, ScopedUpdate};
use crate::bound_tenant::ComparedTenant;
use crate::dialect::TenantBackend;
use crate::source::TenantIs;
use crate::table::TenantTable;
use crate::table::belonging::ByParent;

/// The caller's changes of table `T`, which name no row's owner.
#[derive(Debug, Clone, Copy)]
pub struct Assigned<T, Changes> {
    changes: Changes,
    table: PhantomData<fn() -> T>,
}

impl<T, Changes> Assigned<T, Changes> {
    pub(super) fn new(changes: Changes) -> Self {
        Self { changes, table: PhantomData }
    }
}

impl<T, Changes, DB> QueryFragment<DB> for Assigned<T, Changes>
where
    DB: TenantBackend,
    T: TenantTable,
    Changes: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        refuse_second_names::<T, DB>(&self.changes, out.backend())?;
        refuse_parents::<T, DB>(&self.changes, out.backend())?;
        self.changes.walk_ast(out)
    }
}

/// The same, and the rows get the tenant's parent that has the key `Key`.
#[derive(Debug, Clone, Copy)]
pub struct Under<T, E, Key, Changes> {
    tenant: E,
    key: Key,
    changes: Assigned<T, Changes>,
}

impl<T, E, Key, Changes, DB> QueryFragment<DB> for Under<T, E, Key, Changes>
where
    DB: TenantBackend,
    T: TenantTable,
    E: ComparedTenant<DB>,
    Key: QueryFragment<DB>,
    Changes: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_identifier(T::TENANT_COLUMN)?;
        out.push_sql(" = ");
        TenantIs::<E>::walk_parent::<T, DB>(&self.tenant, out.reborrow(), |out| self.key.walk_ast(out))?;
        if !self.changes.is_noop(out.backend())? {
            out.push_sql(", ");
            self.changes.walk_ast(out)?;
        }
        Ok(())
    }
}

/// The key of the parent, as table `T` refers to it.
type ParentKey<T, Key> =
    <Key as AsExpression<<<T as TenantTable>::TenantColumn as Expression>::SqlType>>::Expression;

impl<T, R, E, V, P> IncompleteUpdate<T, R, TenantIs<E, V>, P>
where
    T: TenantTable<Belonging = ByParent, TenantColumn: Expression<SqlType: SqlType + SingleValue>>,
    E: Clone,
{
    /// Gives the rows another parent of the same tenant: the one with key `key`.
    ///
    /// Whose it is, the statement itself looks up. If it is another tenant's, or there is none, the statement fails: on PostgreSQL by
    /// the column's NOT NULL.
    pub fn under<Key>(
        self,
        key: Key,
    ) -> ScopedUpdate<T, R, TenantIs<E, V>, P, Under<T, E, ParentKey<T, Key>, ()>>
    where
        Key: AsExpression<<T::TenantColumn as Expression>::SqlType>,
    {
        self.assigning(Assigned::new(())).under(key)
    }
}

impl<T, R, E, V, P, Changes> ScopedUpdate<T, R, TenantIs<E, V>, P, Assigned<T, Changes>>
where
    T: TenantTable<Belonging = ByParent, TenantColumn: Expression<SqlType: SqlType + SingleValue>>,
    E: Clone,
{
    /// Gives the rows another parent of the same tenant as well: the one with key `key`. See
    /// [`IncompleteUpdate::under`].
    pub fn under<Key>(
        self,
        key: Key,
    ) -> ScopedUpdate<T, R, TenantIs<E, V>, P, Under<T, E, ParentKey<T, Key>, Changes>>
    where
        Key: AsExpression<<T::TenantColumn as Expression>::SqlType>,
    {
        self.map_changes(|condition, changes| Under {
            tenant: condition.tenant().clone(),
            key: key.as_expression(),
            changes,
        })
    }
}
