//! Statements that write: insert, upsert, update and delete within a tenant.
//!
//! They are nodes of their own, because Diesel's need a table that prints itself. They take Diesel's own `Insertable`
//! and `AsChangeset` values, always carry the tenant, and run through Diesel's and diesel-async's `RunQueryDsl`.

#[cfg(feature = "postgres")]
mod bulk;
mod columns;
mod conflict;
mod delete;
mod insert;
mod predicate;
mod returning;
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite_batch;
#[cfg(all(feature = "sqlite", feature = "async"))]
mod sqlite_batch_async;
mod target;
mod update;

#[cfg(feature = "postgres")]
pub use self::bulk::{BulkColumns, BulkRow, BulkRows, BulkValue, ColumnArray, MixedDefaults};
pub use self::columns::{ColumnNames, One, Several};
pub use self::conflict::{
    DoNothing, DoUpdate, IncompleteDoUpdate, IncompleteOnConflict, NoConflict, OnConflict,
};
pub use self::delete::{ScopedDelete, delete};
pub use self::insert::{IncompleteInsert, InsertTarget, ScopedInsert, insert_into};
pub use self::predicate::{Everything, Filtered};
pub use self::returning::{NoReturning, Returning};
pub use self::rows::{FromSelect, Rows, StampedRows};
pub use self::target::{ChangeTarget, CrossTenantTarget};
pub use self::update::{IncompleteUpdate, ScopedUpdate, update};
