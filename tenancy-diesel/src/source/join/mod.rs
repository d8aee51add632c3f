//! Joins between scoped sources without an explicit ON: by what `joinable!` declared for the bare tables.

mod columns;
pub(crate) mod joinable;
mod methods;
mod nested;
mod same_tenant;

use std::marker::PhantomData;

use diesel::query_source::JoinTo;

use self::same_tenant::{Declared, JoinedWith};
use super::ScopedTable;
use crate::known::Known;
use crate::table::TenantTable;

/// Tenant table `T`, where only the ON clause of a join with it is asked for.
///
/// The bare table itself cannot ask: a join of a scoped source with a bare table must not compile.
#[derive(Debug, Clone, Copy)]
pub struct JoinKey<T>(PhantomData<T>);

impl<T> JoinKey<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

/// `rhs` and the ON clause that joins `Left` with `Right`.
#[doc(hidden)]
pub fn on_clause<Left, Right, Rhs>(rhs: Rhs) -> (Rhs, Left::OnClause)
where
    Left: JoinTo<Right>,
    Right: TenantTable,
{
    (rhs, Left::join_target(Right::default()).1)
}

impl<Left, Right, R, S> JoinTo<ScopedTable<Right, S>> for ScopedTable<Left, R>
where
    Left: JoinTo<Right, OnClause: Declared<R::Tenant>>,
    Right: TenantTable,
    R: JoinedWith<Right, S>,
{
    type FromClause = <R::Met as Known>::Given<ScopedTable<Right, S>>;
    type OnClause = <Left::OnClause as Declared<R::Tenant>>::OnClause;

    fn join_target(rhs: ScopedTable<Right, S>) -> (Self::FromClause, Self::OnClause) {
        let (rhs, declared) = on_clause::<Left, Right, _>(rhs);
        let on = declared.on_clause(R::tenant(rhs.reach()));
        (rhs, on)
    }
}

impl<Left, Right, R> JoinTo<JoinKey<Right>> for ScopedTable<Left, R>
where
    Left: JoinTo<Right>,
    Right: TenantTable,
{
    type FromClause = JoinKey<Right>;
    type OnClause = Left::OnClause;

    fn join_target(rhs: JoinKey<Right>) -> (Self::FromClause, Self::OnClause) {
        on_clause::<Left, Right, _>(rhs)
    }
}
