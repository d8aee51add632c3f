//! GROUP BY with the tenant column in a tuple.
//!
//! Of a tuple, Diesel asks whether it contains an expression only for columns, and the tenant column is none, because a
//! column can be assigned. So each tenant table has a hidden column that stands for it there, of a table that nobody
//! writes to: this one.

#![allow(unreachable_pub)] // what Diesel generates

diesel::table! {
    nowhere (id) {
        id -> Integer,
    }
}
