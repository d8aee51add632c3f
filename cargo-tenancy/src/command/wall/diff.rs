//! `wall diff`: what the database lacks.

use clap::Args;
use diesel_async::AsyncPgConnection;
use serde::Serialize;
use tenancy_rls::{Finding, Inspection, Mode, RowSecurity, Waivers};

use super::named;
use super::place::Place;
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;
use crate::waivers::WaiversFile;

/// The rule of the server's own holes, which no wall mends.
const OF_THE_SERVER: &str = "R080";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    sides: Sides,
}

/// What is compared: a database, and the wall that the manifest declares.
#[derive(Debug, Args)]
pub(super) struct Sides {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    manifest: ManifestFile,
    #[command(flatten)]
    waivers: WaiversFile,
    #[command(flatten)]
    pub(super) place: Place,
}

impl Sides {
    /// The declared wall of the tables that are meant.
    pub(super) fn wall(&self) -> Result<RowSecurity, Failure> {
        Ok(self.place.of(self.manifest.read()?.row_security()))
    }

    /// What the database has beside `wall`, and the mode of its own.
    pub(super) fn compared(&self, wall: &RowSecurity) -> Result<(Difference, Option<Mode>), Failure> {
        let waivers = self.waivers.read()?;
        block_on(async {
            let mut connection = self.database.connect(not_here::WALL).await?;
            Difference::of(&mut connection, wall, waivers).await
        })
    }
}

/// What a database has, beside what is declared.
#[derive(Serialize)]
pub(super) struct Difference {
    /// What the setting of the declared wall holds.
    declared_mode: &'static str,
    /// The same of the database's; nothing where it has no wall.
    database_mode: Option<&'static str>,
    pub(super) differences: Vec<Finding>,
}

impl Difference {
    async fn of(
        connection: &mut AsyncPgConnection,
        wall: &RowSecurity,
        waivers: Waivers,
    ) -> Result<(Self, Option<Mode>), Failure> {
        let failed = |error| Failure::new("the wall cannot be compared").because(error);
        let mode = Mode::of_database(connection).await.map_err(failed)?;
        let inspection = Inspection::new(wall).waivers(waivers).from_elsewhere().catalog_only();
        let report = inspection.run(connection).await.map_err(failed)?;
        let differences =
            report.refusals().filter(|finding| finding.code != OF_THE_SERVER).cloned().collect();
        let difference =
            Self { declared_mode: named(wall.mode()), database_mode: mode.map(named), differences };
        Ok((difference, mode))
    }
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let (difference, _) = self.sides.compared(&self.sides.wall()?)?;
        output.result(&difference, |out| {
            if difference.differences.is_empty() {
                return writeln!(out, "the database has the declared wall");
            }
            for finding in &difference.differences {
                writeln!(out, "{} {}: {}", finding.code, finding.object, finding.reason)?;
            }
            let many = difference.differences.len();
            let database = difference.database_mode.unwrap_or("none");
            writeln!(out, "{many} differences; the declared wall is {}, the database's {database}", difference.declared_mode)?;
            writeln!(out, "the next step: `tenancy wall migration`; for what a migration leaves, `tenancy inspect --full` has the SQL")
        })?;
        Ok(if difference.differences.is_empty() { exit::DONE } else { exit::FOUND })
    }
}
