//! Statements: which of them a transaction runs, and how.

mod allowed;
mod executor;
mod permit;
mod readings;
mod run;
mod run_query_dsl;
mod runs_in;
mod text;

pub(crate) use self::allowed::Allowed;
pub use self::executor::Executor;
pub(crate) use self::executor::{Runner, Sealed, Shape};
pub(crate) use self::permit::{Circumstances, permit};
pub use self::run::{Execute, Load};
pub(crate) use self::run::{OurOwn, Printable, Wanted};
pub use self::run_query_dsl::RunQueryDsl;
pub(crate) use self::run_query_dsl::first;
pub use self::runs_in::RunsIn;
