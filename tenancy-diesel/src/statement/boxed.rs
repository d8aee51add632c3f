//! Conditions of an update or delete in a box: filters that are added where the program decides it.

use std::fmt;
use std::marker::PhantomData;

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use super::predicate::{
    AlternativeTo, AndFilter, Before, Conditions, Either, Everything, Filtered, InOnePlace,
};
use super::selected::Selected;
use crate::dialect::TenantBackend;

/// Conditions for backend `DB`, in a box. `Origin` is [`Everything`] where they began with the table, and [`Selected`] where
/// they began with a filtered one.
pub struct BoxedConditions<'a, DB, Origin> {
    conditions: Box<dyn Conditions<DB> + Send + 'a>,
    origin: PhantomData<fn() -> Origin>,
}

/// What conditions began with.
pub trait Origin {
    /// [`Everything`], or [`Selected`] without its select.
    type Origin;
}

impl Origin for Everything {
    type Origin = Self;
}

impl<Q> Origin for Selected<Q> {
    type Origin = Selected<()>;
}

impl<Rest: Origin, Predicate> Origin for Filtered<Rest, Predicate> {
    type Origin = Rest::Origin;
}

impl<Rest: Origin, Predicate> Origin for Either<Rest, Predicate> {
    type Origin = Rest::Origin;
}

impl<DB, O> Origin for BoxedConditions<'_, DB, O> {
    type Origin = O;
}

impl<'a, DB: TenantBackend, O> BoxedConditions<'a, DB, O> {
    pub(super) fn new(conditions: impl Conditions<DB> + Send + 'a) -> Self {
        Self { conditions: Box::new(conditions), origin: PhantomData }
    }
}

impl<DB: TenantBackend, O> Conditions<DB> for BoxedConditions<'_, DB, O> {
    fn is_everything(&self) -> bool {
        self.conditions.is_everything()
    }

    fn walk_selected<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        self.conditions.walk_selected(out)
    }

    fn walk_conditions<'b>(&'b self, before: Before, out: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        self.conditions.walk_conditions(before, out)
    }
}

impl<'a, DB, O, Predicate> AndFilter<Predicate> for BoxedConditions<'a, DB, O>
where
    DB: TenantBackend + 'a,
    O: 'a,
    Predicate: QueryFragment<DB> + Send + 'a,
{
    type Output = Self;

    fn and_filter(self, predicate: Predicate) -> Self {
        Self::new(Filtered { rest: self, predicate })
    }
}

impl<'a, DB, O, Predicate> AlternativeTo<BoxedConditions<'a, DB, O>> for Predicate
where
    DB: TenantBackend + 'a,
    O: InOnePlace + 'a,
    Predicate: QueryFragment<DB> + Send + 'a,
{
    type Output = BoxedConditions<'a, DB, O>;

    fn or_after(self, rest: BoxedConditions<'a, DB, O>) -> Self::Output {
        BoxedConditions::new(Either { rest, predicate: self })
    }
}

/// Not the values, which may be a tenant's.
impl<DB, O> fmt::Debug for BoxedConditions<'_, DB, O> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BoxedConditions")
    }
}

impl<DB, O> QueryId for BoxedConditions<'_, DB, O> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}
