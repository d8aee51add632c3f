//! The migration that puts the wall up, and the one that takes it down.

mod functions;
mod grants;
mod keys;
mod memory;
mod policies;
mod readers;

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tenancy_core::__private::write_migration_folder;

pub(crate) use self::functions::{KEY_TABLE, TenantFunction};
pub(crate) use self::keys::{REPAIRS, UNKEYED, kind, shared};
pub(crate) use self::policies::table_statements;
use super::quote::hex;
use super::row_security::{RowSecurity, Server};

/// A statement, and the one that takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) up: String,
    pub(crate) down: Option<String>,
}

impl Step {
    fn new(up: impl Into<String>, down: impl Into<String>) -> Self {
        Self { up: up.into(), down: Some(down.into()) }
    }

    fn up(up: impl Into<String>) -> Self {
        Self { up: up.into(), down: None }
    }
}

/// The SQL that puts a wall up and takes it down.
///
/// Diesel runs a migration in a transaction, so other sessions see all of it or nothing. Run statement by statement it leaves
/// no moment unprotected either: policies come before row-level security is switched on and grants after it, and on the
/// way down the application loses its grants first. It can be run again, and then changes nothing.
///
/// - **Up** puts the tenant into unique and foreign keys that lack it, and builds an index that begins with the tenant where
///   there is none. A large table is locked for as long as that takes: do it beforehand, `CONCURRENTLY`, and the
///   migration finds nothing to do.
/// - **Down** brings back what was there: keys, grants, policies, functions. That is a database without a wall, or the wall of the
///   migration before. If two tenants have the same key by then, the old key cannot come back, and the migration fails as a whole.
///
/// A wall that changes gets a further migration, generated from what is declared then: see
/// [changing the wall](crate#changing-the-wall). Each remembers in `tenancy.before_wall`, by its name, what it found. One that is not
/// the last of its tables is neither run again nor taken down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    wall: RowSecurity,
    part: Part,
    steps: Vec<Step>,
}

/// What of a wall a migration is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Tables,
    Functions,
}

impl RowSecurity {
    /// The migration that puts this wall up, or changes an earlier one to it: the schema `tenancy`, and the tables.
    ///
    /// It locks each table for a moment, until it is committed.
    pub fn migration(&self) -> Migration {
        Migration::new(self.clone(), Part::Whole)
    }

    /// The migration of the tenants' tables only, for a tenant's own schema: the database has the schema `tenancy` already, and
    /// shares the global tables.
    pub fn tables_migration(&self) -> Migration {
        let own = Self { tables: self.tables.without_global(), ..self.clone() };
        Migration::new(own, Part::Tables)
    }

    /// The migration of the schema `tenancy` only, for a wall that changes its [mode](super::Mode) and nothing else. It locks no
    /// table, so that it can be run beside the application.
    pub fn mode_migration(&self) -> Migration {
        Migration::new(self.clone(), Part::Functions)
    }

    fn steps(&self, part: Part, migration: &str) -> Vec<Step> {
        let mut steps = Vec::new();
        if part != Part::Tables {
            steps.extend(functions::steps(self, migration));
        }
        if part == Part::Whole {
            steps.extend([memory::of_the_database(self, migration), grants::of_the_database(self)]);
            steps.extend(memory::of_the_owners(self, migration));
        }
        if part != Part::Functions {
            steps.extend(self.of_its_tables(migration));
        }
        steps
    }

    fn of_its_tables(&self, migration: &str) -> Vec<Step> {
        let mut steps = vec![memory::column(), memory::of_tables(self, migration)];
        steps.extend(grants::of_schemas(self));
        steps.extend(policies::while_keys_are_checked(self));
        steps.extend(keys::steps(self));
        steps.extend(self.tables.of_tenants().flat_map(|(table, belongs)| {
            let mut steps = vec![grants::of_earlier_roles(self, table)];
            steps.extend(policies::steps(self, table, belongs));
            steps.extend(grants::of_tenant_table(self, table, belongs));
            steps
        }));
        steps.extend(grants::of_global_tables(self));
        steps
    }
}

impl Migration {
    /// Its name is of its text, unless it is given one.
    fn new(wall: RowSecurity, part: Part) -> Self {
        let text: String = wall.steps(part, "").into_iter().map(|step| step.up).collect();
        let digest = hex(&Sha256::digest(text.as_bytes()));
        let name: String = digest.chars().take(16).collect();
        Self { steps: wall.steps(part, &name), wall, part }
    }

    /// The same under a name: that by which it is known whether it, or one after it, was run. [`write_to`](Self::write_to) takes the
    /// version; where the text is run otherwise, and is not named, it has the name of what is in it.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { steps: self.wall.steps(self.part, name), ..self.clone() }
    }

    /// The text of `up.sql`.
    pub fn up(&self) -> String {
        script(self.steps.iter().map(|step| step.up.as_str()))
    }

    /// The text of `down.sql`.
    pub fn down(&self) -> String {
        script(self.steps.iter().rev().filter_map(|step| step.down.as_deref()))
    }

    /// The same as pairs of up and down, to be run in this order, each in a message of its own, as Citus demands.
    pub fn messages(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.steps.iter().map(|step| (step.up.as_str(), step.down.as_deref()))
    }

    /// Writes it into `migrations`, the folder of `diesel migration`, and returns the folders that it made.
    ///
    /// `version` is what a folder's name begins with, as Diesel's do: `2026-11-22-120000`. For PostgreSQL it is one folder;
    /// for Citus one for each statement, because Diesel sends a file as one message.
    ///
    /// # Errors
    ///
    /// When `version` is not digits with `-` between, when another migration has it already (which may have been run, and is
    /// not overwritten), and when the files cannot be written.
    pub fn write_to(&self, migrations: impl AsRef<Path>, version: &str) -> io::Result<Vec<PathBuf>> {
        let migration = self.named(version);
        let write = |version: &str, up: &str, down: &str| {
            write_migration_folder(migrations.as_ref(), version, "tenancy_wall", up, down)
        };
        match self.wall.server {
            Server::PostgreSql => Ok(vec![write(version, &migration.up(), &migration.down())?]),
            Server::Citus => migration
                .messages()
                .enumerate()
                .map(|(index, (up, down))| {
                    let version = format!("{version}-{index:04}");
                    write(&version, &script([up].into_iter()), &script(down.into_iter()))
                })
                .collect(),
        }
    }
}

/// The statements, each ended. Diesel refuses a file without one.
fn script<'a>(steps: impl Iterator<Item = &'a str>) -> String {
    let text: String = steps.filter(|text| !text.is_empty()).map(|text| format!("{text};\n\n")).collect();
    if text.is_empty() { "SELECT 1; -- nothing to do\n".to_owned() } else { text }
}
