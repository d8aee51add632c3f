//! `inspect`: whether a database is walled as the manifest declares.

use clap::{Args, ValueEnum};
use diesel::QueryableByName;
use diesel::sql_query;
use diesel::sql_types::{Bool, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use tenancy_rls::{Inspection, Mode, Report, RowSecurity, Sealer};

use super::wall::Place;
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;
use crate::sealing_key::KeySource;
use crate::waivers::WaiversFile;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    manifest: ManifestFile,
    #[command(flatten)]
    waivers: WaiversFile,
    #[command(flatten)]
    key: KeySource,
    /// Whose connection it is; only on the application's, and on the one before admission, reads and writes are tried
    #[arg(long = "as", value_enum, default_value_t = As::Application, value_name = "ROLE")]
    role: As,
    #[command(flatten)]
    place: Place,
    /// Read the catalog, and try no reads and writes
    #[arg(long)]
    catalog_only: bool,
    /// Print every finding with the SQL that mends it, also where the wall's migration has not been run
    #[arg(long)]
    full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum As {
    /// The application's role, or a login that is a member of it
    Application,
    /// The role that reads before admission
    Admission,
    /// Somebody else, such as the tables' owner
    Elsewhere,
}

#[derive(Serialize)]
struct Found {
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<String>,
    clean: bool,
    /// Whether a real seal was tried; nothing where tenants are not sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    seal_tried: Option<bool>,
    #[serde(flatten)]
    report: Report,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let manifest = self.manifest.read()?;
        let (waivers, key) = (self.waivers.read()?, self.key.read()?);
        let wall = self.place.of(manifest.row_security());
        let sealer = key.map(Sealer::new);
        let mut inspection = Inspection::new(&wall).waivers(waivers);
        if self.database.is_behind_pooler() {
            inspection = inspection.behind_pooler();
        }
        if self.catalog_only {
            inspection = inspection.catalog_only();
        }
        let seals = self.role == As::Application && wall.mode() == Mode::Sealed;
        if let (Some(sealer), true) = (&sealer, seals) {
            inspection = inspection.sealed_by(sealer);
        }
        inspection = match self.role {
            As::Application => inspection,
            As::Admission => inspection.before_admission(),
            As::Elsewhere => inspection.from_elsewhere(),
        };
        let report = block_on(async {
            let mut connection = self.database.connect(not_here::WALL).await?;
            self.role.check(&mut connection, &wall).await?;
            inspection
                .run(&mut connection)
                .await
                .map_err(|error| Failure::new("the inspection was not made").because(error))
        })?;
        let found = Found {
            application: manifest.application_name().map(str::to_owned),
            clean: report.is_clean(),
            seal_tried: seals.then_some(sealer.is_some()),
            report,
        };
        output.result(&found, |out| {
            if self.full {
                writeln!(out, "{}", found.report.in_full())?;
            } else {
                writeln!(out, "{}", found.report)?;
            }
            if found.seal_tried == Some(false) {
                writeln!(
                    out,
                    "no seal was tried: give the application's key by --key-file or TENANCY_SEALING_KEY"
                )?;
            }
            Ok(())
        })?;
        Ok(if found.clean { exit::DONE } else { exit::FOUND })
    }
}

#[derive(QueryableByName)]
struct Connected {
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Bool)]
    is_superuser: bool,
    #[diesel(sql_type = Bool)]
    exists: bool,
    #[diesel(sql_type = Bool)]
    has: bool,
}

impl As {
    /// Refuses a connection of another role: what it may do says nothing of what the application's may.
    async fn check(self, connection: &mut AsyncPgConnection, wall: &RowSecurity) -> Result<(), Failure> {
        let expected = match self {
            Self::Application => wall.application_role().as_str(),
            Self::Admission => wall.admission_role().ok_or_else(|| {
                Failure::new("the manifest names no role that reads before admission")
                    .fix("declare it by `Roles::admission`, or leave out `--as admission`")
            })?,
            Self::Elsewhere => return Ok(()),
        };
        let connected: Connected = sql_query(
            "SELECT session_user::text AS role, r.rolsuper AS is_superuser, e.oid IS NOT NULL AS exists,
                    coalesce(pg_catalog.pg_has_role(e.oid, 'USAGE'), false) AS has
               FROM pg_catalog.pg_roles AS r LEFT JOIN pg_catalog.pg_roles AS e ON e.rolname = $1
              WHERE r.rolname = current_user",
        )
        .bind::<Text, _>(expected)
        .get_result(connection)
        .await
        .map_err(|error| Failure::new("the server does not say whose connection it is").because(error))?;
        let Connected { role, is_superuser, exists, has } = connected;
        if has && !is_superuser {
            return Ok(());
        }
        let what = match (exists, is_superuser) {
            (false, _) => format!("the role {expected:?} of the manifest does not exist on this server"),
            (true, true) => format!(
                "the connection is of the superuser {role:?}, whom no policy binds, and not of {expected:?}"
            ),
            (true, false) => {
                format!("the connection is of the role {role:?}, and the inspection is of {expected:?}")
            }
        };
        Err(Failure::new(what).fix(format!(
            "connect as {expected:?}, as the application does; or say `--as elsewhere`, which compares the catalog and tries nothing"
        )))
    }
}
