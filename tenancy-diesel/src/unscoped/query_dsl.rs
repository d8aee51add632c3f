//! Diesel's query methods on the bare table in their fully qualified form (`QueryDsl::filter(table, …)`) and in generic
//! code: they build nothing, and what they return has no SQL either. The error stands where it is to be run.

use diesel::backend::Backend;
use diesel::expression::Expression;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::{
    BoxedDsl, DistinctDsl, DistinctOnDsl, FilterDsl, FindDsl, GroupByDsl, HavingDsl, LimitDsl, LockingDsl,
    ModifyLockDsl, OffsetDsl, OrFilterDsl, OrderDsl, SelectDsl, SelectNullableDsl, ThenOrderDsl,
};
use diesel::query_dsl::{InternalJoinDsl, QueryDsl};

use super::Unscoped;

impl<T, ST> QueryDsl for Unscoped<T, ST> {}

macro_rules! keep {
    ($($trait:ident $(<$parameter:ident $(: $bound:ident)?>)? :: $method:ident($($argument:ident)?);)+) => {$(
        impl<T, ST $(, $parameter $(: $bound)?)?> $trait $(<$parameter>)? for Unscoped<T, ST> {
            type Output = Self;

            fn $method(self $(, _: $argument)?) -> Self {
                self
            }
        }
    )+};
}

type Rows = i64;

keep! {
    FilterDsl<Predicate>::filter(Predicate);
    OrFilterDsl<Predicate>::or_filter(Predicate);
    FindDsl<Key>::find(Key);
    OrderDsl<Expr: Expression>::order(Expr);
    ThenOrderDsl<Expr>::then_order_by(Expr);
    LimitDsl::limit(Rows);
    OffsetDsl::offset(Rows);
    HavingDsl<Predicate>::having(Predicate);
    GroupByDsl<Expr: Expression>::group_by(Expr);
    LockingDsl<Lock>::with_lock(Lock);
    ModifyLockDsl<Modifier>::modify_lock(Modifier);
    SelectNullableDsl::nullable();
    DistinctDsl::distinct();
}

#[cfg(feature = "postgres")]
keep! {
    DistinctOnDsl<Expr>::distinct_on(Expr);
}

impl<T, ST, Selection: Expression> SelectDsl<Selection> for Unscoped<T, ST> {
    type Output = Unscoped<T, Selection::SqlType>;

    fn select(self, _: Selection) -> Self::Output {
        Unscoped::new()
    }
}

impl<'a, T, ST, DB: Backend> BoxedDsl<'a, DB> for Unscoped<T, ST> {
    type Output = Self;

    fn internal_into_boxed(self) -> Self {
        self
    }
}

impl<T, ST, Rhs: AsQuery, Kind, On> InternalJoinDsl<Rhs, Kind, On> for Unscoped<T, ST> {
    type Output = Unscoped<T, (ST, Rhs::SqlType)>;

    fn join(self, _: Rhs, _: Kind, _: On) -> Self::Output {
        Unscoped::new()
    }
}
