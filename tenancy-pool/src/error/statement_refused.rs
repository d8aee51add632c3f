//! Why a statement was refused for what it reads.

use diesel::result::Error;

/// Why a statement was refused for what it reads, or for what cannot be told of it. Nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatementRefused {
    /// Somewhere in the statement stands a table that is declared neither tenant-scoped nor global.
    #[error(
        "the statement reads `{table}`, and no declared table in it goes by that name; nothing was sent. Declare the table: \
         `tenancy_diesel::table!`, or `#[tenant_scoped(column)]` or `#[tenant_global]` on it; what has to stay undeclared runs \
         in `pool.across(&cross_tenant)`"
    )]
    UndeclaredTable {
        /// The table, as the statement has it.
        table: String,
    },
    /// Somewhere in a statement of `pool.global()` stands a tenant's table.
    #[error(
        "the statement reads or writes a tenant's table, and a transaction of `pool.global()` is no tenant's; nothing was sent. Run it \
         in the tenant's, of `pool.within(&scope)`, where global tables run as well"
    )]
    TenantTable,
    /// Somewhere in a statement of `pool.before_admission(&door)` stands a tenant's table with a scope, or across tenants.
    #[error(
        "the statement reads a tenant's table otherwise than by what a stranger has brought, and nobody is admitted in \
         `pool.before_admission(&door)`; nothing was sent. Read it by `.before_admission(&door, column, value)`, or in the tenant's \
         transaction"
    )]
    BeforeAdmission,
    /// The text of the statement cannot be followed, so that nobody knows which tables it reads.
    #[error(
        "the statement contains {found}, and what follows it cannot be told to be the tenant's; nothing was sent. Bind values \
         instead of writing them out, or run the statement in `pool.across(&cross_tenant)`"
    )]
    Unreadable {
        /// What is in it.
        found: &'static str,
    },
}

impl From<StatementRefused> for Error {
    fn from(refused: StatementRefused) -> Self {
        Self::QueryBuilderError(Box::new(refused))
    }
}
