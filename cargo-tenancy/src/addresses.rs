//! Where the databases are that a catalog names: in the environment.

use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::placement::DatabaseName;

/// The variable with the address of a database.
pub(crate) fn variable(name: &DatabaseName) -> String {
    format!("TENANCY_DATABASE_{}", name.as_str().to_uppercase().replace(['-', '.'], "_"))
}

/// The address in it.
pub(crate) fn address(name: &DatabaseName) -> Option<DatabaseAddress> {
    DatabaseAddress::new(std::env::var(variable(name)).ok()?).ok()
}
