//! `adopt`: looks at an application and its database, and writes how they get there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;

use crate::adopt::decisions::{self, Decisions};
use crate::adopt::{
    Candidate, Catalog, Declaration, Pace, Plan, Report, candidates, folders, read_schema, read_usage,
    rust_type, text, write,
};
use crate::command::wall::now;
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::not_here;
use crate::output::Output;

/// Look at an application on Diesel and its database: which rows are whose, what is missing, and the migrations that add it
///
/// It changes nothing in the database. What it writes with --out is for review. Where a person has to decide, it says so and ends with 1.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// The file that the Diesel CLI prints
    #[arg(long, value_name = "FILE", default_value = "src/schema.rs")]
    schema: PathBuf,
    /// The column that holds the tenant; the first is what new columns are called. Without it, candidates are shown
    #[arg(long = "tenant-column", value_name = "COLUMN", value_delimiter = ',')]
    tenant_columns: Vec<String>,
    /// The tenants' own table
    #[arg(long, value_name = "TABLE")]
    tenant_table: Option<String>,
    /// The source in which queries are counted; without it, the package of the file
    #[arg(long, value_name = "FOLDER")]
    source: Option<PathBuf>,
    /// Where to write: schema.rs, diesel_schema.rs and migrations/
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// The version of the migrations, before their numbers; without it, the time in UTC
    #[arg(long, value_name = "VERSION")]
    migration_version: Option<String>,
    /// The type of the tenants' ids in Rust, as the declaration names it
    #[arg(long, value_name = "TYPE")]
    id_type: Option<String>,
    /// How many milliseconds a migration waits for a lock before it gives up; less than the server's `deadlock_timeout`, so that no writer is
    /// taken for the one in the way
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=2_147_483_647))]
    lock_timeout: u32,
    /// How many rows are filled in one transaction
    #[arg(long, value_name = "ROWS", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    batch: u32,
    /// Look at no rows: on a copy of the schema alone
    #[arg(long)]
    skip_rows: bool,
    /// Tables that every tenant may read
    #[arg(long, value_name = "TABLES", value_delimiter = ',', help_heading = "Decisions")]
    global: Vec<String>,
    /// Tables whose rows without a tenant are everybody's
    #[arg(long, value_name = "TABLES", value_delimiter = ',', help_heading = "Decisions")]
    shared: Vec<String>,
    /// Tables without rows here, whose tenant column is made NOT NULL
    #[arg(long, value_name = "TABLES", value_delimiter = ',', help_heading = "Decisions")]
    not_null: Vec<String>,
    /// Tables that get no column and are declared through their parent; `all`, for each that can be
    #[arg(long, value_name = "TABLES", value_delimiter = ',', help_heading = "Decisions")]
    through: Vec<String>,
    /// Which column says whose a row is: notes=board_id
    #[arg(long, value_name = "TABLE=COLUMN", value_delimiter = ',', help_heading = "Decisions")]
    by: Vec<String>,
    /// Tables of which a tenant sees the rows that its links refer to: 'users=memberships(user_id)'
    #[arg(long, value_name = "TABLE=LINKS(COLUMN)", value_delimiter = ',', help_heading = "Decisions")]
    link: Vec<String>,
}

#[derive(Serialize)]
struct Proposed {
    candidates: Vec<Candidate>,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let unreadable = || Failure::new(format!("the tables of {} cannot be read", self.schema.display()));
        let file = std::fs::read_to_string(&self.schema).map_err(|error| {
            unreadable().because(error).fix("name the file that `diesel print-schema` writes by --schema")
        })?;
        let declared = read_schema(&file).map_err(|error| unreadable().because(error))?;
        if declared.is_empty() {
            return Err(unreadable()
                .because("it has no `table!`")
                .fix("name the file that `diesel print-schema` writes by --schema"));
        }
        let (catalog, found) = block_on(async {
            let mut connection = self.database.connect(not_here::ADOPTION).await?;
            let catalog = Catalog::read(&mut connection).await?;
            if self.tenant_columns.is_empty() && self.tenant_table.is_none() {
                return Ok((catalog, None));
            }
            let decisions = self.decisions(&catalog)?;
            let connection = (!self.skip_rows).then_some(&mut connection);
            let plan = Plan::of(&catalog, &declared, &decisions, connection).await?;
            Ok((catalog, Some((plan, decisions))))
        })?;
        let Some((plan, decisions)) = found else {
            return propose(&catalog, output);
        };
        let Some(column_type) = &plan.column_type else {
            return Err(Failure::new(format!("no table has a column {}", self.tenant_columns.join(" or ")))
                .fix("run it without --tenant-column: it shows the columns that may hold the tenant"));
        };
        let manifest = manifest(&self.schema);
        let tables: Vec<String> = declared
            .iter()
            .filter(|table| plan.verdicts.get(&table.name).is_some_and(|verdict| verdict.is_of_a_tenant()))
            .map(|table| table.ident.clone())
            .collect();
        let usage = read_usage(self.source.as_deref().unwrap_or(&manifest), &self.schema, &tables)?;
        let mut written = Vec::new();
        if let Some(out) = &self.out {
            let id_type = self.id_type.as_deref().unwrap_or_else(|| rust_type(column_type));
            let column = decisions.columns.first().map(String::as_str).unwrap_or_default();
            let declaration = Declaration {
                catalog: &catalog,
                verdicts: &plan.verdicts,
                changes: &plan.changes,
                declared: &declared,
                column,
                id_type,
            };
            let folder = self.schema.parent().unwrap_or(Path::new(""));
            let folder = folder.strip_prefix(&manifest).unwrap_or(folder);
            let include = folder.join("diesel_schema.rs");
            let pace = Pace { lock_timeout: self.lock_timeout, batch: self.batch };
            let folders = folders(&catalog, &plan.verdicts, &plan.changes, column_type, pace);
            let version = self.migration_version.clone().unwrap_or_else(now);
            written.extend(write(&folders, &out.join("migrations"), &version)?);
            for (name, text) in [
                ("diesel_schema.rs", declaration.file(&file, column_type)),
                ("schema.rs", declaration.text(&include)),
            ] {
                let path = out.join(name);
                let failed =
                    |error| Failure::new(format!("{} cannot be written", path.display())).because(error);
                std::fs::create_dir_all(out).and_then(|()| std::fs::write(&path, text)).map_err(failed)?;
                written.push(path);
            }
        }
        let report = Report::of(&catalog, &declared, &plan, &usage, written);
        output.result(&report, |out| text(&report, out))?;
        Ok(if plan.undecided() > 0 { exit::FOUND } else { exit::DONE })
    }

    fn decisions(&self, catalog: &Catalog) -> Result<Decisions, Failure> {
        let tables = |texts: &[String]| -> Result<BTreeSet<_>, Failure> {
            texts.iter().map(|text| decisions::table(catalog, text)).collect()
        };
        let all = |text: &String| text == "all";
        let through: Vec<String> = self.through.iter().filter(|text| !all(text)).cloned().collect();
        let tenants = self.tenant_table.as_deref().map(|text| decisions::table(catalog, text)).transpose()?;
        let mut columns = self.tenant_columns.clone();
        // What refers to the tenants' own table says how such a column is called.
        let referring = catalog
            .foreign_keys
            .iter()
            .filter(|key| tenants.as_ref() == Some(&key.parent))
            .find_map(|key| key.single());
        if let (true, Some((column, _))) = (columns.is_empty(), referring) {
            columns.push(column.to_owned());
        }
        Ok(Decisions {
            columns,
            tenants,
            global: tables(&self.global)?,
            shared: tables(&self.shared)?,
            not_null: tables(&self.not_null)?,
            through: tables(&through)?,
            through_all: self.through.iter().any(all),
            by: self.by.iter().map(|text| decisions::by(catalog, text)).collect::<Result<_, _>>()?,
            link: self.link.iter().map(|text| decisions::link(catalog, text)).collect::<Result<_, _>>()?,
        })
    }
}

fn propose(catalog: &Catalog, output: &Output) -> Result<u8, Failure> {
    let proposed = Proposed { candidates: candidates(catalog) };
    output.result(&proposed, |out| {
        if proposed.candidates.is_empty() {
            return writeln!(out, "no column looks like a tenant's: name it by --tenant-column");
        }
        writeln!(out, "which column holds the tenant? Name it by --tenant-column, and the tenants' own table by --tenant-table:")?;
        for one in &proposed.candidates {
            let types: Vec<_> = one.types.iter().map(String::as_str).collect();
            let refers: Vec<_> = one.refers_to.iter().map(|(table, count)| format!("{table} ({count})")).collect();
            let refers = if refers.is_empty() { "no foreign key".to_owned() } else { format!("refers to {}", refers.join(", ")) };
            writeln!(
                out,
                "  {}: in {} of {} tables, NULL in {} of them at most, {}; {refers}",
                one.column,
                one.tables,
                catalog.tables.len(),
                one.nullable,
                types.join(", ")
            )?;
        }
        Ok(())
    })?;
    Ok(exit::FOUND)
}

/// The folder of the package that has the file.
fn manifest(schema: &Path) -> PathBuf {
    let folder =
        |path: &Path| if path.as_os_str().is_empty() { PathBuf::from(".") } else { path.to_path_buf() };
    let found = schema.ancestors().skip(1).map(folder).find(|folder| folder.join("Cargo.toml").is_file());
    found.unwrap_or_else(|| schema.parent().map_or_else(|| PathBuf::from("."), folder))
}
