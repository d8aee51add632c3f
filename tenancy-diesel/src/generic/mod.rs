#![doc = include_str!("../../docs/generic.md")]

mod model;
mod statement;

pub use self::model::{Change, Delete, Filter, Find, Insert, Page, Read};
pub use self::statement::{Changes, Returns, Source};
