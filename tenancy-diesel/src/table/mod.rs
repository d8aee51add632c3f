//! What a declared table says about itself: whose its rows are, and what it is called.

mod declared;
pub(crate) mod grouping;
mod names;
pub(crate) mod owner;
mod ownership;

pub use self::declared::{DeclaredTable, GlobalTable, TenantSqlType, TenantTable};
pub use self::names::{GlobalName, push_column, push_star};
pub(crate) use self::names::{push_table, push_tenant_column};
pub use self::ownership::{Owned, Unowned};
