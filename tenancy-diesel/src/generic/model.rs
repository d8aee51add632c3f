//! What a model is to code that does not know it.

use diesel::Selectable;
use diesel::backend::Backend;
use diesel::dsl::{AsSelect, CountStar};
use diesel::expression::{AppearsOnTable, Expression};
use diesel::insertable::Insertable;
use diesel::query_builder::AsChangeset;
use diesel::query_dsl::methods::{FilterDsl, FindDsl, LimitDsl, OffsetDsl, OrderDsl, SelectDsl};
use diesel::sql_types::BoolOrNullableBool;
use tenancy_core::{Scoped, Unbranded};

use super::{Changes, Returns};
use crate::model::{self, KeyOf, Source, TenantScoped};
use crate::source::{Reach, Within};
use crate::statement::{
    self, Assigned, Everything, Filtered, MayWrite, Rows, ScopedDelete, ScopedInsert, ScopedUpdate,
    StampedRows,
};
use crate::table::{DeclaredTable, TenantTable};

/// Which rows of a list, in the order of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many rows at most.
    pub limit: i64,
    /// How many rows come before.
    pub offset: i64,
}

type InOrder<Q, M> = <Q as OrderDsl<KeyOf<M>>>::Output;
type Limited<Q> = <Q as LimitDsl>::Output;
type Skipped<Q> = <Q as OffsetDsl>::Output;
type Paged<Q, M> = Skipped<Limited<InOrder<Q, M>>>;
type Where<Q, P> = <Q as FilterDsl<P>>::Output;
type Counted<Q> = <Q as SelectDsl<CountStar>>::Output;
type Reached<M, B> = Within<<M as TenantScoped>::TenantId, B>;
type ConditionOf<M, B> = <Reached<M, B> as Reach<<M as TenantScoped>::Table>>::Condition;

/// A model that can be listed and counted within a tenant.
///
/// Every model that derives [`TenantScoped`](derive@crate::TenantScoped) and Diesel's `Selectable` and `Queryable` is one.
#[diagnostic::on_unimplemented(
    message = "model `{Self}` is not read on backend `{DB}`",
    label = "this has no such statement",
    note = "derive Diesel's `Queryable` and `Selectable` and this crate's `TenantScoped`; and look whether Diesel takes the arguments \
            for the bare table",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait Read<DB: Backend, B = Unbranded>: TenantScoped {
    /// What [`page`](Self::page) returns.
    type Page: Returns<DB, Self>;
    /// What [`count`](Self::count) returns.
    type Count: Returns<DB, i64>;

    /// A page of the tenant's rows, in the order of their keys.
    fn page(scope: &Scoped<Self::TenantId, B>, page: Page) -> Self::Page;

    /// The number of the tenant's rows.
    fn count(scope: &Scoped<Self::TenantId, B>) -> Self::Count;
}

#[diagnostic::do_not_recommend]
impl<M, DB, B> Read<DB, B> for M
where
    DB: Backend,
    M: TenantScoped + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    Source<M, B>: SelectDsl<AsSelect<M, DB>> + SelectDsl<CountStar, Output: Returns<DB, i64>>,
    model::Select<M, B, DB>: OrderDsl<KeyOf<M>>,
    InOrder<model::Select<M, B, DB>, M>: LimitDsl,
    Limited<InOrder<model::Select<M, B, DB>, M>>: OffsetDsl,
    Paged<model::Select<M, B, DB>, M>: Returns<DB, M>,
{
    type Page = Paged<model::Select<M, B, DB>, M>;
    type Count = Counted<Source<M, B>>;

    fn page(scope: &Scoped<Self::TenantId, B>, page: Page) -> Self::Page {
        let ordered = OrderDsl::order(M::scoped(scope), M::Table::key());
        OffsetDsl::offset(LimitDsl::limit(ordered, page.limit), page.offset)
    }

    fn count(scope: &Scoped<Self::TenantId, B>) -> Self::Count {
        SelectDsl::select(model::source::<M, B>(scope), diesel::dsl::count_star())
    }
}

/// A model whose rows are found by a key of type `Key`: the primary key without the tenant column.
#[diagnostic::on_unimplemented(
    message = "model `{Self}` is not found by a key of type `{Key}` on backend `{DB}`",
    label = "this has no such statement",
    note = "derive Diesel's `Queryable` and `Selectable` and this crate's `TenantScoped`; and look whether Diesel takes the arguments \
            for the bare table",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait Find<Key, DB: Backend, B = Unbranded>: TenantScoped {
    /// What [`by_key`](Self::by_key) returns.
    type Found: Returns<DB, Self>;

    /// The tenant's row with that key. Another tenant's is not found.
    fn by_key(scope: &Scoped<Self::TenantId, B>, key: Key) -> Self::Found;
}

#[diagnostic::do_not_recommend]
impl<M, Key, DB, B> Find<Key, DB, B> for M
where
    DB: Backend,
    M: TenantScoped + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    Source<M, B>: SelectDsl<AsSelect<M, DB>>,
    model::Select<M, B, DB>: FindDsl<Key, Output: Returns<DB, M>>,
{
    type Found = model::Find<M, B, DB, Key>;

    fn by_key(scope: &Scoped<Self::TenantId, B>, key: Key) -> Self::Found {
        <M as TenantScoped>::find(scope, key)
    }
}

/// A model whose rows are chosen by predicate `P`, an expression of its table's columns.
#[diagnostic::on_unimplemented(
    message = "model `{Self}` is not filtered by a predicate of type `{P}` on backend `{DB}`",
    label = "this has no such statement",
    note = "derive Diesel's `Queryable` and `Selectable` and this crate's `TenantScoped`; and look whether Diesel takes the arguments \
            for the bare table",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait Filter<P, DB: Backend, B = Unbranded>: TenantScoped {
    /// What [`page_where`](Self::page_where) returns.
    type PageWhere: Returns<DB, Self>;
    /// What [`count_where`](Self::count_where) returns.
    type CountWhere: Returns<DB, i64>;

    /// A page of those of the tenant's rows, in the order of their keys.
    fn page_where(scope: &Scoped<Self::TenantId, B>, predicate: P, page: Page) -> Self::PageWhere;

    /// The number of those of the tenant's rows.
    fn count_where(scope: &Scoped<Self::TenantId, B>, predicate: P) -> Self::CountWhere;
}

#[diagnostic::do_not_recommend]
impl<M, P, DB, B> Filter<P, DB, B> for M
where
    DB: Backend,
    M: TenantScoped + Selectable<DB>,
    AsSelect<M, DB>: Expression,
    P: AppearsOnTable<Source<M, B>, SqlType: BoolOrNullableBool>,
    Source<M, B>: SelectDsl<AsSelect<M, DB>> + SelectDsl<CountStar>,
    Counted<Source<M, B>>: FilterDsl<P, Output: Returns<DB, i64>>,
    model::Select<M, B, DB>: FilterDsl<P>,
    Where<model::Select<M, B, DB>, P>: OrderDsl<KeyOf<M>>,
    InOrder<Where<model::Select<M, B, DB>, P>, M>: LimitDsl,
    Limited<InOrder<Where<model::Select<M, B, DB>, P>, M>>: OffsetDsl,
    Paged<Where<model::Select<M, B, DB>, P>, M>: Returns<DB, M>,
{
    type PageWhere = Paged<Where<model::Select<M, B, DB>, P>, M>;
    type CountWhere = Where<Counted<Source<M, B>>, P>;

    fn page_where(scope: &Scoped<Self::TenantId, B>, predicate: P, page: Page) -> Self::PageWhere {
        let ordered = OrderDsl::order(FilterDsl::filter(M::scoped(scope), predicate), M::Table::key());
        OffsetDsl::offset(LimitDsl::limit(ordered, page.limit), page.offset)
    }

    fn count_where(scope: &Scoped<Self::TenantId, B>, predicate: P) -> Self::CountWhere {
        let counted = SelectDsl::select(model::source::<M, B>(scope), diesel::dsl::count_star());
        FilterDsl::filter(counted, predicate)
    }
}

/// A model whose rows are deleted where predicate `P` holds.
#[diagnostic::on_unimplemented(
    message = "model `{Self}` is not deleted where `{P}` holds, on backend `{DB}`",
    label = "this has no such statement",
    note = "derive Diesel's `Queryable` and `Selectable` and this crate's `TenantScoped`; and look whether Diesel takes the arguments \
            for the bare table",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait Delete<P, DB: Backend, B = Unbranded>: TenantScoped {
    /// What [`delete_where`](Self::delete_where) returns.
    type DeleteWhere: Changes<DB>;

    /// A delete of those of the tenant's rows.
    fn delete_where(scope: &Scoped<Self::TenantId, B>, predicate: P) -> Self::DeleteWhere;
}

#[diagnostic::do_not_recommend]
impl<M, P, DB, B> Delete<P, DB, B> for M
where
    DB: Backend,
    M: TenantScoped<Table: TenantTable<Belonging: MayWrite<M::Table>>>,
    P: AppearsOnTable<Source<M, B>, SqlType: BoolOrNullableBool>,
    ScopedDelete<M::Table, Reached<M, B>, ConditionOf<M, B>, Filtered<Everything, P>>: Changes<DB>,
{
    type DeleteWhere = ScopedDelete<M::Table, Reached<M, B>, ConditionOf<M, B>, Filtered<Everything, P>>;

    fn delete_where(scope: &Scoped<Self::TenantId, B>, predicate: P) -> Self::DeleteWhere {
        statement::delete(model::source::<M, B>(scope)).filter(predicate)
    }
}

/// A model whose rows are changed by `V`, anything that Diesel's `set` takes, where predicate `P` holds.
#[diagnostic::on_unimplemented(
    message = "model `{Self}` is not changed by `{V}` where `{P}` holds, on backend `{DB}`",
    label = "this has no such statement",
    note = "derive Diesel's `Queryable` and `Selectable` and this crate's `TenantScoped`; and look whether Diesel takes the arguments \
            for the bare table",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait Change<P, V, DB: Backend, B = Unbranded>: TenantScoped {
    /// What [`update_where`](Self::update_where) returns.
    type UpdateWhere: Changes<DB>;

    /// An update of those of the tenant's rows. The tenant column is not among what it changes.
    fn update_where(scope: &Scoped<Self::TenantId, B>, predicate: P, changes: V) -> Self::UpdateWhere;
}

type UpdateOf<M, B, P, V> = ScopedUpdate<
    <M as TenantScoped>::Table,
    Reached<M, B>,
    ConditionOf<M, B>,
    Filtered<Everything, P>,
    Assigned<<M as TenantScoped>::Table, <V as AsChangeset>::Changeset>,
>;

#[diagnostic::do_not_recommend]
impl<M, P, V, DB, B> Change<P, V, DB, B> for M
where
    DB: Backend,
    M: TenantScoped<Table: TenantTable<Belonging: MayWrite<M::Table>>>,
    P: AppearsOnTable<Source<M, B>, SqlType: BoolOrNullableBool>,
    V: AsChangeset<Target = M::Table>,
    UpdateOf<M, B, P, V>: Changes<DB>,
{
    type UpdateWhere = UpdateOf<M, B, P, V>;

    fn update_where(scope: &Scoped<Self::TenantId, B>, predicate: P, changes: V) -> Self::UpdateWhere {
        statement::update(model::source::<M, B>(scope)).filter(predicate).set(changes)
    }
}

/// A model into whose table `V` can be inserted: a row, or anything else that Diesel's `values` takes and that is one
/// statement on the backend.
#[diagnostic::on_unimplemented(
    message = "model `{Self}` is not inserted from `{V}` on backend `{DB}`",
    label = "this has no such statement",
    note = "derive Diesel's `Queryable` and `Selectable` and this crate's `TenantScoped`; and look whether Diesel takes the arguments \
            for the bare table",
    note = "T0019: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0019"
)]
pub trait Insert<V, DB: Backend, B = Unbranded>: TenantScoped {
    /// What [`insertion`](Self::insertion) returns.
    type Insertion: Changes<DB>;

    /// An insert for the tenant.
    fn insertion(scope: &Scoped<Self::TenantId, B>, values: V) -> Self::Insertion;
}

#[diagnostic::do_not_recommend]
impl<M, V, DB, B> Insert<V, DB, B> for M
where
    DB: Backend,
    M: TenantScoped<Table: TenantTable<Belonging: MayWrite<M::Table>>>,
    V: Insertable<M::Table>,
    V::Values: Rows<M::Table, Rows = V::Values>,
    ScopedInsert<M::Table, Reached<M, B>, StampedRows<M::Table, model::Bind<M>, V::Values>>: Changes<DB>,
{
    type Insertion = ScopedInsert<M::Table, Reached<M, B>, StampedRows<M::Table, model::Bind<M>, V::Values>>;

    fn insertion(scope: &Scoped<Self::TenantId, B>, values: V) -> Self::Insertion {
        <M as TenantScoped>::insert(scope, values)
    }
}
