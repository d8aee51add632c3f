//! The rows that other rows belong to.

use diesel::associations::{BelongsTo, Identifiable};
use diesel::dsl::{Eq, EqAny, SqlTypeOf};
use diesel::expression::AsExpression;
use diesel::expression::array_comparison::AsInExpression;
use diesel::expression_methods::ExpressionMethods;
use diesel::sql_types::SqlType;

/// The shape of one parent.
#[derive(Debug)]
pub enum OneParent {}

/// The shape of several parents.
#[derive(Debug)]
pub enum ManyParents {}

/// One row, or a slice or `Vec` of rows, that rows of model `M` belong to. `Shape` is inferred; it only tells one from many.
#[diagnostic::on_unimplemented(
    message = "model `{M}` does not belong to `{Self}`",
    label = "not a parent of this model",
    note = "derive Diesel's `Associations` on `{M}` with `#[diesel(belongs_to(…))]`, and `Identifiable` on its parent",
    note = "T0020: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0020"
)]
pub trait ParentOf<'parent, M, Shape> {
    /// The predicate that a row belongs to the parent, or to one of the parents.
    type Predicate;

    /// The predicate.
    fn children(&'parent self) -> Self::Predicate;
}

#[diagnostic::do_not_recommend]
impl<'parent, M, P: 'parent> ParentOf<'parent, M, OneParent> for P
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
impl<'parent, M, P: 'parent> ParentOf<'parent, M, ManyParents> for [P]
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

#[diagnostic::do_not_recommend]
impl<'parent, M, P> ParentOf<'parent, M, ManyParents> for Vec<P>
where
    [P]: ParentOf<'parent, M, ManyParents>,
{
    type Predicate = <[P] as ParentOf<'parent, M, ManyParents>>::Predicate;

    fn children(&'parent self) -> Self::Predicate {
        self.as_slice().children()
    }
}
