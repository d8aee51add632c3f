//! Statements that write: insert, upsert, update and delete within a tenant.
//!
//! They are nodes of their own, because Diesel's need a table that prints itself. They take Diesel's own `Insertable`
//! and `AsChangeset` values, always carry the tenant, and run through Diesel's and diesel-async's `RunQueryDsl`.
//!
//! `insert` and `upsert` use each other: they are the steps of one builder, and each step returns the next.

mod boxed;
#[cfg(feature = "postgres")]
mod bulk;
mod checked;
mod columns;
mod conflict;
mod default_row;
mod delete;
mod filled;
mod from_select;
mod insert;
mod moved;
mod predicate;
mod returning;
mod rows;
mod runs;
mod second_name;
mod selected;
#[cfg(feature = "sqlite")]
mod sqlite_batch;
mod stamp;
mod target;
mod under;
mod update;
mod upsert;

pub use self::boxed::{BoxedConditions, Origin};
#[cfg(feature = "postgres")]
pub use self::bulk::{ArrayColumn, BulkRow, BulkRows, MixedDefaults};
pub use self::checked::{CarriesTenant, RowOfAnotherTenant};
pub use self::columns::ColumnNames;
pub use self::conflict::{ConflictBackend, DoNothing, DoUpdate, NoConflict, OnConflict};
pub use self::default_row::DefaultRow;
pub use self::delete::{ScopedDelete, delete};
pub use self::from_select::FromSelect;
pub use self::insert::{IncompleteInsert, ScopedInsert, insert_into};
pub use self::moved::{IncompleteMove, MoveFrom, MovedRows, MovesItself, move_rows};
pub use self::predicate::{AlternativeTo, AndFilter, Conditions, Either, Everything, Filtered, InOnePlace};
pub use self::returning::{NoReturning, Returning, ReturningBackend};
pub use self::rows::{OneStatementBatch, Rows, StampedRows};
pub use self::second_name::SecondName;
pub use self::selected::{OfTheTarget, Selected};
pub use self::stamp::ParentError;
pub use self::target::{
    AcrossTenants, ChangeTarget, CrossTenantTarget, InsertTarget, MayWrite, SharedTarget,
};
pub use self::under::{Assigned, Under};
pub use self::update::{IncompleteUpdate, ScopedUpdate, update};
pub use self::upsert::{IncompleteDoUpdate, IncompleteOnConflict, ScopedUpsert};
