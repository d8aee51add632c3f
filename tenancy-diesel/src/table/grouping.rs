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
