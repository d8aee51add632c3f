//! The joins of a scoped table as methods of its own, which win over Diesel's.
//!
//! They are Diesel's, and ask for what those ask for. But the result of Diesel's is a projection of the bound, so that a join that is
//! refused fails twice: where it is asked for, and where its result is. Here the result is whatever the bound says, and if that
//! fails, nothing more is known of it, nor said.

use diesel::internal::table_macro::{Inner, LeftOuter};
use diesel::query_dsl::{JoinWithImplicitOnClause, QueryDsl};

use crate::source::ScopedTable;

impl<T, R> ScopedTable<T, R> {
    /// Diesel's `inner_join`.
    pub fn inner_join<Rhs, Joined>(self, rhs: Rhs) -> Joined
    where
        Self: QueryDsl + JoinWithImplicitOnClause<Rhs, Inner, Output = Joined>,
    {
        QueryDsl::inner_join(self, rhs)
    }

    /// Diesel's `left_join`.
    pub fn left_join<Rhs, Joined>(self, rhs: Rhs) -> Joined
    where
        Self: QueryDsl + JoinWithImplicitOnClause<Rhs, LeftOuter, Output = Joined>,
    {
        QueryDsl::left_join(self, rhs)
    }

    /// Diesel's `left_outer_join`.
    pub fn left_outer_join<Rhs, Joined>(self, rhs: Rhs) -> Joined
    where
        Self: QueryDsl + JoinWithImplicitOnClause<Rhs, LeftOuter, Output = Joined>,
    {
        QueryDsl::left_outer_join(self, rhs)
    }
}
