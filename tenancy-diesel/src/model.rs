//! Models that are read and written within a tenant: the types behind [`TenantScoped`]'s methods.

use diesel::associations::{BelongsTo, Identifiable};
use diesel::backend::Backend;
use diesel::dsl::{AsSelect, Eq, EqAny, Filter, SqlTypeOf};
use diesel::expression::array_comparison::AsInExpression;
use diesel::expression::{AppearsOnTable, AsExpression, Expression};
use diesel::expression_methods::{EqAll, ExpressionMethods};
use diesel::insertable::Insertable;
use diesel::query_builder::AsChangeset;
use diesel::query_dsl::methods::{FindDsl, SelectDsl};
use diesel::sql_types::{BoolOrNullableBool, SqlType};
use diesel::{Selectable, SelectableHelper};
use tenancy_core::Scoped;

use crate::scope_for::TenantIdFor;
use crate::source::{Reach, ScopedTable, Within};
use crate::statement::{
    ColumnNames, DoUpdate, Everything, Filtered, IncompleteUpdate, OnConflict, Rows, ScopedDelete,
    ScopedInsert, StampedRows, delete, insert_into, update,
};
use crate::table::{DeclaredTable, TenantTable};

/// A model of a tenant table, with its query builders. Derive it.
///
/// Each builder takes the scope first and returns what Diesel's own methods go on from. A key is the table's primary
/// key without the tenant column; a row of another tenant and a row that is not there cannot be told apart.
///
/// # The derive
///
/// `#[derive(TenantScoped)]` reads Diesel's `#[diesel(table_name = …)]` and takes the type of the tenant's id from the
/// field `tenant_id`. Options, in `#[tenant_scoped(…)]`:
///
/// - `tenant = field`: the field that holds the tenant, if it has another name;
/// - `id = Type`: the type of the tenant's id, for a model that leaves the tenant out;
/// - `crate = path`: where this crate is, if it is renamed.
///
/// A model with Diesel's `#[diesel(belongs_to(Parent))]` also gets `belonging_to(&scope, &parent)`; its parent may be
/// one row or a slice of rows, whose children Diesel's `grouped_by` then distributes.
///
/// # Examples
///
/// ```
/// use diesel::prelude::*;
/// use tenancy_diesel::prelude::*;
///
/// tenancy_diesel::table! {
///     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
/// }
///
/// #[derive(Queryable, Selectable, Identifiable, TenantScoped)]
/// #[diesel(table_name = agents)]
/// struct Agent {
///     id: i32,
///     tenant_id: i32,
///     name: String,
/// }
///
/// # #[cfg(feature = "sqlite")]
/// fn rename(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Option<Agent>> {
///     Agent::update(scope, 3).set(agents::name.eq("Ada")).execute(connection)?;
///     Agent::find(scope, 3).first(connection).optional()
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no model of a tenant table",
    label = "this has no tenant's query builders",
    note = "derive it: `#[derive(TenantScoped)]` beside Diesel's derives",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait TenantScoped: Sized {
    /// The table.
    type Table: TenantTable;

    /// The type of the tenant's id.
    type TenantId: TenantIdFor<Self::Table>;

    /// The tenant's rows, as this model: open for any of Diesel's methods.
    fn scoped<B, DB>(scope: &Scoped<Self::TenantId, B>) -> Select<Self, B, DB>
    where
        DB: Backend,
        Self: Selectable<DB>,
        AsSelect<Self, DB>: Expression,
        Source<Self, B>: SelectDsl<AsSelect<Self, DB>>,
    {
        SelectDsl::select(source::<Self, B>(scope), Self::as_select())
    }

    /// The tenant's row whose key is `key`.
    fn find<B, DB, Key>(scope: &Scoped<Self::TenantId, B>, key: Key) -> Find<Self, B, DB, Key>
    where
        DB: Backend,
        Self: Selectable<DB>,
        AsSelect<Self, DB>: Expression,
        Source<Self, B>: SelectDsl<AsSelect<Self, DB>>,
        Select<Self, B, DB>: FindDsl<Key>,
    {
        FindDsl::find(Self::scoped(scope), key)
    }

    /// Inserts rows for the tenant: one value, a tuple, an array, a slice or a `Vec`, without the tenant column.
    fn insert<B, V>(scope: &Scoped<Self::TenantId, B>, values: V) -> Insert<Self, B, V>
    where
        V: Insertable<Self::Table>,
        V::Values: Rows<Self::Table>,
    {
        insert_into(source::<Self, B>(scope)).values(values)
    }

    /// Inserts a row for the tenant, or changes the tenant's row with the same key. PostgreSQL and SQLite.
    ///
    /// `values` is both what is inserted and what is changed: a reference to a struct that derives Diesel's
    /// `Insertable` and `AsChangeset`. The key, with the tenant column first, has to be a unique key in the database.
    fn upsert<B, V, Shape>(scope: &Scoped<Self::TenantId, B>, values: V) -> Upsert<Self, B, V, Shape>
    where
        V: Insertable<Self::Table> + AsChangeset<Target = Self::Table> + Copy,
        V::Values: Rows<Self::Table>,
        KeyOf<Self>: ColumnNames<Self::Table, Shape>,
        Bind<Self>: Clone,
    {
        Self::insert(scope, values).on_conflict(Self::Table::key()).do_update().set(values)
    }

    /// Starts an update of the tenant's row whose key is `key`.
    fn update<B, Key>(scope: &Scoped<Self::TenantId, B>, key: Key) -> Update<Self, B, Key>
    where
        KeyOf<Self>: EqAll<Key>,
        KeyIs<Self, Key>: AppearsOnTable<Source<Self, B>>,
        SqlTypeOf<KeyIs<Self, Key>>: BoolOrNullableBool,
    {
        update(source::<Self, B>(scope)).find(key)
    }

    /// Deletes the tenant's row whose key is `key`.
    fn delete<B, Key>(scope: &Scoped<Self::TenantId, B>, key: Key) -> Delete<Self, B, Key>
    where
        KeyOf<Self>: EqAll<Key>,
        KeyIs<Self, Key>: AppearsOnTable<Source<Self, B>>,
        SqlTypeOf<KeyIs<Self, Key>>: BoolOrNullableBool,
    {
        delete(source::<Self, B>(scope)).find(key)
    }
}

fn source<M: TenantScoped, B>(scope: &Scoped<M::TenantId, B>) -> Source<M, B> {
    ScopedTable::reaching(Within::new(scope.tenant().clone()))
}

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
    Filtered<Everything, KeyIs<M, Key>>,
>;

/// What [`TenantScoped::delete`] returns.
pub type Delete<M, B, Key> = ScopedDelete<
    <M as TenantScoped>::Table,
    Within<<M as TenantScoped>::TenantId, B>,
    <Within<<M as TenantScoped>::TenantId, B> as Reach<<M as TenantScoped>::Table>>::Condition,
    Filtered<Everything, KeyIs<M, Key>>,
>;

/// One row, or a slice of rows, that rows of model `M` belong to.
#[diagnostic::on_unimplemented(
    message = "model `{M}` does not belong to `{Self}`",
    label = "not a parent of this model",
    note = "derive Diesel's `Associations` on `{M}` with `#[diesel(belongs_to(…))]`, and `Identifiable` on its parent",
    note = "T0020: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0020"
)]
pub trait ParentOf<'parent, M> {
    /// The predicate that a row belongs to the parent, or to one of the parents.
    type Predicate;

    /// The predicate.
    fn children(&'parent self) -> Self::Predicate;
}

#[diagnostic::do_not_recommend]
impl<'parent, M, P: 'parent> ParentOf<'parent, M> for P
where
    M: BelongsTo<P>,
    &'parent P: Identifiable,
    <&'parent P as Identifiable>::Id: AsExpression<SqlTypeOf<M::ForeignKeyColumn>>,
    M::ForeignKeyColumn: ExpressionMethods,
    SqlTypeOf<M::ForeignKeyColumn>: SqlType,
{
    type Predicate = Eq<M::ForeignKeyColumn, <&'parent P as Identifiable>::Id>;

    fn children(&'parent self) -> Self::Predicate {
        M::foreign_key_column().eq(self.id())
    }
}

#[diagnostic::do_not_recommend]
impl<'parent, M, P: 'parent> ParentOf<'parent, M> for [P]
where
    M: BelongsTo<P>,
    &'parent P: Identifiable,
    Vec<<&'parent P as Identifiable>::Id>: AsInExpression<SqlTypeOf<M::ForeignKeyColumn>>,
    M::ForeignKeyColumn: ExpressionMethods,
    SqlTypeOf<M::ForeignKeyColumn>: SqlType,
{
    type Predicate = EqAny<M::ForeignKeyColumn, Vec<<&'parent P as Identifiable>::Id>>;

    fn children(&'parent self) -> Self::Predicate {
        M::foreign_key_column().eq_any(self.iter().map(Identifiable::id).collect::<Vec<_>>())
    }
}

/// What a model's `belonging_to` returns.
pub type BelongingTo<'parent, M, B, DB, Parent> =
    Filter<Select<M, B, DB>, <Parent as ParentOf<'parent, M>>::Predicate>;
