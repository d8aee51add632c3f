//! Whether a database is walled as it should be.

mod access;
mod admission;
mod finding;
mod mode;
mod nodes;
mod reading;
mod report;
mod server;
mod statement;
mod telling;
mod trial;
mod tried;
mod waivers;

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::result::Error;
use diesel::sql_query;
use diesel::sql_types::Text;
use diesel_async::{AsyncConnection, RunQueryDsl, TransactionManager};

pub use self::finding::{CODES, Finding, Severity};
pub use self::report::{NotMigrated, Report};
use self::statement::Parameters;
pub use self::waivers::{Waiver, Waivers};
use super::row_security::{Mode, RowSecurity, Server};
use super::seal::Sealer;

/// What follows the code of a finding that the declarations accept.
const ACCEPTED: &str = " accepted";

/// The rules without which no seal is opened.
const UNSEALED: [&str; 5] = ["R006", "R020", "R091", "R092", "R094"];

/// The rules of what the policies hold for; where one of them is waived, nothing is to be learned from trying.
const BINDS_NOBODY: [&str; 11] =
    ["R001", "R002", "R003", "R005", "R006", "R007", "R020", "R021", "R022", "R082", "R091"];

/// Compares a database with the wall that it should have.
///
/// It reads the catalog in one statement, in a transaction of its own. [The rules](super::rules) list what it looks for. Where nothing is
/// wrong so far, a second statement tries the tables themselves, as the application's role: reads that have to find nothing, and writes
/// that have to be refused. It changes nothing either, whatever comes of it: no row, no sequence, no trigger runs.
/// [`catalog_only`](Self::catalog_only) leaves it out.
///
/// # Examples
///
/// ```
/// # use tenancy_rls::{Inspection, InspectionError, Report, RowSecurity, Waivers};
/// use diesel_async::AsyncConnection;
///
/// async fn is_walled<C>(connection: &mut C, wall: &RowSecurity) -> Result<Report, InspectionError>
/// where
///     C: AsyncConnection<Backend = diesel::pg::Pg>,
/// {
///     Inspection::new(wall).run(connection).await
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Inspection<'a> {
    wall: &'a RowSecurity,
    waivers: Waivers,
    connected_as_application: bool,
    before_admission: bool,
    pooled: bool,
    sealer: Option<&'a Sealer>,
    tries: bool,
}

/// The database did not answer, so nothing is known of its wall.
#[derive(Debug, thiserror::Error)]
#[error(
    "the database could not be inspected, so nothing is known of its wall: see the cause, and check the connection and \
     that the server is PostgreSQL 15 or newer"
)]
pub struct InspectionError(#[source] diesel::result::Error);

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    object: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    mend: String,
}

/// Reads the catalog by the rules.
///
/// The planner expects the statement to take long, and PostgreSQL would compile it first, which takes seconds where the statement itself
/// takes milliseconds: so `jit` is off for its transaction.
async fn read_catalog<C>(connection: &mut C, parameters: &Parameters) -> Result<Vec<Row>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    C::TransactionManager::begin_transaction(connection).await?;
    let read = match connection.batch_execute("SET LOCAL jit = off").await {
        Ok(()) => sql_query(parameters.statement()).load(connection).await,
        Err(error) => Err(error),
    };
    match read {
        Ok(rows) => {
            C::TransactionManager::commit_transaction(connection).await?;
            Ok(rows)
        }
        Err(error) => {
            // The first error says why; a connection that cannot be rolled back is closed by whoever has it.
            let _ = C::TransactionManager::rollback_transaction(connection).await;
            Err(error)
        }
    }
}

/// Inspects `wall` on a connection of the application, without waivers.
///
/// # Errors
///
/// When the database does not answer.
///
/// # Cancellation
///
/// Dropping the future leaves the database as it is; the connection may then be within a transaction, and is to be closed.
pub async fn inspect<C>(connection: &mut C, wall: &RowSecurity) -> Result<Report, InspectionError>
where
    C: AsyncConnection<Backend = Pg>,
{
    Inspection::new(wall).run(connection).await
}

impl<'a> Inspection<'a> {
    /// An inspection for `wall`, on a connection of the application.
    pub fn new(wall: &'a RowSecurity) -> Self {
        let pooled = wall.server() == Server::Citus;
        Self {
            wall,
            waivers: Waivers::new(),
            connected_as_application: true,
            before_admission: false,
            pooled,
            sealer: None,
            tries: true,
        }
    }

    /// Accepts findings that are known.
    #[must_use]
    pub fn waivers(self, waivers: Waivers) -> Self {
        Self { waivers, ..self }
    }

    /// Runs on somebody else's connection, such as an owner's or a superuser's: the connection's own role is not looked at, only
    /// the application's.
    #[must_use]
    pub fn from_elsewhere(self) -> Self {
        Self { connected_as_application: false, ..self }
    }

    /// Runs on a connection of the role that reads before admission ([`Roles::admission`](crate::Roles::admission)), and tries what that one
    /// may read and write.
    #[must_use]
    pub fn before_admission(self) -> Self {
        Self { connected_as_application: false, before_admission: true, ..self }
    }

    /// Asks also for what seals need behind a pooler, where they are bound to no backend. On Citus they never are.
    #[must_use]
    pub fn behind_pooler(self) -> Self {
        Self { pooled: true, ..self }
    }

    /// Reads the catalog, and tries no reads and writes.
    #[must_use]
    pub fn catalog_only(self) -> Self {
        Self { tries: false, ..self }
    }

    /// Tries a seal of `sealer`'s as well: whether the database has its key, and takes it on connections such as this one. The reads and
    /// writes that are tried are sealed by it; without it they are those of no tenant.
    #[must_use]
    pub fn sealed_by(self, sealer: &'a Sealer) -> Self {
        Self { sealer: Some(sealer), ..self }
    }

    /// Runs it. Not within a transaction: one in which something that is tried does not go as it should is at its end.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the database as it is; the connection may then be within a transaction, and is to be closed.
    pub async fn run<C>(&self, connection: &mut C) -> Result<Report, InspectionError>
    where
        C: AsyncConnection<Backend = Pg>,
    {
        let wall = self.wall;
        let connected = [self.connected_as_application, self.before_admission];
        let parameters = Parameters::new(wall, connected, self.pooled);
        let rows = read_catalog(connection, &parameters).await.map_err(InspectionError)?;
        let of_tenants: Vec<_> =
            wall.tables.of_tenants().map(|(table, _)| wall.tables.sql_name(table)).collect();
        let mut findings = Vec::with_capacity(rows.len());
        let mut citus = false;
        for row in rows {
            if row.code == server::VERSION {
                findings.extend(server::findings(&row.object));
                citus = row.reason == server::CITUS;
                findings.extend(server::on_citus(wall.server, citus));
            } else if let Some(code) = row.code.strip_suffix(ACCEPTED) {
                // In the place of a mend it has the declaration's reason.
                let finding = Finding::new(code.to_owned(), row.object, row.reason, String::new());
                findings.push(finding.accepted(row.mend));
            } else {
                findings.push(Finding::new(row.code, row.object, row.reason, row.mend));
            }
        }
        if wall.server == Server::Citus && citus {
            findings
                .extend(nodes::findings(connection, &parameters, &findings).await.map_err(InspectionError)?);
        }
        // What is known to be wrong would only be said again.
        let opens = |finding: &Finding| !UNSEALED.contains(&finding.code.as_str());
        // Before admission no seal is opened, and no tenant asked for.
        let sealer = self.sealer.filter(|_| !self.before_admission);
        if let (Some(sealer), Mode::Sealed, true) = (sealer, wall.mode, findings.iter().all(opens)) {
            let found = if wall.server == Server::Citus && citus {
                trial::findings_on_nodes(connection, sealer).await
            } else {
                trial::finding(connection, sealer, self.pooled).await.map(Vec::from_iter)
            };
            findings.extend(found.map_err(InspectionError)?);
        }
        let report = |findings| Report::new(findings, &self.waivers, of_tenants.iter().map(String::as_str));
        let catalog = report(findings);
        // What is accepted is known, and is not to be tried: a role that no policy holds for, a function of the team's own, a table.
        let known = |finding: &Finding| BINDS_NOBODY.contains(&finding.code.as_str());
        if !self.tries
            || !(self.connected_as_application || self.before_admission)
            || !catalog.is_clean()
            || catalog.findings.iter().any(known)
        {
            return Ok(catalog);
        }
        let accepted = |table: &str| catalog.findings.iter().any(|finding| finding.object.starts_with(table));
        let tried = if self.before_admission {
            admission::findings(wall, connection, accepted).await.map_err(InspectionError)?
        } else {
            let mut tried = access::findings(self, connection, accepted).await.map_err(InspectionError)?;
            tried.extend(reading::findings(self, connection, accepted).await.map_err(InspectionError)?);
            tried
        };
        Ok(report(catalog.findings.into_iter().chain(tried).collect()))
    }
}
