//! What becomes of a table.
//!
//! - `declaration`: Diesel's declaration, with the attribute that says whose it is.
//! - `patch`, `refusals`: Diesel's expansion, without what would make SQL of the bare table.
//! - `items`, `belonging`, `names`: what is added to it.

mod belonging;
mod declaration;
mod items;
mod names;
mod patch;
mod refusals;

pub(crate) use self::declaration::declaration;
pub(crate) use self::patch::{global_module, tenant_module};
