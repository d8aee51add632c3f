//! The migrations, as Diesel's folders in the order in which they are run.
//!
//! Diesel sends a file as one message, in which PostgreSQL runs neither `CREATE INDEX CONCURRENTLY` nor a COMMIT beside another
//! statement: each of those has a folder of its own. All the others take a lock for a moment, in a transaction of its own, and give up after
//! `lock_timeout` instead of making everybody wait behind them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::catalog::{Catalog, Name, Table, list, quoted};
use super::changes::{Changes, Paired, shortened};
use super::fill;
use super::judge::Verdicts;
use super::verdict::Verdict;
use crate::failure::Failure;

/// One folder.
#[derive(Debug)]
pub(crate) struct Folder {
    name: String,
    up: String,
    down: String,
}

/// How the migrations go about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How long one waits for a lock, in milliseconds.
    pub(crate) lock_timeout: u32,
    /// How many rows are filled in a transaction.
    pub(crate) batch: u32,
}

/// What there is to do, stage by stage.
pub(crate) fn folders(
    catalog: &Catalog,
    verdicts: &Verdicts,
    changes: &Changes,
    column_type: &str,
    pace: Pace,
) -> Vec<Folder> {
    // What is filled from another comes after it.
    let mut gets: Vec<_> = verdicts
        .iter()
        .filter_map(|(name, verdict)| match verdict {
            Verdict::Column { column, way } => Some((name, column.as_str(), way, catalog.tables.get(name)?)),
            _ => None,
        })
        .collect();
    gets.sort_by_key(|(name, ..)| (depth(verdicts, name), (*name).clone()));
    let mut folders = Vec::new();
    let (mut up, mut down) = (Script::new(pace), Script::new(pace));
    for (name, column, way, _) in &gets {
        let table = name.sql();
        let function = fill::function(name);
        up.step(&[
            format!("ALTER TABLE {table} ADD COLUMN {} {column_type}", quoted(column)),
            fill::declare(verdicts, name, column, way),
            format!(
                "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
                fill::TRIGGER
            ),
        ]);
        down.step(&[
            format!("DROP TRIGGER IF EXISTS {} ON {table}", fill::TRIGGER),
            format!("DROP FUNCTION IF EXISTS {function}()"),
            format!("ALTER TABLE {table} DROP COLUMN IF EXISTS {}", quoted(column)),
        ]);
    }
    folder(&mut folders, "columns", up, down);
    for (name, column, way, table) in &gets {
        folders.push(Folder {
            name: format!("tenancy_fill_{}", plain(name)),
            up: fill::batches(verdicts, table, column, way, pace),
            down: "SELECT 1;\n".to_owned(),
        });
    }
    let (mut up, mut down) = (Script::new(pace), Script::new(pace));
    // What a partitioned table does not take, its parts do not.
    let is_part = |name: &Name| catalog.tables.get(name).is_some_and(|table| table.is_part);
    for (name, column) in enforced(verdicts).filter(|(name, _)| !is_part(name)) {
        enforce(&mut up, &mut down, name, column);
    }
    folder(&mut folders, "not_null", up, down);
    // No constraints of them: the foreign keys take an index, and the wall's migration can make a table's key of it.
    for key in &changes.keys {
        folders.push(Folder {
            name: format!("tenancy_index_{}", plain(&Name { schema: key.table.schema.clone(), name: key.name.clone() })),
            up: format!(
                "-- No writer waits for it. Where it was broken off, drop the index, which is invalid then, and run it again.\nCREATE UNIQUE INDEX CONCURRENTLY {} ON {} ({});\n",
                quoted(&key.name), key.table.sql(), list(&key.columns)
            ),
            down: format!("DROP INDEX CONCURRENTLY IF EXISTS {}.{};\n", quoted(&key.table.schema), quoted(&key.name)),
        });
    }
    let (mut up, mut down) = (Script::new(pace), Script::new(pace));
    for key in &changes.foreign_keys {
        pair(&mut up, &mut down, catalog, key);
    }
    folder(&mut folders, "foreign_keys", up, down);
    let (mut up, mut down) = (Script::new(pace), Script::new(pace));
    for (name, column, way, _) in &gets {
        let table = name.sql();
        let function = fill::function(name);
        up.step(&[
            format!("DROP TRIGGER {} ON {table}", fill::TRIGGER),
            format!("DROP FUNCTION {function}()"),
        ]);
        down.step(&[
            fill::declare(verdicts, name, column, way),
            format!(
                "CREATE TRIGGER {} BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {function}()",
                fill::TRIGGER
            ),
        ]);
    }
    folder(&mut folders, "application_fills", up, down);
    folders
}

/// The columns that are made NOT NULL: new ones, and those in which no NULL is.
pub(crate) fn enforced(verdicts: &Verdicts) -> impl Iterator<Item = (&Name, &str)> {
    verdicts.iter().filter_map(|(name, verdict)| match verdict {
        Verdict::Column { column, .. } | Verdict::Owned { column, not_null: false } => {
            Some((name, column.as_str()))
        }
        _ => None,
    })
}

fn depth(verdicts: &Verdicts, name: &Name) -> usize {
    match verdicts.get(name).and_then(Verdict::way) {
        Some(way) => 1 + depth(verdicts, &way.parent),
        None => 0,
    }
}

fn enforce(up: &mut Script, down: &mut Script, name: &Name, column: &str) {
    let (table, check) = (name.sql(), quoted(&shortened(&name.name, &format!("_{column}_not_null"))));
    let column = quoted(column);
    up.step(&[
        format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {check}"),
        format!("ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL) NOT VALID"),
    ]);
    // Reads the table, and stops nobody.
    up.step(&[format!("ALTER TABLE {table} VALIDATE CONSTRAINT {check}")]);
    // Reads nothing: the constraint proves it.
    up.step(&[
        format!("ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL"),
        format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {check}"),
    ]);
    down.step(&[format!("ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")]);
}

fn pair(up: &mut Script, down: &mut Script, catalog: &Catalog, key: &Paired) {
    let (child, name) = (key.child.sql(), quoted(&key.name));
    let before =
        key.instead_of.as_ref().and_then(|old| catalog.of_child(&key.child).find(|one| one.name == *old));
    let column = key.columns.last().map(|column| quoted(column)).unwrap_or_default();
    let more = before.map(|before| actions(before, &format!(" ({column})"))).unwrap_or_default();
    // Writers lock a parent before its children, and their checks a child before its parent, for reading. This order meets neither halfway:
    // whoever would wait in a circle is ended, and it may be they.
    let alone = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", key.parent.sql());
    let child_alone = format!("LOCK TABLE {child} IN ACCESS EXCLUSIVE MODE");
    up.step(&[
        alone.clone(),
        child_alone.clone(),
        format!("ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {name}"),
        format!(
            "ALTER TABLE {child} ADD CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {} ({}){more} NOT VALID",
            list(&key.columns),
            key.parent.sql(),
            list(&key.keys)
        ),
    ]);
    up.step(&[format!("ALTER TABLE {child} VALIDATE CONSTRAINT {name}")]);
    // The steps back are written in reverse.
    down.step(&[
        alone.clone(),
        child_alone.clone(),
        format!("ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {name}"),
    ]);
    if let Some(before) = before {
        let old = quoted(&before.name);
        up.step(&[
            alone.clone(),
            child_alone.clone(),
            format!("ALTER TABLE {child} DROP CONSTRAINT IF EXISTS {old}"),
        ]);
        down.step(&[format!("ALTER TABLE {child} VALIDATE CONSTRAINT {old}")]);
        down.step(&[
            alone.clone(),
            format!(
                "ALTER TABLE {child} ADD CONSTRAINT {old} FOREIGN KEY ({}) REFERENCES {} ({}){} NOT VALID",
                list(&before.columns),
                before.parent.sql(),
                list(&before.keys),
                actions(before, "")
            ),
        ]);
    }
}

/// What a foreign key does beside refusing. NULL is set in the column alone: the row stays its tenant's.
fn actions(key: &super::catalog::ForeignKey, set: &str) -> String {
    let action = |letter: &str, set: &str| match letter {
        "c" => Some("CASCADE".to_owned()),
        "n" => Some(format!("SET NULL{set}")),
        "d" => Some(format!("SET DEFAULT{set}")),
        "r" => Some("RESTRICT".to_owned()),
        _ => None,
    };
    let mut more = String::new();
    // PostgreSQL takes a list of columns for ON DELETE alone.
    for (when, action) in [("DELETE", action(&key.on_delete, set)), ("UPDATE", action(&key.on_update, ""))] {
        if let Some(action) = action {
            more.push_str(&format!(" ON {when} {action}"));
        }
    }
    if key.deferrable {
        more.push_str(if key.deferred { " DEFERRABLE INITIALLY DEFERRED" } else { " DEFERRABLE" });
    }
    more
}

fn plain(name: &Name) -> String {
    let text =
        if name.schema == "public" { name.name.clone() } else { format!("{}_{}", name.schema, name.name) };
    text.chars().map(|one| if one.is_ascii_alphanumeric() { one.to_ascii_lowercase() } else { '_' }).collect()
}

/// Keeps a folder, if there is something to do in it.
fn folder(folders: &mut Vec<Folder>, name: &str, up: Script, mut down: Script) {
    if up.steps.is_empty() {
        return;
    }
    down.steps.reverse();
    folders.push(Folder { name: format!("tenancy_{name}"), up: up.text(), down: down.text() });
}

/// Statements, each step a transaction of its own.
struct Script {
    pace: Pace,
    steps: Vec<String>,
}

impl Script {
    fn new(pace: Pace) -> Self {
        Self { pace, steps: Vec::new() }
    }

    fn step(&mut self, statements: &[String]) {
        let mut text = format!("BEGIN;\nSET LOCAL lock_timeout = '{}ms';\n", self.pace.lock_timeout);
        for statement in statements {
            text.push_str(statement);
            text.push_str(";\n");
        }
        text.push_str("COMMIT;\n");
        self.steps.push(text);
    }

    fn text(&self) -> String {
        self.steps.join("\n")
    }
}

/// Writes the folders, none of which is there before.
pub(crate) fn write(folders: &[Folder], out: &Path, version: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut written = Vec::new();
    for (at, folder) in folders.iter().enumerate() {
        let path = out.join(format!("{version}-{:03}_{}", at + 1, folder.name));
        let failed = || Failure::new(format!("the migration {} cannot be written", path.display()));
        if path.exists() {
            return Err(failed().because("it is there already").fix("give another --migration-version"));
        }
        std::fs::create_dir_all(&path).map_err(|error| failed().because(error))?;
        let mut metadata = String::new();
        // Writing to a string cannot fail.
        let _ = writeln!(
            metadata,
            "# Its steps are transactions of their own, so that no lock is held for long.\nrun_in_transaction = false"
        );
        for (file, text) in [("up.sql", &folder.up), ("down.sql", &folder.down), ("metadata.toml", &metadata)]
        {
            std::fs::write(path.join(file), text).map_err(|error| failed().because(error))?;
        }
        written.push(path);
    }
    Ok(written)
}

/// Whether a table's own triggers are called for each row that is filled.
pub(crate) fn disturbed(table: &Table) -> bool {
    !table.triggers.is_empty()
}
