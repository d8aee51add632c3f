//! The error of a statement that would leave its transaction's tenant.

use diesel::result::Error;

/// A statement of a tenant transaction that would touch another tenant, or every tenant. Nothing was sent.
///
/// The statement returns it inside of a [`QueryBuilderError`](Error::QueryBuilderError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrongTenant {
    /// A part of the statement is scoped to another tenant than the transaction's.
    #[error(
        "the statement is scoped to another tenant than the transaction it was given to; nothing was sent. Scope it with \
         the scope that opened the transaction, or open a transaction for its own scope"
    )]
    Another,
    /// A part of the statement is opened across tenants.
    #[error(
        "the statement is opened across tenants and the transaction is one tenant's; nothing was sent. Run it in \
         `pool.across(&cross_tenant)`"
    )]
    Every,
    /// A part of the statement is read before admission.
    #[error(
        "the statement reads before anybody is admitted, and the transaction is that of somebody who is; nothing was sent. Run it in \
         `pool.before_admission(&door)`, or read the table by `.scoped(&scope)`"
    )]
    BeforeAdmission,
}

impl From<WrongTenant> for Error {
    fn from(reason: WrongTenant) -> Self {
        Self::QueryBuilderError(Box::new(reason))
    }
}
