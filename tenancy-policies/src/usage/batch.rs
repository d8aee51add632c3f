//! What is counted, on its way to whoever keeps it.

use std::error::Error;
use std::time::SystemTime;

use serde::Serialize;
use tenancy_core::TenantKey;
use uuid::Uuid;

/// What was used in some time. A batch that is sent again is the same, under the same id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct UsageBatch {
    /// By which the sink knows one that it has already: a version 7 UUID.
    pub id: Uuid,
    /// When the first was counted, or could have been.
    pub from: SystemTime,
    /// When counting into this one ended.
    pub to: SystemTime,
    /// One for each tenant and meter, in no order.
    pub usage: Vec<Usage>,
}

/// What one tenant used of one meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Usage {
    /// The tenant.
    pub tenant: TenantKey,
    /// The meter's name.
    pub meter: &'static str,
    /// How much.
    pub units: u64,
}

impl UsageBatch {
    pub(super) fn new(from: SystemTime, usage: Vec<Usage>) -> Self {
        Self { id: Uuid::now_v7(), from, to: SystemTime::now(), usage }
    }
}

/// Where usage is kept: a table, a billing service.
///
/// A batch spans tenants, as a bill run does. It may come twice, because an answer can be lost, and has then the same id and the same
/// content: store the id with it, in one transaction, under a unique index, and answer `Ok` where it is there already.
///
/// # Examples
///
/// ```
/// use std::collections::{HashMap, HashSet};
/// use std::convert::Infallible;
/// use std::sync::Mutex;
/// use tenancy_core::TenantKey;
/// use tenancy_policies::{UsageBatch, UsageSink};
/// use uuid::Uuid;
///
/// #[derive(Default)]
/// struct Kept(Mutex<(HashSet<Uuid>, HashMap<(TenantKey, &'static str), u64>)>);
///
/// impl UsageSink for Kept {
///     type Error = Infallible;
///
///     async fn write(&self, batch: &UsageBatch) -> Result<(), Infallible> {
///         let (batches, totals) = &mut *self.0.lock().unwrap();
///         if batches.insert(batch.id) {
///             for usage in &batch.usage {
///                 *totals.entry((usage.tenant.clone(), usage.meter)).or_default() += usage.units;
///             }
///         }
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` keeps no usage",
    note = "implement `UsageSink` for what writes batches, once for each id"
)]
pub trait UsageSink: Send + Sync + 'static {
    /// Why a batch cannot be written.
    type Error: Error + Send + Sync + 'static;

    /// Keeps a batch, unless one of its id is kept already.
    ///
    /// # Errors
    ///
    /// When it is not known to be kept. Then it comes again.
    fn write(&self, batch: &UsageBatch) -> impl Future<Output = Result<(), Self::Error>> + Send;
}
