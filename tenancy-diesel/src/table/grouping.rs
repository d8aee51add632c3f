//! The tenant column in a GROUP BY of several columns.
//!
//! Diesel looks for an expression in such a tuple only if it is a column. The tenant column is none, because a column can
//! be assigned. So each tenant table has a hidden column that stands for it there. That column needs a table, and this is
//! it: one that nobody can write to.

#![allow(unreachable_pub)] // what Diesel generates

diesel::table! {
    nowhere (id) {
        id -> Integer,
    }
}

/// A column, and what Diesel looks for in a GROUP BY that has it. Generated for each.
pub trait Grouped {
    /// The column itself or, for a tenant column, what stands for it.
    type By;
}

/// Lets columns of several tables stand in one GROUP BY: Diesel's macro of that name, which a tenant column does not fit.
///
/// # Examples
///
/// ```
/// use diesel::prelude::*;
/// # use tenancy_diesel::prelude::*;
/// # mod schema {
/// tenancy_diesel::table! {
///     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
///     canvases (id) { id -> Integer, tenant_id -> Integer, agent_id -> Integer, title -> Text, }
/// }
/// tenancy_diesel::joinable!(canvases -> agents (agent_id));
/// diesel::allow_tables_to_appear_in_same_query!(agents, canvases);
/// tenancy_diesel::allow_columns_to_appear_in_same_group_by_clause!(agents::tenant_id, canvases::title);
/// # }
/// # use schema::{agents, canvases};
/// # fn titles(scope: &Scoped<i32>) {
/// let query = agents::table
///     .scoped(scope)
///     .inner_join(canvases::table.scoped(scope))
///     .group_by((agents::tenant_id, canvases::title))
///     .select((agents::tenant_id, canvases::title));
/// # let _ = query;
/// # }
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! allow_columns_to_appear_in_same_group_by_clause {
    ($($column:path),+ $(,)?) => {
        $crate::__group_by_pairs!($($column),+);
    };
}

/// Each column with each that follows. Those of one table Diesel knows already.
#[doc(hidden)]
#[macro_export]
macro_rules! __group_by_pairs {
    ($first:path $(, $rest:path)*) => {
        $(
            impl ::diesel::expression::IsContainedInGroupBy<
                <$first as $crate::__private::Grouped>::By,
            > for $rest
            {
                type Output = ::diesel::expression::is_contained_in_group_by::No;
            }

            impl ::diesel::expression::IsContainedInGroupBy<
                <$rest as $crate::__private::Grouped>::By,
            > for $first
            {
                type Output = ::diesel::expression::is_contained_in_group_by::No;
            }
        )*
        $crate::__group_by_pairs!($($rest),*);
    };
    () => {};
}
