//! For tests below HTTP: tenants that were admitted, rows that are made alike for each, databases that are as they were when a test
//! ends, and the assertion that one tenant sees nothing of another.

mod factory;
mod isolation;
#[cfg(feature = "kit-wall")]
mod known_holes;
#[cfg(feature = "kit-postgres")]
mod postgres;
#[cfg(any(feature = "kit-diesel", feature = "kit-diesel-async"))]
mod rolled_back;
mod sqlite_file;
mod test_tenants;

pub use self::factory::{Factory, Sequence};
pub use self::isolation::NotIsolated;
#[doc(hidden)]
pub use self::isolation::check as __check;
#[cfg(feature = "kit-wall")]
pub use self::known_holes::{KnownHolesError, known_holes};
#[cfg(feature = "kit-postgres")]
pub use self::postgres::{PostgresTemplate, TemplateError, TestDatabase};
#[cfg(feature = "kit-diesel")]
pub use self::rolled_back::RolledBack;
#[cfg(feature = "kit-diesel-async")]
pub use self::rolled_back::RolledBackAsync;
pub use self::sqlite_file::{SqliteFile, SqliteTemplate};
pub use self::test_tenants::{TestMembership, TestTenants};
