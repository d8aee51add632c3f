//! The migration that puts the wall up, and the one that takes it down.

mod functions;
mod grants;
mod keys;
mod policies;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use self::functions::{KEY_TABLE, TenantFunction};
pub(crate) use self::keys::REPAIRS;
pub(crate) use self::policies::table_statements;
use super::row_security::{RowSecurity, Target};

/// A statement, and the one that takes it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) up: String,
    pub(crate) down: Option<String>,
}

impl Statement {
    fn new(up: impl Into<String>, down: impl Into<String>) -> Self {
        Self { up: up.into(), down: Some(down.into()) }
    }

    fn up(up: impl Into<String>) -> Self {
        Self { up: up.into(), down: None }
    }
}

/// The SQL that puts a wall up and takes it down.
///
/// In a transaction (Diesel runs each migration in one) no other session sees a moment between. Also statement by
/// statement no moment is unprotected: policies come before row-level security is switched on, grants after it, and on
/// the way down the application loses its grants first. It can be run again, and then changes nothing.
///
/// - **Up** replaces unique and foreign keys without the tenant by ones with it, and builds an index that the tenant leads
///   where there is none. That locks a large table for as long as it takes: do it beforehand, `CONCURRENTLY`, and
///   the migration finds nothing to do.
/// - **Down** brings back what there was: keys, grants, row-level security. If two tenants have the same key by then, the
///   old key cannot come back, and the whole of it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    statements: Vec<Statement>,
    target: Target,
}

impl RowSecurity {
    /// The migration that puts this wall up: the schema `tenancy`, and the tables.
    pub fn migration(&self) -> Migration {
        let mut statements = functions::statements(self);
        statements.extend(grants::database(self));
        statements.extend(self.of_its_tables());
        Migration { statements, target: self.target }
    }

    /// The migration of the tenants' tables only: of a tenant's own schema, where the schema `tenancy` is there already,
    /// and the global tables are everybody's.
    pub fn tables_migration(&self) -> Migration {
        let own = Self { tables: self.tables.without_global(), ..self.clone() };
        Migration { statements: own.of_its_tables(), target: self.target }
    }

    fn of_its_tables(&self) -> Vec<Statement> {
        let mut statements = grants::remember(self);
        statements.extend(keys::statements(self));
        statements.extend(self.tables.of_tenants().flat_map(|(table, tenant)| {
            let mut statements = policies::statements(self, table, tenant);
            statements.extend(grants::of_tenant_table(self, table));
            statements
        }));
        statements.extend(grants::of_global_tables(self));
        statements
    }
}

impl Migration {
    /// The text of `up.sql`.
    pub fn up(&self) -> String {
        script(self.statements.iter().map(|statement| statement.up.as_str()))
    }

    /// The text of `down.sql`.
    pub fn down(&self) -> String {
        script(self.statements.iter().rev().filter_map(|statement| statement.down.as_deref()))
    }

    /// The same as pairs of up and down, to be run in this order, each in a message of its own: what Citus demands.
    pub fn messages(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.statements.iter().map(|statement| (statement.up.as_str(), statement.down.as_deref()))
    }

    /// Writes it into `folder`, the `migrations` of `diesel migration`, and returns the folders that it made.
    ///
    /// `stamp` is what the folders' names begin with, as Diesel's do: `2026-11-22-120000`. For PostgreSQL it is one folder;
    /// for Citus one for each statement, because Diesel sends a file as one message.
    ///
    /// # Errors
    ///
    /// If the stamp has other characters than digits and `-`, if a folder is there already (a migration that may have been
    /// run is not overwritten), or if it cannot be written.
    pub fn write_to(&self, folder: impl AsRef<Path>, stamp: &str) -> io::Result<Vec<PathBuf>> {
        if stamp.is_empty() || !stamp.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{stamp:?} is no migration's time: write it as 2026-11-22-120000"),
            ));
        }
        let folder = folder.as_ref();
        match self.target {
            Target::PostgreSql => {
                let made = folder.join(format!("{stamp}_tenancy_wall"));
                write_one(&made, &self.up(), &self.down())?;
                Ok(vec![made])
            }
            Target::Citus => self
                .messages()
                .enumerate()
                .map(|(index, (up, down))| {
                    let made = folder.join(format!("{stamp}-{index:04}_tenancy_wall"));
                    write_one(&made, &script([up].into_iter()), &script(down.into_iter()))?;
                    Ok(made)
                })
                .collect(),
        }
    }
}

/// The statements, each ended. Diesel refuses a file without one.
fn script<'a>(statements: impl Iterator<Item = &'a str>) -> String {
    let text: String =
        statements.filter(|text| !text.is_empty()).map(|text| format!("{text};\n\n")).collect();
    if text.is_empty() { "SELECT 1; -- nothing to do\n".to_owned() } else { text }
}

fn write_one(folder: &Path, up: &str, down: &str) -> io::Result<()> {
    fs::create_dir_all(folder.parent().unwrap_or(folder))?;
    fs::create_dir(folder)?;
    fs::write(folder.join("up.sql"), up)?;
    fs::write(folder.join("down.sql"), down)
}
