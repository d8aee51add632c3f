//! What a model's builders return.

use diesel::dsl::{AsSelect, Filter};
use diesel::expression_methods::EqAll;
use diesel::insertable::Insertable;
use diesel::query_builder::AsChangeset;

use super::{OneParent, ParentOf, TenantScoped};
use crate::source::{Reach, ScopedTable, TenantIdFor, Within};
use crate::statement::{
    DoUpdate, Everything, Filtered, IncompleteUpdate, OnConflict, ScopedDelete, ScopedInsert, StampedRows,
};
use crate::table::DeclaredTable;

/// Model `M`'s table, within one tenant.
pub type Source<M, B> = ScopedTable<<M as TenantScoped>::Table, Within<<M as TenantScoped>::TenantId, B>>;

/// What [`TenantScoped::scoped`] returns: a select of the model from its scoped table.
pub type Select<M, B, DB> = diesel::dsl::Select<Source<M, B>, AsSelect<M, DB>>;

/// What [`TenantScoped::find`] returns.
pub type Find<M, B, DB, Key> = diesel::dsl::Find<Select<M, B, DB>, Key>;

/// The bound tenant of model `M`.
pub type Bind<M> = <<M as TenantScoped>::TenantId as TenantIdFor<<M as TenantScoped>::Table>>::Bind;

/// The primary key of model `M`'s table without the tenant column.
pub type KeyOf<M> = <<M as TenantScoped>::Table as DeclaredTable>::Key;

/// The predicate that a row's key is `Key`.
pub type KeyIs<M, Key> = <KeyOf<M> as EqAll<Key>>::Output;

/// What [`TenantScoped::insert`] returns.
pub type Insert<M, B, V> =
    ScopedInsert<<M as TenantScoped>::Table, Within<<M as TenantScoped>::TenantId, B>, Stamped<M, V>>;

/// The rows of an insert of `V`.
pub type Stamped<M, V> =
    StampedRows<<M as TenantScoped>::Table, Bind<M>, <V as Insertable<<M as TenantScoped>::Table>>::Values>;

/// What [`TenantScoped::upsert`] returns.
pub type Upsert<M, B, V, Shape> = ScopedInsert<
    <M as TenantScoped>::Table,
    Within<<M as TenantScoped>::TenantId, B>,
    Stamped<M, V>,
    OnConflict<
        (<M as TenantScoped>::Table, (KeyOf<M>, Shape)),
        DoUpdate<<M as TenantScoped>::Table, Bind<M>, <V as AsChangeset>::Changeset>,
    >,
>;

/// What [`TenantScoped::update`] returns.
pub type Update<M, B, Key> = IncompleteUpdate<
    <M as TenantScoped>::Table,
    Within<<M as TenantScoped>::TenantId, B>,
    <Within<<M as TenantScoped>::TenantId, B> as Reach<<M as TenantScoped>::Table>>::Condition,
    Filtered<Everything, KeyIs<M, Key>>,
>;

/// What [`TenantScoped::delete`] returns.
pub type Delete<M, B, Key> = ScopedDelete<
    <M as TenantScoped>::Table,
    Within<<M as TenantScoped>::TenantId, B>,
    <Within<<M as TenantScoped>::TenantId, B> as Reach<<M as TenantScoped>::Table>>::Condition,
    Filtered<Everything, KeyIs<M, Key>>,
>;

/// What a model's `source_of` returns.
pub type SourceOf<'parent, M, B, Parent, Shape = OneParent> =
    Filter<Source<M, B>, <Parent as ParentOf<'parent, M, Shape>>::Predicate>;

/// What a model's `belonging_to` returns.
pub type BelongingTo<'parent, M, B, DB, Parent, Shape = OneParent> =
    Filter<Select<M, B, DB>, <Parent as ParentOf<'parent, M, Shape>>::Predicate>;
