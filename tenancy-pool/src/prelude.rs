//! What an application imports, in the place of `diesel::prelude`.
//!
//! It is Diesel's prelude and `tenancy-diesel`'s, with this crate's [`RunQueryDsl`] where Diesel's would be: a module that
//! imports two traits of that name by `*` has neither of them.

pub use diesel::prelude::*;
pub use tenancy_diesel::prelude::*;

pub use crate::{RunQueryDsl, TenantPool};
