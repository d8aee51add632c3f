//! What an OpenAPI document says of a service's operations, as far as requests are built from it.
//!
//! Read from JSON values, not from the types of a crate: those that are kept well read one generation each, 3.0 or 3.1.

mod document;
mod error;
mod names;
mod operation;
mod references;
mod schema;

pub use self::document::Document;
pub use self::error::DocumentError;
pub(crate) use self::names::{Words, looks_like_an_id};
pub(crate) use self::operation::{Body, Location, Media, Operation, Parameter, PathPart};
pub(crate) use self::schema::{Leaf, Node, Type};
