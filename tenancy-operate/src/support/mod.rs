#![doc = include_str!("../../docs/support.md")]

mod log;
mod migration;
mod operator;
mod person;
mod store;

pub use self::log::{LogEntry, LogEvent};
pub use self::migration::SupportMigration;
pub use self::operator::{Grant, GrantRequest, GrantState, Which, grant, list, log, prepare, revoke};
pub use self::person::{InvalidPerson, Person};
pub use self::store::{PgSupportStore, SupportStoreError};
