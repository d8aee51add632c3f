//! Names for the types of scoped sources and queries, for the signatures of functions.
//!
//! As in Diesel's `dsl`, a name is made of a table and what is done with it. `I` is the type of the tenant's id; the brand, where there is
//! one, comes last. `agents::BoxedQuery<'_, DB>` and `ScopedBy<agents::table>` take the type that the table declares for its owner's ids,
//! `#[tenant_scoped(org_id: OrgId)]`, and elsewhere [`TenantId`](crate::TenantId).
//!
//! # Examples
//!
//! ```
//! # #[cfg(feature = "sqlite")]
//! # mod example {
//! use diesel::prelude::*;
//! use diesel::dsl::auto_type;
//! use diesel::sqlite::Sqlite;
//! use tenancy_diesel::dsl::{BoxedCondition, BoxedQuery, ScopedBy};
//! use tenancy_diesel::prelude::*;
//!
//! tenancy_diesel::table! {
//!     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
//! }
//!
//! // `#[auto_type]` reads the types of Diesel's methods; that of the source is written.
//! #[auto_type]
//! fn active(scope: &Scoped<i32>) -> _ {
//!     let agents: ScopedBy<agents::table, i32> = agents::table.scoped(scope);
//!     agents.filter(agents::name.ne("gone"))
//! }
//!
//! // Diesel's `agents::BoxedQuery` is of the bare table; this is the scoped one's.
//! fn search<'a>(scope: &Scoped<i32>, name: Option<&'a str>) -> BoxedQuery<'a, agents::table, i32, Sqlite> {
//!     let query = agents::table.scoped(scope).into_boxed();
//!     match name {
//!         Some(name) => query.filter(agents::name.eq(name)),
//!         None => query,
//!     }
//! }
//!
//! // A boxed condition is one of the source that it stands in.
//! fn condition(name: Option<String>) -> BoxedCondition<'static, agents::table, i32, Sqlite> {
//!     match name {
//!         Some(name) => Box::new(agents::name.eq(name)),
//!         None => Box::new(agents::id.gt(0)),
//!     }
//! }
//!
//! fn names(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
//!     active(scope).filter(condition(None)).select(agents::name).load(connection)
//! }
//! # }
//! ```

use diesel::BoxableExpression;
use diesel::dsl::IntoBoxed;
use diesel::sql_types::Bool;
use tenancy_core::Unbranded;

use crate::source::{ScopedTable, Within};
pub use crate::table::owner::IdOf;

/// What `table.scoped(&scope)` is: table `T`, within the tenant of a `Scoped<I, B>`.
pub type ScopedBy<T, I = IdOf<T>, B = Unbranded> = ScopedTable<T, Within<I, B>>;

/// What `table.scoped(&scope).into_boxed()` is.
pub type BoxedQuery<'a, T, I, DB, B = Unbranded> = IntoBoxed<'a, ScopedBy<T, I, B>, DB>;

/// A condition on the rows of `table.scoped(&scope)`, boxed. It can be given to `filter`, of a select, an update or a delete.
pub type BoxedCondition<'a, T, I, DB, B = Unbranded, ST = Bool> =
    Box<dyn BoxableExpression<ScopedBy<T, I, B>, DB, SqlType = ST> + 'a>;
