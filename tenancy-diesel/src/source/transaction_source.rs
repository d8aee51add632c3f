//! A transaction as a source of rows: what stands in a subquery has to stand beside it.

use std::marker::PhantomData;

use diesel::expression::{AppearsOnTable, Expression, SelectableExpression};
use diesel::query_source::{AppearsInFromClause, Never, QuerySource};
use diesel::sql_types::Integer;

use super::alias::AliasName;
use super::rule::OpenTo;
use super::stands::Ours;
use super::{Beside, Stands};
use crate::table::DeclaredTable;

/// What a transaction of reach `R` is to the queries in it. It is in no statement, and only asked for.
///
/// Diesel's combinations of selects cannot be named outside of it. But of every subquery it can be asked whether it may stand in a
/// query on some source, and that is answered for each arm, and for each subquery of it: whoever asks it of a combination and
/// of this source learns of every table whether it is declared, and whether it is open to the transaction.
#[derive(Debug, Clone, Copy)]
pub struct TransactionSource<R>(PhantomData<fn() -> R>);

/// Nothing is selected of it.
#[derive(Debug, Clone, Copy)]
pub struct NoColumns(());

impl<R> QuerySource for TransactionSource<R> {
    type FromClause = NoColumns;
    type DefaultSelection = NoColumns;

    fn from_clause(&self) -> NoColumns {
        NoColumns(())
    }

    fn default_selection(&self) -> NoColumns {
        NoColumns(())
    }
}

impl Expression for NoColumns {
    type SqlType = Integer;
}

impl<QS> AppearsOnTable<QS> for NoColumns {}
impl<QS> SelectableExpression<QS> for NoColumns {}

/// It has no table in it. Diesel asks for each of the other source's tables; of one that nobody declared there is no answer.
impl<T: DeclaredTable, R> AppearsInFromClause<T> for TransactionSource<R> {
    type Count = Never;
}

impl<A, R> AppearsInFromClause<AliasName<A>> for TransactionSource<R> {
    type Count = Never;
}

impl<S: diesel::query_source::AliasSource<Target: DeclaredTable>, R>
    AppearsInFromClause<diesel::query_source::Alias<S>> for TransactionSource<R>
{
    type Count = Never;
}

impl<R, Other: OpenTo<R>> Stands<Beside<Other>> for TransactionSource<R> {
    type Proof = Ours<Self, Beside<Other>>;
}
