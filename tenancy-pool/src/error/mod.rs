//! What can go wrong: building a pool, and using it.

mod build_error;
mod pool_error;
mod raw_sql_refused;
mod statement_refused;

pub use self::build_error::BuildError;
pub use self::pool_error::PoolError;
pub use self::raw_sql_refused::RawSqlRefused;
pub use self::statement_refused::StatementRefused;
