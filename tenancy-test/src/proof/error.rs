//! Why a proof cannot begin.

/// Why a proof cannot begin. Each names what is to be mended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// There is nobody to be kept apart.
    #[error("a proof takes two tenants at least: call `Proof::tenant` for each")]
    TooFewTenants,
    /// A tenant is not described in a way that proves something.
    #[error("tenant `{tenant}`: {mistake}")]
    Tenant {
        /// Its name.
        tenant: String,
        /// What is wrong, and what to do.
        mistake: String,
    },
    /// A setting is about an operation that the document does not have.
    #[error("the document has no operation `{operation}`; it has {known}")]
    UnknownOperation {
        /// The operation.
        operation: String,
        /// Those that there are.
        known: String,
    },
    /// Something is left out or allowed, and nobody says why.
    #[error("`{operation}` is left out or allowed without a reason: say why that is all right")]
    NoReason {
        /// The operation.
        operation: String,
    },
    /// What a tenant has cannot be read.
    #[error("the state of tenant `{tenant}` cannot be read: {error}")]
    State {
        /// Its name.
        tenant: String,
        /// What was said.
        error: String,
    },
    /// The rows cannot be put back.
    #[error("the rows cannot be put back: {error}")]
    Restore {
        /// What was said.
        error: String,
    },
    /// The rows cannot be changed.
    #[error("the rows of tenant `{tenant}` cannot be changed: {error}")]
    Change {
        /// Its name.
        tenant: String,
        /// What was said.
        error: String,
    },
}
