//! Whether a database is walled as it should be.

mod finding;
mod report;
mod server;
mod trial;
mod waivers;

use diesel::QueryableByName;
use diesel::pg::Pg;
use diesel::sql_query;
use diesel::sql_types::{Array, Bool, Nullable, Text};
use diesel_async::{AsyncConnection, RunQueryDsl};
use tenancy_core::database::RoleName;

pub use self::finding::{CODES, Finding, Severity};
pub use self::report::{NotMigrated, Report};
pub use self::waivers::{Waiver, Waivers};
use super::migration::{KEY_TABLE, REPAIRS, TenantFunction, table_statements};
use super::row_security::{Mode, RowSecurity, Server};
use super::seal::Sealer;

/// The facts that the rules ask of, as the beginning of their one statement.
const GIVEN: &str = include_str!("rules/given.sql");

/// The rules: each gives the rows `(code, object, reason, mend)` of what is wrong, in the order of its mending.
const RULES: [&str; 7] = [
    include_str!("rules/roles.sql"),
    include_str!("rules/tables.sql"),
    include_str!("rules/keys.sql"),
    include_str!("rules/objects.sql"),
    include_str!("rules/grants.sql"),
    include_str!("rules/server.sql"),
    include_str!("rules/sealing.sql"),
];

/// What follows the code of a finding that the declarations accept.
const ACCEPTED: &str = " accepted";

/// The rules without which no seal is opened.
const UNSEALED: [&str; 5] = ["R006", "R020", "R091", "R092", "R094"];

/// Compares a database with the wall that it should have.
///
/// It reads the catalog in one statement and changes nothing. [The rules](super::rules) list what it looks for.
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
    pooled: bool,
    sealer: Option<&'a Sealer>,
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

/// Inspects `wall` on a connection of the application, without waivers.
///
/// # Errors
///
/// When the database does not answer.
///
/// # Cancellation
///
/// Dropping the future leaves the database as it is; the connection is then as after any query that was dropped.
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
        Self { wall, waivers: Waivers::new(), connected_as_application: true, pooled, sealer: None }
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

    /// Asks also for what seals need behind a pooler, where they are bound to no backend. On Citus they never are.
    #[must_use]
    pub fn behind_pooler(self) -> Self {
        Self { pooled: true, ..self }
    }

    /// Tries a seal of `sealer`'s as well: whether the database has its key, and takes it on connections such as this one. Not
    /// within a transaction, which a seal that is refused ends.
    #[must_use]
    pub fn sealed_by(self, sealer: &'a Sealer) -> Self {
        Self { sealer: Some(sealer), ..self }
    }

    /// Runs it.
    ///
    /// # Errors
    ///
    /// When the database does not answer.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the database as it is; the connection is then as after any query that was dropped.
    pub async fn run<C>(&self, connection: &mut C) -> Result<Report, InspectionError>
    where
        C: AsyncConnection<Backend = Pg>,
    {
        let wall = self.wall;
        let tables = || wall.tables.iter();
        let names: Vec<_> = tables().map(|table| wall.tables.sql_name(table)).collect();
        let columns: Vec<_> =
            tables().map(|table| table.tenant_column().map_or("", |tenant| tenant.name)).collect();
        let types: Vec<_> =
            tables().map(|table| table.tenant_column().map_or("", |tenant| tenant.sql_type)).collect();
        let mends: Vec<_> = tables()
            .map(|table| {
                let mend = table.tenant_column().map(|tenant| table_statements(wall, table, tenant));
                mend.unwrap_or_default()
            })
            .collect();
        let over_all = || wall.tables.over_all_tenants();
        let function = TenantFunction::of(wall.mode);
        let rows: Vec<Row> = sql_query(statement())
            .bind::<Array<Text>, _>(names)
            .bind::<Array<Text>, _>(columns)
            .bind::<Array<Text>, _>(types)
            .bind::<Array<Text>, _>(mends)
            .bind::<Text, _>(wall.roles.application.as_str())
            .bind::<Text, _>(wall.roles.across_tenants.as_str())
            .bind::<Nullable<Text>, _>(wall.roles.owner.as_ref().map(RoleName::as_str))
            .bind::<Bool, _>(self.connected_as_application)
            .bind::<Text, _>(function.body)
            .bind::<Text, _>(function.language)
            .bind::<Bool, _>(wall.mode == Mode::Sealed)
            .bind::<Text, _>(function.create())
            .bind::<Text, _>(KEY_TABLE)
            .bind::<Bool, _>(self.pooled)
            .bind::<Array<Text>, _>(over_all().map(|key| key.table).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(over_all().map(|key| key.key).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(over_all().map(|key| key.reason).collect::<Vec<_>>())
            .load(connection)
            .await
            .map_err(InspectionError)?;
        let of_tenants: Vec<_> =
            wall.tables.of_tenants().map(|(table, _)| wall.tables.sql_name(table)).collect();
        let mut findings = Vec::with_capacity(rows.len());
        for row in rows {
            if row.code == server::VERSION {
                findings.extend(server::findings(&row.object));
                findings.extend(server::on_citus(wall.server, row.reason == server::CITUS));
            } else if let Some(code) = row.code.strip_suffix(ACCEPTED) {
                // In the place of a mend it has the declaration's reason.
                let finding = Finding::new(code.to_owned(), row.object, row.reason, String::new());
                findings.push(finding.accepted(row.mend));
            } else {
                findings.push(Finding::new(row.code, row.object, row.reason, row.mend));
            }
        }
        // What is known to be wrong would only be said again.
        let opens = |finding: &Finding| !UNSEALED.contains(&finding.code.as_str());
        if let (Some(sealer), Mode::Sealed, true) = (self.sealer, wall.mode, findings.iter().all(opens)) {
            findings.extend(trial::finding(connection, sealer, self.pooled).await.map_err(InspectionError)?);
        }
        Ok(Report::new(findings, &self.waivers, of_tenants.iter().map(String::as_str)))
    }
}

/// The one statement of an inspection.
fn statement() -> String {
    let rules = RULES.join("\nUNION ALL\n");
    format!(
        "{GIVEN}{REPAIRS}\n{rules}\nUNION ALL\n\
         SELECT '{}', current_setting('server_version_num'),\n       \
         coalesce((SELECT extname::text FROM pg_extension WHERE extname = '{}'), ''), ''\n",
        server::VERSION,
        server::CITUS
    )
}
