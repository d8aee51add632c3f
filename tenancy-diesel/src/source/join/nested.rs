//! Joins of a scoped table with what is a join already.
//!
//! The ON clause is the one that the first table of the other side has with this one, as in Diesel's own implementations
//! for tables.

use diesel::internal::table_macro::{BoxedSelectStatement, FromClause, Join, JoinOn, SelectStatement};
use diesel::query_source::{JoinTo, QuerySource};

use super::JoinKey;
use crate::source::ScopedTable;

macro_rules! joins_as_its_first_table {
    ($(<$($parameter:tt),+> $joined:ty $(where $($source:ident),+)?;)+) => {$(
        impl<$($parameter,)+ T, R> JoinTo<$joined> for ScopedTable<T, R>
        where
            $joined: JoinTo<JoinKey<T>>,
            $($($source: QuerySource,)+)?
        {
            type FromClause = $joined;
            type OnClause = <$joined as JoinTo<JoinKey<T>>>::OnClause;

            fn join_target(rhs: $joined) -> (Self::FromClause, Self::OnClause) {
                (rhs, <$joined>::join_target(JoinKey::new()).1)
            }
        }
    )+};
}

// The letters are Diesel's: the clauses of a select statement, in its order.
joins_as_its_first_table! {
    <Left, Right, Kind> Join<Left, Right, Kind> where Left, Right;
    <Joined, On> JoinOn<Joined, On>;
    <F, S, D, W, O, L, G, H> SelectStatement<FromClause<F>, S, D, W, O, L, G, H> where F;
    <'a, F, ST, DB> BoxedSelectStatement<'a, FromClause<F>, ST, DB> where F;
}
