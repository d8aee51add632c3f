//! What a declared table says about itself: whose its rows are, and what it is called.

pub(crate) mod belonging;
mod declared;
pub(crate) mod grouping;
mod names;
pub(crate) mod owner;
mod ownership;

pub use self::belonging::{RowFilter, SharedRows, Through};
pub use self::declared::{DeclaredTable, GlobalTable, HasSharedRows, TenantSqlType, TenantTable};
pub use self::names::{GlobalName, push_column, push_star};
pub(crate) use self::names::{push_column_of, push_table, push_through};
pub use self::ownership::{Owned, Unowned};
