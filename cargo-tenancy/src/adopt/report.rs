//! What is told: each table with its verdict, the keys that change, the source, and the order.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::catalog::Catalog;
use super::changes::{Changes, told};
use super::migrations::disturbed;
use super::rows::Rows;
use super::usage::Usage;
use super::verdict::Verdict;
use super::{Declared, Plan};

#[derive(Serialize)]
pub(crate) struct Told<'a> {
    table: String,
    #[serde(flatten)]
    verdict: &'a Verdict,
    /// Whether its key is made of references: it links others.
    link_table: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<&'a Rows>,
    /// The application's triggers, which the fill calls for each row.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    triggers: &'a [String],
}

#[derive(Serialize)]
pub(crate) struct Report<'a> {
    tables: Vec<Told<'a>>,
    counts: BTreeMap<&'static str, usize>,
    /// Tables of the database that the file does not have.
    not_in_file: Vec<String>,
    changes: &'a Changes,
    usage: &'a Usage,
    pub(crate) written: Vec<PathBuf>,
}

impl<'a> Report<'a> {
    pub(crate) fn of(
        catalog: &'a Catalog,
        declared: &[Declared],
        plan: &'a Plan,
        usage: &'a Usage,
        written: Vec<PathBuf>,
    ) -> Self {
        let mut counts = BTreeMap::new();
        for verdict in plan.verdicts.values() {
            *counts.entry(verdict.name()).or_default() += 1;
        }
        let tables = plan.verdicts.iter().map(|(name, verdict)| {
            let table = catalog.tables.get(name);
            let key = table.map(super::catalog::Table::primary_key).unwrap_or_default();
            let refers = |column: &String| catalog.of_child(name).any(|one| one.columns.contains(column));
            Told {
                table: name.to_string(),
                verdict,
                link_table: key.len() > 1 && key.iter().all(refers),
                rows: plan.rows.get(name).map(|(_, rows)| rows),
                triggers: match (table, verdict) {
                    (Some(table), Verdict::Column { .. }) if disturbed(table) => &table.triggers,
                    _ => &[],
                },
            }
        });
        let tables = tables.collect();
        let not_in_file = catalog
            .tables
            .values()
            .filter(|table| !table.is_part && !declared.iter().any(|one| one.name == table.name))
            .map(|table| match table.other_kind() {
                Some(kind) => format!("{} ({kind})", table.name),
                None => table.name.to_string(),
            })
            .collect();
        Self { tables, counts, not_in_file, changes: &plan.changes, usage, written }
    }
}

/// For people.
pub(crate) fn text(report: &Report<'_>, out: &mut dyn Write) -> std::io::Result<()> {
    for told_of in &report.tables {
        table(told_of, out)?;
    }
    let counts: Vec<_> = report.counts.iter().map(|(name, count)| format!("{count} {name}")).collect();
    writeln!(out, "\n{} tables: {}", report.tables.len(), counts.join(", "))?;
    if !report.not_in_file.is_empty() {
        writeln!(
            out,
            "in the database and not in the file, so that nothing is said of them: {}",
            report.not_in_file.join(", ")
        )?;
    }
    keys(report.changes, out)?;
    source(report.usage, out)?;
    if !report.written.is_empty() {
        writeln!(out, "\nwritten, in the order in which it is done:")?;
        for path in &report.written {
            writeln!(out, "  {}", path.display())?;
        }
        writeln!(
            out,
            "review them. The servers may run on until `application_fills`; before that, deploy what fills the columns itself, with the new schema.rs"
        )?;
    }
    Ok(())
}

fn table(told_of: &Told<'_>, out: &mut dyn Write) -> std::io::Result<()> {
    let Told { table, verdict, link_table, rows, triggers } = told_of;
    let links = if *link_table { " (links)" } else { "" };
    write!(out, "{table}{links}: {}", verdict.name())?;
    match verdict {
        Verdict::Tenants { column } | Verdict::Shared { column } => writeln!(out, ", by {column}")?,
        Verdict::Owned { column, not_null } => {
            let gap = if *not_null { "" } else { ", which is made NOT NULL: no row has NULL there" };
            writeln!(out, ", by {column}{gap}")?;
        }
        Verdict::Column { column, way } => {
            writeln!(out, " {column}, by {}{}", told(way), why(way.why.as_deref()))?
        }
        Verdict::Through { way } => writeln!(out, ", by {}{}", told(way), why(way.why.as_deref()))?,
        Verdict::Link { links, column } => writeln!(out, ", {links}.{column}")?,
        Verdict::Global => writeln!(out)?,
        Verdict::Undecided { reason, fix } => writeln!(out, ": {reason}\n    {fix}")?,
    }
    if let Some(rows) = rows {
        if rows.of_strangers > 0 {
            writeln!(
                out,
                "    {} rows name a tenant that is not in the tenants' own table",
                rows.of_strangers
            )?;
        }
        for edge in rows.edges.iter().filter(|edge| edge.disagreeing > 0) {
            writeln!(
                out,
                "    {} rows refer by {} to another tenant's {}, such as {}: {} stays as it is",
                edge.disagreeing,
                edge.column,
                edge.parent,
                edge.example.as_deref().unwrap_or("?"),
                edge.foreign_key
            )?;
        }
    }
    if !triggers.is_empty() {
        writeln!(out, "    filling it calls its triggers for each row: {}", triggers.join(", "))?;
    }
    Ok(())
}

fn why(why: Option<&str>) -> String {
    why.map(|why| format!(" ({why})")).unwrap_or_default()
}

fn keys(changes: &Changes, out: &mut dyn Write) -> std::io::Result<()> {
    if !changes.keys.is_empty() {
        writeln!(out, "\nnew unique keys, which lead with the tenant:")?;
        for key in &changes.keys {
            writeln!(out, "  {} ({})", key.table, key.columns.join(", "))?;
        }
    }
    if !changes.foreign_keys.is_empty() {
        writeln!(out, "foreign keys that pair the tenants:")?;
        for key in &changes.foreign_keys {
            let (columns, keys) = (key.columns.join(", "), key.keys.join(", "));
            writeln!(out, "  {} ({columns}) -> {} ({keys})", key.child, key.parent)?;
        }
    }
    if !changes.probes.is_empty() {
        writeln!(
            out,
            "unique over all tenants, so that an insert tells whether another tenant has the value; the wall's migration puts the tenant into them, after \
             their upserts were changed:"
        )?;
        for probe in &changes.probes {
            let partial = if probe.partial { ", partial" } else { "" };
            let expression = if probe.expression { ", of an expression" } else { "" };
            writeln!(
                out,
                "  {}: {} ({}){partial}{expression}",
                probe.table,
                probe.name,
                probe.columns.join(", ")
            )?;
        }
    }
    Ok(())
}

fn source(usage: &Usage, out: &mut dyn Write) -> std::io::Result<()> {
    if !usage.tables.is_empty() {
        writeln!(out, "\nqueries that change, by table and file (reads, writes, joins, models):")?;
    }
    for (table, files) in &usage.tables {
        writeln!(out, "  {table}")?;
        for (file, uses) in files {
            writeln!(out, "    {file}: {}, {}, {}, {}", uses.reads, uses.writes, uses.joins, uses.models)?;
        }
    }
    if !usage.raw_sql.is_empty() {
        let count: usize = usage.raw_sql.values().sum();
        writeln!(
            out,
            "raw SQL, of which nobody knows what it names: {count} places in {} files (`tenancy check` lists them)",
            usage.raw_sql.len()
        )?;
    }
    if !usage.unread.is_empty() {
        writeln!(out, "not read, because it is no Rust: {}", usage.unread.join(", "))?;
    }
    Ok(())
}
