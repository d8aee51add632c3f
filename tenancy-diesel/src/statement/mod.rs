//! Statements that write: insert, upsert, update and delete within a tenant.
//!
//! They are nodes of their own, because Diesel's need a table that prints itself. They take Diesel's own `Insertable`
//! and `AsChangeset` values, always carry the tenant, and run through Diesel's and diesel-async's `RunQueryDsl`.
//!
//! `insert` and `upsert` use each other: they are the steps of one builder, and each step returns the next.

#[cfg(feature = "postgres")]
mod bulk;
mod columns;
mod conflict;
mod default_row;
mod delete;
mod from_select;
mod insert;
mod predicate;
mod returning;
mod rows;
mod runs;
mod second_name;
#[cfg(feature = "sqlite")]
mod sqlite_batch;
mod target;
mod update;
mod upsert;

#[cfg(feature = "postgres")]
pub use self::bulk::{BulkRow, BulkRows, MixedDefaults};
pub use self::columns::ColumnNames;
pub use self::conflict::{ConflictBackend, DoNothing, DoUpdate, NoConflict, OnConflict};
pub use self::default_row::DefaultRow;
pub use self::delete::{ScopedDelete, delete};
pub use self::from_select::FromSelect;
pub use self::insert::{IncompleteInsert, ScopedInsert, insert_into};
pub use self::predicate::{Everything, Filtered};
pub use self::returning::{NoReturning, Returning, ReturningBackend};
pub use self::rows::{OneStatementBatch, Rows, StampedRows};
pub use self::second_name::SecondName;
pub use self::target::{ChangeTarget, CrossTenantTarget, InsertTarget};
pub use self::update::{IncompleteUpdate, ScopedUpdate, update};
pub use self::upsert::{IncompleteDoUpdate, IncompleteOnConflict};
