//! A server whose version has known holes, for tests that run on whichever there is.

use diesel::pg::Pg;
use diesel_async::AsyncConnection;
use tenancy_rls::{Inspection, InspectionError, RowSecurity, RowSecurityError, Waivers};

/// The rule that finds servers with known holes.
const RULE: &str = "R080";

/// Why it is not known which holes a server has.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnownHolesError {
    /// The server did not answer.
    #[error(transparent)]
    Inspection(#[from] InspectionError),
    /// The reason is blank.
    #[error(transparent)]
    Waiver(#[from] RowSecurityError),
}

/// Accepts, for `reason`, the holes that are known of the version of this server, and nothing else that an inspection finds.
///
/// A pool refuses such a server. That of a test keeps nothing of anybody's, and is whichever is installed: the test's pool waives these,
/// `builder.waive(known_holes(&mut connection, &wall, "a test's").await?)`. Of a server without known holes there are none.
///
/// `connection` may be anybody's.
///
/// # Errors
///
/// [`KnownHolesError`].
///
/// # Cancellation
///
/// It changes nothing. A future that is dropped midway leaves the connection in a transaction: close it.
///
/// # Examples
///
/// ```no_run
/// use diesel_async::AsyncConnection;
/// use tenancy_rls::{RowSecurity, Waivers};
/// use tenancy_test::kit::{KnownHolesError, known_holes};
///
/// async fn waivers<C>(address: &str, wall: &RowSecurity) -> Result<Waivers, Box<dyn std::error::Error>>
/// where
///     C: AsyncConnection<Backend = diesel::pg::Pg>,     // diesel_async::AsyncPgConnection
/// {
///     Ok(known_holes(&mut C::establish(address).await?, wall, "a test's server keeps nothing of anybody's").await?)
/// }
/// ```
pub async fn known_holes<C>(
    connection: &mut C,
    wall: &RowSecurity,
    reason: &str,
) -> Result<Waivers, KnownHolesError>
where
    C: AsyncConnection<Backend = Pg>,
{
    let report = Inspection::new(wall).from_elsewhere().run(connection).await?;
    let mut holes = report.findings.iter().filter(|finding| finding.code == RULE);
    let waived = holes.try_fold(Waivers::new(), |waivers, hole| waivers.waive(RULE, &hole.object, reason));
    Ok(waived?)
}
