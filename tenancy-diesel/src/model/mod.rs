//! Models that are read and written within a tenant: the types behind [`TenantScoped`]'s methods.

mod optional;
mod parent;
mod types;

use diesel::backend::Backend;
use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::expression::{AppearsOnTable, Expression};
use diesel::expression_methods::EqAll;
use diesel::insertable::Insertable;
use diesel::query_builder::AsChangeset;
use diesel::query_dsl::methods::{FindDsl, SelectDsl};
use diesel::result::QueryResult;
use diesel::sql_types::BoolOrNullableBool;
use diesel::{Selectable, SelectableHelper};
use tenancy_core::Scoped;

pub use self::optional::OptionalTenant;
pub use self::parent::{ManyParents, OneParent, ParentOf};
pub use self::types::{
    BelongingTo, Bind, Delete, Find, Insert, KeyIs, KeyOf, Select, Source, SourceOf, Stamped, Update, Upsert,
};
use crate::source::{ScopedTable, TenantIdFor, Within};
use crate::statement::{CarriesTenant, ColumnNames, MayWrite, Rows, delete, insert_into, update};
use crate::table::{DeclaredTable, TenantTable};

/// A model of a tenant table, with its query builders. Derive it.
///
/// Each builder takes the scope first, and returns something that Diesel's own methods go on from. A key is the table's
/// primary key without the tenant column. None of the builders tells another tenant's row from one that does not exist.
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
/// The field may be an `Option` where the tenants share the rows whose tenant column is NULL (`#[tenant_scoped(tenant_id, shared)]` on the
/// table): it is `None` in those. They are read by `Model::source(&scope).or_shared().select(Model::as_select())`.
///
/// A model with Diesel's `#[diesel(belongs_to(Parent))]` also gets `belonging_to(&scope, &parent)`; its parent may be
/// one row, a slice or a `Vec` of rows or of references to them, whose children Diesel's `grouped_by` then distributes. Where that
/// is not what is loaded, in Diesel's idiom for many-to-many relations or to count, `source_of(&scope, &parent)` selects nothing yet:
/// `AgentTag::source_of(&scope, &agents).inner_join(tags::table.scoped(&scope)).select((AgentTag::as_select(), Tag::as_select()))`.
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
///
/// # #[cfg(feature = "sqlite")]
/// fn names(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
///     Agent::source(scope).filter(agents::id.gt(3)).select(agents::name).load(connection)
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

    /// The model's table, within the tenant, with nothing selected yet: where a query begins that is not loaded as this model.
    fn source<B>(scope: &Scoped<Self::TenantId, B>) -> Source<Self, B> {
        source::<Self, B>(scope)
    }

    /// A select of the tenant's rows, as this model. Diesel's methods apply to it.
    ///
    /// How a model is selected depends on the backend, which the connection tells. A query that counts, or selects something
    /// else, does not tell it any more, and the compiler asks for it (E0283): begin that one at [`source`](Self::source).
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
        V::Values: Rows<Self::Table, Rows = V::Values>,
        <Self::Table as TenantTable>::Belonging: MayWrite<Self::Table>,
    {
        insert_into(source::<Self, B>(scope)).values(values)
    }

    /// Inserts rows that carry their tenant, and none if one of them is another's: see
    /// [`checked`](crate::statement::IncompleteInsert::checked).
    ///
    /// # Errors
    ///
    /// A `QueryBuilderError` with [`RowOfAnotherTenant`](crate::RowOfAnotherTenant).
    fn insert_checked<B, V>(scope: &Scoped<Self::TenantId, B>, values: V) -> QueryResult<Insert<Self, B, V>>
    where
        V: CarriesTenant<TenantId = Self::TenantId> + Insertable<Self::Table>,
        V::Values: Rows<Self::Table, Rows = V::Values>,
        <Self::Table as TenantTable>::Belonging: MayWrite<Self::Table>,
    {
        values.check_tenant(scope)?;
        Ok(Self::insert(scope, values))
    }

    /// Inserts a row for the tenant, or changes the tenant's row with the same key.
    ///
    /// `values` is both what is inserted and what is changed: a reference to a struct that derives Diesel's
    /// `Insertable` and `AsChangeset`. The key, with the tenant column first, has to be a unique key in the database.
    fn upsert<B, V, Shape>(scope: &Scoped<Self::TenantId, B>, values: V) -> Upsert<Self, B, V, Shape>
    where
        V: Insertable<Self::Table> + AsChangeset<Target = Self::Table> + Copy,
        V::Values: Rows<Self::Table, Rows = V::Values>,
        KeyOf<Self>: ColumnNames<Self::Table, Shape, Named = (KeyOf<Self>, Shape)>,
        Bind<Self>: Clone,
        <Self::Table as TenantTable>::Belonging: MayWrite<Self::Table>,
    {
        Self::insert(scope, values).on_conflict(Self::Table::key()).do_update().set(values)
    }

    /// Starts an update of the tenant's row whose key is `key`.
    fn update<B, Key>(scope: &Scoped<Self::TenantId, B>, key: Key) -> Update<Self, B, Key>
    where
        KeyOf<Self>: EqAll<Key>,
        KeyIs<Self, Key>: AppearsOnTable<Source<Self, B>>,
        SqlTypeOf<KeyIs<Self, Key>>: BoolOrNullableBool,
        <Self::Table as TenantTable>::Belonging: MayWrite<Self::Table>,
    {
        update(source::<Self, B>(scope)).find(key)
    }

    /// Deletes the tenant's row whose key is `key`.
    fn delete<B, Key>(scope: &Scoped<Self::TenantId, B>, key: Key) -> Delete<Self, B, Key>
    where
        KeyOf<Self>: EqAll<Key>,
        KeyIs<Self, Key>: AppearsOnTable<Source<Self, B>>,
        SqlTypeOf<KeyIs<Self, Key>>: BoolOrNullableBool,
        <Self::Table as TenantTable>::Belonging: MayWrite<Self::Table>,
    {
        delete(source::<Self, B>(scope)).find(key)
    }
}

pub(crate) fn source<M: TenantScoped, B>(scope: &Scoped<M::TenantId, B>) -> Source<M, B> {
    ScopedTable::reaching(Within::new(scope.tenant().clone()))
}
