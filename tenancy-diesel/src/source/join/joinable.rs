//! What is declared of two tables that can be joined: the foreign key and, between tenants' tables, the tenant as well.

use std::any::TypeId;

use diesel::dsl::{Eq, SqlTypeOf};
use diesel::expression::{AsExpression, Expression};
use diesel::internal::table_macro::NullableExpression;
use diesel::sql_types::{SingleValue, SqlType};
use diesel::{ExpressionMethods, NullableExpressionMethods};

use super::same_tenant::{ByColumn, OnSameTenant};
use crate::table::owner::{MeetsOwner, OtherOwner, SameOwner};
use crate::table::{DeclaredTable, Owned, TenantTable, Unowned};

/// Whose the rows of two tables are, and with that the ON clause that is declared.
pub trait Ownerships<Left, Right, Keys> {
    /// The keys and, between tenants' tables, the tenants.
    type OnClause;

    /// `owning` are keys through which one of the tables belongs to its tenants.
    #[doc(hidden)]
    fn on_clause(keys: Keys, owning: bool) -> Self::OnClause;
}

impl<Left, Right, Keys> Ownerships<Left, Right, Keys> for (Owned, Owned)
where
    Left: TenantTable,
    Right: TenantTable,
    Left::Owner: MeetsOwner<Right::Owner, Left, Right, Pair: Compared<Left, Right, Keys>>,
{
    type OnClause = <<Left::Owner as MeetsOwner<Right::Owner, Left, Right>>::Pair as Compared<
        Left,
        Right,
        Keys,
    >>::OnClause;

    fn on_clause(keys: Keys, owning: bool) -> Self::OnClause {
        <<Left::Owner as MeetsOwner<Right::Owner, Left, Right>>::Pair>::on_clause(keys, owning)
    }
}

/// What two owners have in common, as an ON clause.
pub trait Compared<Left, Right, Keys> {
    /// The keys and, where the owners are of one kind, the tenants.
    type OnClause;

    #[doc(hidden)]
    fn on_clause(keys: Keys, owning: bool) -> Self::OnClause;
}

impl<Left, Right, Keys> Compared<Left, Right, Keys> for SameOwner {
    type OnClause = OnSameTenant<Left, Right, ByColumn, Keys>;

    fn on_clause(keys: Keys, owning: bool) -> Self::OnClause {
        OnSameTenant::by_column(keys, owning)
    }
}

impl<Left, Right, Keys> Compared<Left, Right, Keys> for OtherOwner {
    type OnClause = Keys;

    fn on_clause(keys: Keys, _: bool) -> Keys {
        keys
    }
}

macro_rules! nothing_in_common {
    ($($owners:ty),+) => {$(
        impl<Left, Right, Keys> Ownerships<Left, Right, Keys> for $owners {
            type OnClause = Keys;

            fn on_clause(keys: Keys, _: bool) -> Keys {
                keys
            }
        }
    )+};
}

nothing_in_common!((Owned, Unowned), (Unowned, Owned), (Unowned, Unowned));

/// `foreign_key = parent.key`, where either may be nullable.
type KeysOf<ForeignKey, Parent> =
    Eq<NullableExpression<ForeignKey>, NullableExpression<<Parent as DeclaredTable>::Key>>;

/// A table that joins `Right` by `ForeignKey`, which points at the key of `Parent`, one of the two tables.
///
/// The lifetime means nothing. It is there for `for<'declared>` to be written: such a bound is checked where it is used,
/// and any other where it is written.
pub trait Relation<'declared, Right, Parent, ForeignKey> {
    /// The keys and, between tenants' tables, the tenants.
    type OnClause;

    #[doc(hidden)]
    fn on_clause(foreign_key: ForeignKey) -> Self::OnClause;
}

impl<Left, Right, Parent, ForeignKey> Relation<'_, Right, Parent, ForeignKey> for Left
where
    Left: DeclaredTable,
    Right: DeclaredTable,
    Parent: DeclaredTable,
    ForeignKey: Expression + 'static,
    NullableExpression<ForeignKey>: Expression<SqlType: SqlType + SingleValue>,
    NullableExpression<Parent::Key>: AsExpression<SqlTypeOf<NullableExpression<ForeignKey>>>,
    (Left::Ownership, Right::Ownership): Ownerships<Left, Right, KeysOf<ForeignKey, Parent>>,
{
    type OnClause = <(Left::Ownership, Right::Ownership) as Ownerships<
        Left,
        Right,
        KeysOf<ForeignKey, Parent>,
    >>::OnClause;

    fn on_clause(foreign_key: ForeignKey) -> Self::OnClause {
        let owning = [Left::owning_key(), Right::owning_key()].into_iter().flatten().any(|(key, through)| {
            key == TypeId::of::<ForeignKey>() && (through == Left::NAME || through == Right::NAME)
        });
        let keys = foreign_key.nullable().eq(Parent::key().nullable());
        <(Left::Ownership, Right::Ownership)>::on_clause(keys, owning)
    }
}

/// Declares that two tables can be joined without an explicit ON clause: `joinable!(child -> parent (foreign_key))`.
///
/// Use it instead of `diesel::joinable!`, which compares the foreign key with the whole primary key, and so cannot join a
/// table whose key leads with the tenant. The ON clause says `child.foreign_key = parent.key`. Between two tenant tables it
/// also says that both rows are the same tenant's, if their tenants are of one kind; so a join across tenants does not mix them up. Both tables have to be
/// declared, tenant-scoped or global.
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
        // An undeclared table is to be one error. So each impl has its bound, or all of its items would report it; and the
        // bound of the second impl is one that is not checked here (see `Relation`).
        $crate::__joinable!(
            [$($child)::+::table: $crate::__private::Relation<
                'static, $($parent)::+::table, $($parent)::+::table, $($child)::+::$foreign_key,
            >]
            $($child)::+::table, $($parent)::+::table => $($parent)::+::table, $($child)::+::$foreign_key
        );
        $crate::__joinable!(
            [for<'declared> $($parent)::+::table: $crate::__private::Relation<
                'declared, $($child)::+::table, $($parent)::+::table, $($child)::+::$foreign_key,
            >]
            $($parent)::+::table, $($child)::+::table => $($parent)::+::table, $($child)::+::$foreign_key
        );
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __joinable {
    ([$($related:tt)+] $left:ty, $right:ty => $parent:ty, $foreign_key:path) => {
        impl ::diesel::JoinTo<$right> for $left
        where
            $($related)+,
        {
            type FromClause = $right;
            type OnClause = <$left as $crate::__private::Relation<'static, $right, $parent, $foreign_key>>::OnClause;

            fn join_target(right: $right) -> (Self::FromClause, Self::OnClause) {
                (
                    right,
                    <$left as $crate::__private::Relation<'static, $right, $parent, $foreign_key>>::on_clause(
                        $foreign_key,
                    ),
                )
            }
        }
    };
}
