//! Statements: which of them a transaction runs, and how.

mod executor;
mod run;
mod run_query_dsl;
mod runs_in;

pub use self::executor::Executor;
pub(crate) use self::executor::Sealed;
pub use self::run::{Execute, Load};
pub(crate) use self::run::{OurOwn, Printable, Wanted};
pub use self::run_query_dsl::RunQueryDsl;
pub(crate) use self::run_query_dsl::first;
pub use self::runs_in::RunsIn;
