//! SQL that somebody has read: fragments that are constants of the program.

mod one_expression;

use std::fmt;

use diesel::backend::Backend;
use diesel::query_builder::AstPass;

pub use self::one_expression::is_one_expression;
use crate::bound_tenant::tell_reviewed;

/// What [`reviewed_sql!`](crate::reviewed_sql) declared: a fragment of SQL, and why it is one.
///
/// Each declaration has one, as its constant `REVIEWED`; whoever lists them has the inventory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewedSql {
    name: &'static str,
    text: &'static str,
    reason: &'static str,
    place: (&'static str, u32),
}

impl ReviewedSql {
    /// For the macro, which takes literals only.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        name: &'static str,
        text: &'static str,
        reason: &'static str,
        place: (&'static str, u32),
    ) -> Self {
        Self { name, text, reason, place }
    }

    /// What it is called in the program.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The SQL.
    #[must_use]
    pub const fn text(&self) -> &'static str {
        self.text
    }

    /// Why it is no danger, or why it is needed.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        self.reason
    }

    /// The file that declares it, and the line.
    #[must_use]
    pub const fn place(&self) -> (&'static str, u32) {
        self.place
    }

    /// Prints it, in parentheses of its own, which it cannot leave.
    #[doc(hidden)]
    pub fn print<DB: Backend>(&'static self, mut out: AstPass<'_, '_, DB>) {
        tell_reviewed(self);
        out.push_sql("(");
        out.push_sql(self.text);
        out.push_sql(")");
    }
}

impl fmt::Display for ReviewedSql {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, line) = self.place;
        write!(formatter, "{} = \"{}\" ({}; {file}:{line})", self.name, self.text, self.reason)
    }
}

/// Declares a fragment of SQL that was read and found to be no danger, as an expression of a query.
///
/// For what Diesel has no form for, such as grouping by a part of a date. Unlike `sql::<_>("…")` it is a constant of the
/// program: the text and the reason are literals, so nothing that a user says can get into it. It has to be one expression, which
/// is checked when it is compiled: its parentheses and quotes are closed, and no comment, semicolon, backslash or dollar is in it.
///
/// A tenant's transaction of `tenancy-pool` runs those that the pool was given when it was built, which are its inventory, and no
/// others; it looks them through then: they name no table, and call nothing that could change the session.
///
/// Diesel takes it for an expression of any table and of any grouping, as it does `sql`: whether a column of that name is there,
/// only the database says.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// use diesel::dsl::count_star;
/// use diesel::pg::Pg;
/// use diesel::prelude::*;
/// use diesel::sql_types::Timestamp;
/// use tenancy_diesel::prelude::*;
///
/// # tenancy_diesel::table! { visits (id) { id -> Integer, tenant_id -> Integer, at -> Timestamp, } }
/// tenancy_diesel::reviewed_sql! {
///     /// The day of a visit.
///     pub day_of_visit: Timestamp = "date_trunc('day', at)", "Diesel binds 'day' anew each time, and cannot group by it"
/// }
///
/// fn visits_by_day(scope: &Scoped<i32>) {
///     let query = visits::table
///         .scoped(scope)
///         .group_by(day_of_visit)
///         .select((day_of_visit, count_star()))
///         .order(day_of_visit.desc());
///     println!("{}", diesel::debug_query::<Pg, _>(&query));
/// }
/// # }
/// ```
///
/// What leads out of its place does not compile:
///
/// ```compile_fail,E0080
/// tenancy_diesel::reviewed_sql! {
///     pub everything: diesel::sql_types::Bool = "true) OR (true", "a way out"
/// }
/// ```
///
/// Neither does a text that is made while the program runs:
///
/// ```compile_fail
/// tenancy_diesel::reviewed_sql! {
///     pub made: diesel::sql_types::Bool = String::leak(std::env::args().collect()), "of what the user says"
/// }
/// ```
#[macro_export]
macro_rules! reviewed_sql {
    ($($(#[$attribute:meta])* $visibility:vis $name:ident: $sql_type:ty = $text:literal, $reason:literal);+ $(;)?) => {$(
        $(#[$attribute])*
        #[allow(non_camel_case_types)]
        #[derive(Debug, Clone, Copy)]
        $visibility struct $name;

        impl $name {
            /// The declaration.
            pub const REVIEWED: &'static $crate::ReviewedSql = {
                ::core::assert!(
                    $crate::__private::is_one_expression($text),
                    "the text is not one expression: close its parentheses and quotes, and leave out comments, semicolons, \
                     backslashes and dollars",
                );
                ::core::assert!(!$reason.trim_ascii().is_empty(), "the reason is blank: say why the text is no danger");
                &$crate::ReviewedSql::new(
                    ::core::stringify!($name),
                    $text,
                    $reason,
                    (::core::file!(), ::core::line!()),
                )
            };
        }

        // Looked at whether it is used or not.
        const _: &'static $crate::ReviewedSql = $name::REVIEWED;

        impl ::diesel::expression::Expression for $name {
            type SqlType = $sql_type;
        }

        impl<DB: ::diesel::backend::Backend> ::diesel::query_builder::QueryFragment<DB> for $name {
            fn walk_ast<'b>(
                &'b self,
                out: ::diesel::query_builder::AstPass<'_, 'b, DB>,
            ) -> ::diesel::result::QueryResult<()> {
                Self::REVIEWED.print(out);
                ::core::result::Result::Ok(())
            }
        }

        impl ::diesel::query_builder::QueryId for $name {
            type QueryId = Self;

            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<QS> ::diesel::expression::SelectableExpression<QS> for $name {}

        impl<QS> ::diesel::expression::AppearsOnTable<QS> for $name {}

        impl<GB> ::diesel::expression::ValidGrouping<GB> for $name {
            type IsAggregate = ::diesel::expression::is_aggregate::Never;
        }
    )+};
}
