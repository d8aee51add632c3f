//! Transactions before anybody is admitted.

use std::fmt;

use tenancy_diesel::Unadmitted;

use super::{Checked, Ending, Stranger};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::statement::{Executor, OurOwn, Sealed};

/// A transaction before anybody is admitted: it reads by what a stranger has brought, and global tables, and nothing else.
///
/// [`AdmissionHandle::begin`](crate::AdmissionHandle::begin) opens it, [`AdmissionHandle::transaction`](crate::AdmissionHandle::transaction)
/// lends it. It is read only.
///
/// # Tenancy
///
/// A scoped statement does not compile in it, whoever's scope it carries, nor does one across tenants or one that writes. Where the
/// compiler does not look, in a subquery of a global table's statement, they are refused with
/// [`StatementRefused`](crate::StatementRefused::BeforeAdmission) before anything is sent. Undeclared tables, raw fragments and functions
/// are treated as in a [`TenantTransaction`](crate::TenantTransaction).
///
/// # Cancellation
///
/// As [`TenantTransaction`](crate::TenantTransaction).
#[must_use = "a transaction that is dropped is rolled back"]
pub struct AdmissionTransaction<C: TenantConnection> {
    checked: Checked<C, Stranger>,
}

impl<C: TenantConnection> AdmissionTransaction<C> {
    pub(crate) const fn new(checked: Checked<C, Stranger>) -> Self {
        Self { checked }
    }

    /// Ends it, when all is read.
    ///
    /// # Errors
    ///
    /// As [`TenantTransaction::commit`](crate::TenantTransaction::commit).
    pub async fn commit(self) -> Result<(), PoolError> {
        self.checked.commit().await
    }

    /// Ends it as its work did.
    pub(crate) async fn end<T, E: From<PoolError>>(self, result: Result<T, E>) -> Result<T, E> {
        self.checked.end(result, Ending::Commit).await
    }
}

impl<C: TenantConnection> Sealed for AdmissionTransaction<C> {}

impl<C: TenantConnection> Executor for AdmissionTransaction<C> {
    type Backend = C::Backend;
    type Reach = Unadmitted;
    type Runner = Checked<C, Stranger>;

    fn runner(&mut self, _: OurOwn) -> &mut Checked<C, Stranger> {
        &mut self.checked
    }
}

impl<C: TenantConnection> fmt::Debug for AdmissionTransaction<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AdmissionTransaction").finish_non_exhaustive()
    }
}
