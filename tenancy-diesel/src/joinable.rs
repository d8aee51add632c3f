//! The ON clause of a declared relation: the foreign key and, between tenants' tables, the tenant as well.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::expression::{AppearsOnTable, Expression};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::table::{DeclaredTable, Nobodys, TenantTable, Tenants};

/// Whether a child and its parent have a tenant in common, by their owners.
pub trait Owners<Child, Parent> {
    /// Prints `child.tenant = parent.tenant AND `, or nothing.
    #[doc(hidden)]
    fn push_tenant<DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()>;
}

impl<Child: TenantTable, Parent: TenantTable> Owners<Child, Parent> for (Tenants, Tenants) {
    fn push_tenant<DB: Backend>(out: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
        out.push_identifier(Child::NAME)?;
        out.push_sql(".");
        out.push_identifier(Child::TENANT_COLUMN)?;
        out.push_sql(" = ");
        out.push_identifier(Parent::NAME)?;
        out.push_sql(".");
        out.push_identifier(Parent::TENANT_COLUMN)?;
        out.push_sql(" AND ");
        Ok(())
    }
}

macro_rules! nothing_in_common {
    ($($owners:ty),+) => {$(
        impl<Child, Parent> Owners<Child, Parent> for $owners {
            fn push_tenant<DB: Backend>(_: &mut AstPass<'_, '_, DB>) -> QueryResult<()> {
                Ok(())
            }
        }
    )+};
}

nothing_in_common!((Tenants, Nobodys), (Nobodys, Tenants), (Nobodys, Nobodys));

/// The ON clause that joins `Child` with `Parent`, whose keys are equal by `Keys`.
#[derive(Debug, Clone, Copy)]
pub struct OnRelation<Child, Parent, Keys> {
    keys: Keys,
    tables: PhantomData<(Child, Parent)>,
}

impl<Child, Parent, Keys> OnRelation<Child, Parent, Keys> {
    #[doc(hidden)]
    pub fn new(keys: Keys) -> Self {
        Self { keys, tables: PhantomData }
    }
}

impl<Child, Parent, Keys, DB> QueryFragment<DB> for OnRelation<Child, Parent, Keys>
where
    DB: Backend,
    Child: DeclaredTable,
    Parent: DeclaredTable,
    (Child::Owner, Parent::Owner): Owners<Child, Parent>,
    Keys: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        <(Child::Owner, Parent::Owner)>::push_tenant(&mut out)?;
        self.keys.walk_ast(out)
    }
}

impl<Child, Parent, Keys: Expression> Expression for OnRelation<Child, Parent, Keys> {
    type SqlType = Keys::SqlType;
}

/// The keys are of both tables, and so is the tenant.
impl<Child, Parent, Keys: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for OnRelation<Child, Parent, Keys> {}

impl<Child: 'static, Parent: 'static, Keys: QueryId> QueryId for OnRelation<Child, Parent, Keys> {
    type QueryId = OnRelation<Child, Parent, Keys::QueryId>;

    const HAS_STATIC_QUERY_ID: bool = Keys::HAS_STATIC_QUERY_ID;
}

/// Declares that two tables can be joined without an explicit ON clause: `joinable!(child -> parent (foreign_key))`.
///
/// The twin of `diesel::joinable!`, which compares the foreign key with the whole primary key and so does not serve a
/// table whose key leads with the tenant. Between two tenant tables the ON clause is
/// `child.tenant = parent.tenant AND child.foreign_key = parent.key`, so that joins across tenants keep each tenant's
/// rows together as well. Both tables have to be declared, tenant-scoped or global.
///
/// # Examples
///
/// ```
/// tenancy_diesel::table! {
///     agents (tenant_id, id) { tenant_id -> Integer, id -> Integer, name -> Text, }
///     canvases (tenant_id, id) { tenant_id -> Integer, id -> Integer, agent_id -> Integer, }
/// }
/// tenancy_diesel::joinable!(canvases -> agents (agent_id));
/// diesel::allow_tables_to_appear_in_same_query!(agents, canvases);
/// ```
#[macro_export]
macro_rules! joinable {
    ($($child:ident)::+ -> $($parent:ident)::+ ($foreign_key:ident)) => {
        $crate::__joinable!(
            $($child)::+::table, $($parent)::+::table => $($child)::+::table, $($parent)::+::table, $($child)::+::$foreign_key
        );
        $crate::__joinable!(
            $($parent)::+::table, $($child)::+::table => $($child)::+::table, $($parent)::+::table, $($child)::+::$foreign_key
        );
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __joinable {
    ($left:ty, $right:ty => $child:ty, $parent:ty, $foreign_key:path) => {
        impl ::diesel::JoinTo<$right> for $left {
            type FromClause = $right;
            type OnClause = $crate::__private::OnRelation<
                $child,
                $parent,
                ::diesel::dsl::Eq<
                    ::diesel::internal::table_macro::NullableExpression<$foreign_key>,
                    ::diesel::internal::table_macro::NullableExpression<
                        <$parent as $crate::DeclaredTable>::Key,
                    >,
                >,
            >;

            fn join_target(rhs: $right) -> (Self::FromClause, Self::OnClause) {
                use ::diesel::{ExpressionMethods, NullableExpressionMethods};

                let key = <$parent as $crate::DeclaredTable>::key();
                (rhs, $crate::__private::OnRelation::new($foreign_key.nullable().eq(key.nullable())))
            }
        }
    };
}
