//! Several columns of an aliased table at once, and models of it.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::dsl::AsSelect;
use diesel::expression::{
    AppearsOnTable, Expression, SelectableExpression, TypedExpressionType, ValidGrouping,
};
use diesel::internal::table_macro::NullableExpression;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::query_source::Column;
use diesel::result::QueryResult;
use diesel::{NullableExpressionMethods as _, Selectable};

use super::{AliasField, TableAlias};
use crate::table::TenantTable;
use crate::tuples::every_tuple;

/// What [`Alias::fields`](crate::Alias::fields) takes: a column of the aliased table, a tuple of what it takes, or `Model::as_select()`
/// of a model of the table, which may be an `Option`.
///
/// `Shape` is inferred; it only tells these from each other.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no field, nor fields, of alias `{A}`",
    label = "not columns of the aliased table",
    note = "name columns of the table, `(agents::id, agents::name)`, or a model of it, `Agent::as_select()`"
)]
pub trait FieldsOf<A, Shape> {
    /// The same, of the alias.
    type Fields;

    /// The same, of the alias.
    #[doc(hidden)]
    fn fields(self) -> Self::Fields;
}

/// The shape of a column.
#[derive(Debug)]
pub enum OneField {}

/// The shape of the tenant column.
#[derive(Debug)]
pub enum TenantField {}

/// The shape of a model whose columns have shape `S`.
#[derive(Debug)]
pub struct ModelFields<S>(PhantomData<S>);

/// The shape of a model that may be missing.
#[derive(Debug)]
pub struct OptionalFields<S>(PhantomData<S>);

impl<A: TableAlias, C: Column<Table = A::Target>> FieldsOf<A, OneField> for C {
    type Fields = AliasField<A, C>;

    fn fields(self) -> Self::Fields {
        AliasField::new(self)
    }
}

impl<A, C> FieldsOf<A, TenantField> for C
where
    A: TableAlias<Target: TenantTable<TenantColumn = C>>,
{
    type Fields = AliasField<A, C>;

    fn fields(self) -> Self::Fields {
        AliasField::new(self)
    }
}

impl<A, M, DB, S> FieldsOf<A, ModelFields<S>> for AsSelect<M, DB>
where
    DB: Backend,
    M: Selectable<DB, SelectExpression: FieldsOf<A, S>>,
{
    type Fields = AliasSelection<M, DB, <M::SelectExpression as FieldsOf<A, S>>::Fields>;

    fn fields(self) -> Self::Fields {
        AliasSelection { fields: M::construct_selection().fields(), model: PhantomData }
    }
}

impl<A, M, DB, S> FieldsOf<A, OptionalFields<S>> for AsSelect<Option<M>, DB>
where
    DB: Backend,
    Option<M>: Selectable<DB>,
    M: Selectable<DB, SelectExpression: FieldsOf<A, S, Fields: Expression>>,
    NullableExpression<<M::SelectExpression as FieldsOf<A, S>>::Fields>: Expression,
{
    type Fields =
        AliasSelection<Option<M>, DB, NullableExpression<<M::SelectExpression as FieldsOf<A, S>>::Fields>>;

    fn fields(self) -> Self::Fields {
        AliasSelection { fields: M::construct_selection().fields().nullable(), model: PhantomData }
    }
}

macro_rules! tuple {
    ($($column:ident $shape:ident $index:tt)+) => {
        impl<A, $($column: FieldsOf<A, $shape>, $shape),+> FieldsOf<A, ($($shape,)+)> for ($($column,)+) {
            type Fields = ($($column::Fields,)+);

            fn fields(self) -> Self::Fields {
                ($(self.$index.fields(),)+)
            }
        }
    };
}
every_tuple!(tuple);

/// Model `M`, selected of an alias: its columns are `E`.
#[derive(Debug)]
pub struct AliasSelection<M, DB, E> {
    fields: E,
    model: PhantomData<fn() -> (M, DB)>,
}

impl<M, DB, E: Clone> Clone for AliasSelection<M, DB, E> {
    fn clone(&self) -> Self {
        Self { fields: self.fields.clone(), model: PhantomData }
    }
}

impl<M, DB, E: Copy> Copy for AliasSelection<M, DB, E> {}

/// Loaded as the model is.
impl<M, DB, E> Expression for AliasSelection<M, DB, E>
where
    DB: Backend,
    M: Selectable<DB>,
    AsSelect<M, DB>: TypedExpressionType,
{
    type SqlType = AsSelect<M, DB>;
}

impl<M, DB, E: QueryFragment<DB>> QueryFragment<DB> for AliasSelection<M, DB, E>
where
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.fields.walk_ast(out)
    }
}

impl<M, DB, E: AppearsOnTable<QS>, QS> AppearsOnTable<QS> for AliasSelection<M, DB, E> where Self: Expression {}

impl<M, DB, E: SelectableExpression<QS>, QS> SelectableExpression<QS> for AliasSelection<M, DB, E> where
    Self: AppearsOnTable<QS>
{
}

impl<M, DB, E: ValidGrouping<G>, G> ValidGrouping<G> for AliasSelection<M, DB, E> {
    type IsAggregate = E::IsAggregate;
}

impl<M, DB, E: QueryId> QueryId for AliasSelection<M, DB, E> {
    type QueryId = E::QueryId;

    const HAS_STATIC_QUERY_ID: bool = E::HAS_STATIC_QUERY_ID;
}
