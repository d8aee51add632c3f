//! The kinds of owner that the tables of a schema have: organisations, workspaces, or only tenants.

use std::marker::PhantomData;

use tenancy_core::TenantId;

use super::TenantTable;

/// The type of the ids of table `T`'s tenants where it is declared, `#[tenant_scoped(org_id: OrgId)]`, also of a parent's; elsewhere
/// [`TenantId`].
pub type IdOf<T> = <<T as TenantTable>::Owner as Owner>::Id;

/// The kind of owner of a table that says no more than its column: whoever is named by a column of that name.
///
/// `NAME` is the column's name in the database, hashed by FNV-1a with 128 bits (draft-eastlake-fnv): a type cannot have a text.
#[derive(Debug)]
pub enum ByColumnName<const NAME: u128> {}

/// The kind of owner that has ids of type `I`, as `#[tenant_scoped(column: I)]` declares it.
#[derive(Debug)]
pub struct ById<I>(PhantomData<fn() -> I>);

mod sealed {
    pub trait Sealed {}
    impl<const NAME: u128> Sealed for super::ByColumnName<NAME> {}
    impl<I> Sealed for super::ById<I> {}
    pub trait Pair {}
    impl Pair for super::SameOwner {}
    impl Pair for super::OtherOwner {}
}

/// The kind of owner of a table: [`ByColumnName`] or [`ById`]. Sealed.
pub trait Owner: sealed::Sealed {
    /// The type of its ids where one is declared, and elsewhere the one that this library has, [`TenantId`].
    type Id;

    /// The type of its ids, where one is declared.
    fn id_type() -> Option<&'static str>;
}

impl<const NAME: u128> Owner for ByColumnName<NAME> {
    type Id = TenantId;

    fn id_type() -> Option<&'static str> {
        None
    }
}

impl<I> Owner for ById<I> {
    type Id = I;

    fn id_type() -> Option<&'static str> {
        Some(std::any::type_name::<I>())
    }
}

/// An owner that an id of type `I` may name.
pub trait NamedBy<I>: Owner {
    /// The id itself. Where the bound fails so does this projection, and the compiler leaves it at one error.
    type Id;
}

impl<I, const NAME: u128> NamedBy<I> for ByColumnName<NAME> {
    type Id = I;
}

impl<I> NamedBy<I> for ById<I> {
    type Id = I;
}

/// The two are of one kind: their tenants can be compared.
#[derive(Debug)]
pub enum SameOwner {}

/// The two are of different kinds, which have nothing in common that could be compared.
#[derive(Debug)]
pub enum OtherOwner {}

/// [`SameOwner`] or [`OtherOwner`]. Sealed.
pub trait Pair: sealed::Pair {}
impl<P: sealed::Pair> Pair for P {}

/// Types of ids that may meet in one query: one type, which is of one kind of owner; or two that
/// [`allow_owners_to_appear_in_same_query!`](crate::allow_owners_to_appear_in_same_query) names.
#[diagnostic::on_unimplemented(
    message = "tables of two kinds of owner are joined, whose ids are `{Self}` and `{Other}`",
    label = "whether they may meet is not declared",
    note = "let them meet, by `allow_owners_to_appear_in_same_query!(…)` beside the tables",
    note = "T0023: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0023"
)]
pub trait MeetsId<Other> {
    /// What they are to each other.
    type Pair: Pair;
}

impl<I> MeetsId<I> for I {
    type Pair = SameOwner;
}

/// Owners of two tables that a join without an ON clause may pair. `Left` and `Right` are the tables.
#[diagnostic::on_unimplemented(
    message = "the tenant columns of `{Left}` and `{Right}` have different names: one kind of owner, or two?",
    label = "whether their tenants can be compared is not declared",
    note = "one kind: name the type of its ids on both tables, `#[tenant_scoped(org_id: OrgId)]`",
    note = "two kinds: name the type of each, a newtype of its own, and `allow_owners_to_appear_in_same_query!(OrgId, WorkspaceId)`",
    note = "T0023: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0023"
)]
pub trait MeetsOwner<Other, Left, Right>: Owner {
    /// What they are to each other.
    type Pair: Pair;
}

impl<Left, Right, const NAME: u128> MeetsOwner<Self, Left, Right> for ByColumnName<NAME> {
    type Pair = SameOwner;
}

impl<I: MeetsId<J>, J, Left, Right> MeetsOwner<ById<J>, Left, Right> for ById<I> {
    type Pair = I::Pair;
}

/// Lets sources of different kinds of owner stand in one query, each scoped by an id of its own kind.
///
/// Between them no tenants are compared, because they have none in common: an explicit ON clause, or the keys that
/// [`joinable!`](crate::joinable) declares, say which rows belong together. Each kind needs an id type of the application's own.
///
/// # Examples
///
/// ```
/// use diesel::prelude::*;
/// # mod ids {
/// # use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Integer};
/// # #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)] #[diesel(sql_type = Integer)] pub struct OrgId(pub i32);
/// # #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)] #[diesel(sql_type = Integer)] pub struct WorkspaceId(pub i32);
/// # }
/// use ids::{OrgId, WorkspaceId};
/// use tenancy_diesel::{Scoped, allow_owners_to_appear_in_same_query, joinable, table};
///
/// table! {
///     #[tenant_scoped(org_id: OrgId)]
///     workspaces (id) { id -> Integer, org_id -> Integer, name -> Text, }
///     #[tenant_scoped(workspace_id: WorkspaceId)]
///     canvases (id) { id -> Integer, workspace_id -> Integer, title -> Text, }
/// }
/// joinable!(canvases -> workspaces (workspace_id));
/// diesel::allow_tables_to_appear_in_same_query!(workspaces, canvases);
/// allow_owners_to_appear_in_same_query!(OrgId, WorkspaceId);
///
/// fn titles(org: &Scoped<OrgId>, workspace: &Scoped<WorkspaceId>) {
///     let query = canvases::table
///         .scoped(workspace)
///         .inner_join(workspaces::table.scoped(org))
///         .select((canvases::title, workspaces::name));
///     # let _ = query;
/// }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! allow_owners_to_appear_in_same_query {
    ($first:ty $(, $other:ty)* $(,)?) => {
        $(
            impl $crate::__private::MeetsId<$other> for $first {
                type Pair = $crate::__private::OtherOwner;
            }
            impl $crate::__private::MeetsId<$first> for $other {
                type Pair = $crate::__private::OtherOwner;
            }
        )*
        $crate::allow_owners_to_appear_in_same_query!($($other),*);
    };
    () => {};
}
