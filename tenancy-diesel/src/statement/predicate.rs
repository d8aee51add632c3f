//! The WHERE clause of an update or delete: the tenant's condition, and the caller's, each in parentheses.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;

use crate::dialect::TenantBackend;
use crate::source::Condition;
use crate::table::TenantTable;

/// No predicate of the caller's.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Everything;

/// `Rest`, and `Predicate`.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Filtered<Rest, Predicate> {
    pub(crate) rest: Rest,
    pub(crate) predicate: Predicate,
}

/// All of `Rest`, or `Predicate`: in parentheses of their own, beside the tenant's condition.
#[derive(Debug, Clone, Copy, QueryId)]
pub struct Either<Rest, Predicate> {
    pub(super) rest: Rest,
    pub(super) predicate: Predicate,
}

/// What stands before the next condition.
#[derive(Debug, Clone, Copy)]
pub enum Before {
    /// It is the first of the statement.
    Where,
    /// It is the first of a parenthesis.
    Nothing,
    /// It follows another one.
    And,
}

impl Before {
    fn sql(self) -> &'static str {
        match self {
            Self::Where => " WHERE ",
            Self::Nothing => "",
            Self::And => " AND ",
        }
    }
}

/// Prints the WHERE clause of a statement on table `T`, if there is any condition.
pub(super) fn walk_where<'b, T, C, P, DB>(
    condition: &'b C,
    predicate: &'b P,
    mut out: AstPass<'_, 'b, DB>,
) -> QueryResult<()>
where
    DB: TenantBackend,
    T: TenantTable,
    C: Condition<T, DB>,
    P: Conditions<DB>,
{
    let mut before = predicate.walk_selected(out.reborrow())?;
    let restricted = condition.walk_condition(T::NAME, out.reborrow(), |out| {
        out.push_sql(before.sql());
        Ok(())
    })?;
    if restricted {
        before = Before::And;
    }
    predicate.walk_conditions(before, out)?;
    Ok(())
}

/// The caller's conditions.
pub trait Conditions<DB: TenantBackend> {
    /// Whether there is none.
    #[doc(hidden)]
    fn is_everything(&self) -> bool {
        false
    }

    /// Prints the WHERE clause of a select that the statement was given, in parentheses. Diesel prints it with the word WHERE, so
    /// it comes before the tenant's condition. Returns what stands before that one.
    #[doc(hidden)]
    fn walk_selected<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<Before>;

    /// Prints each of the other conditions in parentheses. Takes what stands before the next one, and returns the same.
    #[doc(hidden)]
    fn walk_conditions<'b>(&'b self, before: Before, out: AstPass<'_, 'b, DB>) -> QueryResult<Before>;
}

impl<DB: TenantBackend> Conditions<DB> for Everything {
    fn is_everything(&self) -> bool {
        true
    }

    fn walk_selected<'b>(&'b self, _: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        Ok(Before::Where)
    }

    fn walk_conditions<'b>(&'b self, before: Before, _: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        Ok(before)
    }
}

impl<DB, Rest, Predicate> Conditions<DB> for Filtered<Rest, Predicate>
where
    DB: TenantBackend,
    Rest: Conditions<DB>,
    Predicate: QueryFragment<DB>,
{
    fn walk_selected<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        self.rest.walk_selected(out)
    }

    fn walk_conditions<'b>(&'b self, before: Before, mut out: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        let before = self.rest.walk_conditions(before, out.reborrow())?;
        out.push_sql(before.sql());
        walk_parenthesis(&self.predicate, out)?;
        Ok(Before::And)
    }
}

impl<DB, Rest, Predicate> Conditions<DB> for Either<Rest, Predicate>
where
    DB: TenantBackend,
    Rest: Conditions<DB>,
    Predicate: QueryFragment<DB>,
{
    fn walk_selected<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        self.rest.walk_selected(out)
    }

    fn walk_conditions<'b>(&'b self, before: Before, mut out: AstPass<'_, 'b, DB>) -> QueryResult<Before> {
        out.push_sql(before.sql());
        if self.rest.is_everything() {
            // As in Diesel: there is nothing that it could be an alternative to.
            walk_parenthesis(&self.predicate, out)?;
            return Ok(Before::And);
        }
        out.push_sql("(");
        self.rest.walk_conditions(Before::Nothing, out.reborrow())?;
        out.push_sql(" OR ");
        walk_parenthesis(&self.predicate, out.reborrow())?;
        out.push_sql(")");
        Ok(Before::And)
    }
}

/// Prints a predicate in parentheses.
pub(super) fn walk_parenthesis<'b, P, DB>(predicate: &'b P, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()>
where
    DB: TenantBackend,
    P: QueryFragment<DB>,
{
    out.push_sql("(");
    predicate.walk_ast(out.reborrow())?;
    out.push_sql(")");
    Ok(())
}

/// Conditions that one more can be added to.
pub trait AndFilter<Predicate> {
    /// The conditions, and `Predicate`.
    type Output;

    /// Adds it.
    #[doc(hidden)]
    fn and_filter(self, predicate: Predicate) -> Self::Output;
}

/// A predicate that can be an alternative to `Rest`. Asked of the predicate, whose type a call's method is found without: so the
/// compiler says what is wrong, and not that there is no such method.
pub trait AlternativeTo<Rest> {
    /// `Rest`, or the predicate.
    type Output;

    /// Adds it.
    #[doc(hidden)]
    fn or_after(self, rest: Rest) -> Self::Output;
}

/// Conditions that are all printed here. Those of a filtered table are printed by Diesel, before the tenant's: nothing that comes
/// after it can be an alternative to them.
#[diagnostic::on_unimplemented(
    message = "`or_filter` follows a `filter` that follows a filtered table",
    label = "an alternative to filters that stand in two places",
    note = "write them in one place: `update(table.scoped(&scope).filter(…).or_filter(…))`, or all of them after `update(table.scoped(&scope))`",
    note = "T0014: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0014"
)]
pub trait InOnePlace {}

impl InOnePlace for Everything {}
impl<Rest: InOnePlace, Predicate> InOnePlace for Filtered<Rest, Predicate> {}
impl<Rest: InOnePlace, Predicate> InOnePlace for Either<Rest, Predicate> {}

impl<Predicate> AndFilter<Predicate> for Everything {
    type Output = Filtered<Self, Predicate>;

    fn and_filter(self, predicate: Predicate) -> Self::Output {
        Filtered { rest: self, predicate }
    }
}

impl<Predicate> AlternativeTo<Everything> for Predicate {
    type Output = Filtered<Everything, Predicate>;

    fn or_after(self, rest: Everything) -> Self::Output {
        Filtered { rest, predicate: self }
    }
}

macro_rules! combined {
    ($kind:ident) => {
        impl<Rest, Last, Predicate> AndFilter<Predicate> for $kind<Rest, Last> {
            type Output = Filtered<Self, Predicate>;

            fn and_filter(self, predicate: Predicate) -> Self::Output {
                Filtered { rest: self, predicate }
            }
        }

        impl<Rest: InOnePlace, Last, Predicate> AlternativeTo<$kind<Rest, Last>> for Predicate {
            type Output = Either<$kind<Rest, Last>, Predicate>;

            fn or_after(self, rest: $kind<Rest, Last>) -> Self::Output {
                Either { rest, predicate: self }
            }
        }
    };
}
combined!(Filtered);
combined!(Either);
