//! Why raw SQL was refused.

use diesel::result::Error;

use super::PoolError;

/// Why raw SQL was refused. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RawSqlRefused {
    /// A statement contains a raw fragment.
    #[error(
        "the statement contains raw SQL (`sql::<_>(\"…\")`), which can read other tenants' rows; nothing was sent. Declare the \
         function with `define_sql_function!` or the fragment with `reviewed_sql!`, or say `tx.permit_raw_fragments(\"why\")` first"
    )]
    Fragment,
    /// A statement contains reviewed SQL that the pool was not given.
    #[error(
        "the statement contains the reviewed SQL `{fragment}`, which the pool was not given; nothing was sent. List it when the \
         pool is built: `.reviewed_sql([{fragment}::REVIEWED])`"
    )]
    Unlisted {
        /// What the program calls it.
        fragment: &'static str,
    },
    /// No row-level security would stop it.
    #[error(
        "raw SQL runs in a tenant's transaction only where row-level security stops it: on PostgreSQL, with a `TenantPool` \
         built with a wall. Elsewhere it takes `pool.across(&cross_tenant)`"
    )]
    NoWall,
    /// The reason is blank.
    #[error("raw SQL needs a reason, and the one given is blank")]
    NoReason,
    /// The statement would end or divide the transaction.
    #[error(
        "the statement would end or divide the transaction, and what follows it would run outside of the tenant's; nothing \
         was sent. Use `commit`, `rollback` and `transaction` of the `TenantTransaction`"
    )]
    TransactionControl,
}

impl From<RawSqlRefused> for PoolError {
    fn from(refused: RawSqlRefused) -> Self {
        Self::Query(refused.into())
    }
}

impl From<RawSqlRefused> for Error {
    fn from(refused: RawSqlRefused) -> Self {
        Self::QueryBuilderError(Box::new(refused))
    }
}
