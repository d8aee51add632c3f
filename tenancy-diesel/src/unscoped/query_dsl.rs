//! Diesel's query methods on the bare table in their fully qualified form (`QueryDsl::filter(table, …)`) and in generic
//! code: implemented under the bound that never holds, so that the error is that bound's and no overflow.

use diesel::expression::Expression;

use diesel::query_dsl::InternalJoinDsl;
use diesel::query_dsl::methods::{
    BoxedDsl, DistinctDsl, FilterDsl, GroupByDsl, HavingDsl, LimitDsl, LockingDsl, ModifyLockDsl, OffsetDsl,
    OrFilterDsl, OrderDsl, SelectDsl, SelectNullableDsl, ThenOrderDsl,
};

use super::Unscoped;
use super::bounds::{JoinWithinTenant, ReadWithinTenant};

macro_rules! refuse {
    ($(
        $trait:ident $(<$($parameter:ident $(: $bound:ident)?),+>)? ::
        $method:ident($($argument:ident: $type:ty),*);
    )+) => {$(
        impl<T, $($($parameter $(: $bound)?),+)?> $trait $(<$($parameter),+>)? for Unscoped<T>
        where
            T: ReadWithinTenant<'static>,
        {
            type Output = T::Refused;

            fn $method(self, $(_: $type),*) -> T::Refused {
                T::refuse()
            }
        }
    )+};
}

refuse! {
    FilterDsl<Predicate>::filter(predicate: Predicate);
    OrFilterDsl<Predicate>::or_filter(predicate: Predicate);
    SelectDsl<Selection: Expression>::select(selection: Selection);
    OrderDsl<Expr: Expression>::order(expr: Expr);
    ThenOrderDsl<Expr>::then_order_by(expr: Expr);
    LimitDsl::limit(limit: i64);
    OffsetDsl::offset(offset: i64);
    HavingDsl<Predicate>::having(predicate: Predicate);
    GroupByDsl<Expr: Expression>::group_by(expr: Expr);
    LockingDsl<Lock>::with_lock(lock: Lock);
    ModifyLockDsl<Modifier>::modify_lock(modifier: Modifier);
    SelectNullableDsl::nullable();
    DistinctDsl::distinct();
}

impl<'a, T, DB> BoxedDsl<'a, DB> for Unscoped<T>
where
    T: ReadWithinTenant<'static>,
{
    type Output = T::Refused;

    fn internal_into_boxed(self) -> T::Refused {
        T::refuse()
    }
}

impl<T, Rhs, Kind, On> InternalJoinDsl<Rhs, Kind, On> for Unscoped<T>
where
    T: JoinWithinTenant<'static>,
{
    type Output = T::Refused;

    fn join(self, _: Rhs, _: Kind, _: On) -> T::Refused {
        T::refuse()
    }
}

