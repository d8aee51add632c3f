//! What a database calls its things: names that were checked once and can then stand in a statement.

pub(crate) mod invalid_name;
mod role_name;

pub use self::invalid_name::InvalidName;
pub use self::role_name::RoleName;
