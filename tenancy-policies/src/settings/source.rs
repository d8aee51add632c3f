//! Where tenants' settings are kept.

use std::error::Error;

use serde_json::Value;
use tenancy_core::{Scoped, ToTenantKey};

/// Where the settings that tenants have made are kept: as one JSON object for each, which has what differs from the defaults.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
/// use serde_json::{Value, json};
/// use tenancy_core::{Scoped, TenantId};
/// use tenancy_policies::OverlaySource;
///
/// struct Kept;
///
/// impl OverlaySource for Kept {
///     type TenantId = TenantId;
///     type Error = Infallible;
///
///     async fn overlay<B: 'static>(&self, scope: &Scoped<TenantId, B>) -> Result<Option<Value>, Infallible> {
///         // pool.load(scope, settings::table.scoped(scope).select(settings::overlay)).await
///         Ok(Some(json!({ "title": format!("Shop of {}", scope.tenant()) })))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not keep settings of tenants",
    note = "implement `OverlaySource` for what reads them by a scope"
)]
pub trait OverlaySource: Send + Sync + 'static {
    /// The type of the tenants' ids.
    type TenantId: ToTenantKey;
    /// Why they cannot be read.
    type Error: Error + Send + Sync + 'static;

    /// What this tenant has set, or `None` where it has set nothing.
    ///
    /// # Errors
    ///
    /// When it cannot be read. Then the tenant has no settings, rather than the defaults.
    fn overlay<B: 'static>(
        &self,
        scope: &Scoped<Self::TenantId, B>,
    ) -> impl Future<Output = Result<Option<Value>, Self::Error>> + Send;
}
