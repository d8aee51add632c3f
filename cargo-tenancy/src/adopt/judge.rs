//! From what the catalog has to a verdict for each table: those with a column first, then what refers to them, step by step.

use std::collections::BTreeMap;

use super::catalog::{Catalog, ForeignKey, Name, Table};
use super::decisions::Decisions;
use super::verdict::{Verdict, Way};

pub(crate) type Verdicts = BTreeMap<Name, Verdict>;

/// The types that an id of a tenant can have.
const TYPES: [&str; 6] = ["bigint", "character varying", "integer", "smallint", "text", "uuid"];

/// Judges each of `tables`, but for those of which their rows have shown something already, and says of what type, with its length, a new
/// tenant column is.
pub(crate) fn verdicts(
    catalog: &Catalog,
    tables: &[Name],
    decisions: &Decisions,
    by_rows: &Verdicts,
) -> (Verdicts, Option<String>) {
    let mut verdicts = by_rows.clone();
    for name in tables.iter().filter(|name| !by_rows.contains_key(*name)) {
        let Some(table) = catalog.tables.get(name) else {
            verdicts.insert(name.clone(), absent());
            continue;
        };
        if let Some(verdict) = by_itself(catalog, table, decisions) {
            verdicts.insert(name.clone(), verdict);
        }
    }
    let column_type = settle_types(catalog, &mut verdicts);
    // By keys that are never NULL, the nearest first; each round sees what the one before has found.
    loop {
        let mut found = Verdicts::new();
        for table in tables
            .iter()
            .filter(|name| !verdicts.contains_key(*name))
            .filter_map(|name| catalog.tables.get(name))
        {
            if let Some(way) = best(catalog, table, &verdicts, decisions) {
                found.insert(table.name.clone(), verdict_of(table, way, decisions));
            }
        }
        if found.is_empty() {
            break;
        }
        verdicts.extend(found);
    }
    let rest: Vec<_> = tables.iter().filter(|name| !verdicts.contains_key(*name)).cloned().collect();
    for name in rest {
        let verdict = match catalog.tables.get(&name) {
            Some(table) => unreached(catalog, table, &verdicts),
            None => absent(),
        };
        verdicts.insert(name, verdict);
    }
    (verdicts, column_type)
}

fn absent() -> Verdict {
    Verdict::undecided(
        "it is in the file, and the database does not have it",
        "run the application's migrations there, or take it out of the file",
    )
}

/// What a table says without any other, or a person.
fn by_itself(catalog: &Catalog, table: &Table, decisions: &Decisions) -> Option<Verdict> {
    let name = &table.name;
    if decisions.global.contains(name) {
        return Some(Verdict::Global);
    }
    if let Some((links, column)) = decisions.link.get(name) {
        return Some(Verdict::Link { links: links.clone(), column: column.clone() });
    }
    if let Some(kind @ ("a view" | "a materialized view" | "a foreign table")) = table.other_kind() {
        return Some(Verdict::undecided(
            format!("it is {kind}: its rows are whose its query says"),
            "read its query; a view with `security_invoker` keeps to the wall of its tables",
        ));
    }
    if decisions.tenants.as_ref() == Some(name) {
        return Some(tenants(catalog, table));
    }
    let named: Vec<_> = decisions
        .columns
        .iter()
        .filter_map(|column| table.column(column))
        .map(|column| column.name.clone())
        .collect();
    // A key to the tenants' own table is one whatever its column is called.
    let referring: Vec<_> = catalog
        .of_child(name)
        .filter(|key| decisions.tenants.as_ref() == Some(&key.parent) && key.child != key.parent)
        .filter_map(|key| key.single().map(|(column, _)| column.to_owned()))
        .collect();
    let chosen = decisions.by.get(name);
    if let Some(by) = chosen.filter(|by| named.contains(by) || referring.contains(by)) {
        return Some(owned(table, by, decisions));
    }
    let columns = if named.is_empty() { referring } else { named };
    match columns.as_slice() {
        [] => None,
        [column] => Some(owned(table, column, decisions)),
        several => Some(Verdict::undecided(
            format!("several columns may hold the tenant: {}", several.join(", ")),
            format!("say which one owns the row: --by {name}={}", several[0]),
        )),
    }
}

fn tenants(catalog: &Catalog, table: &Table) -> Verdict {
    let referred = catalog.foreign_keys.iter().filter(|key| key.parent == table.name);
    let key = referred.filter_map(ForeignKey::single).map(|(_, key)| key.to_owned()).next();
    match (key, table.primary_key()) {
        (Some(column), _) => Verdict::Tenants { column },
        (None, [column]) => Verdict::Tenants { column: column.clone() },
        (None, _) => Verdict::undecided(
            "the tenants' own table has a key of several columns, and nothing refers to it",
            "name no --tenant-table, and declare it by hand",
        ),
    }
}

fn owned(table: &Table, column: &str, decisions: &Decisions) -> Verdict {
    let not_null = table.column(column).is_some_and(|column| column.not_null);
    if decisions.shared.contains(&table.name) {
        return Verdict::Shared { column: column.to_owned() };
    }
    Verdict::Owned { column: column.to_owned(), not_null }
}

/// Tenants are compared, so that they have one type: that of their own table, or the most frequent one.
fn settle_types(catalog: &Catalog, verdicts: &mut Verdicts) -> Option<String> {
    let column_of = |name: &Name, verdict: &Verdict| {
        let column = verdict.tenant_column()?;
        catalog.tables.get(name)?.column(column)
    };
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut whole = BTreeMap::<&str, BTreeMap<&str, usize>>::new();
    for column in verdicts.iter().filter_map(|(name, verdict)| column_of(name, verdict)) {
        *counts.entry(&column.base).or_default() += 1;
        *whole.entry(&column.base).or_default().entry(&column.type_name).or_default() += 1;
    }
    let of_tenants = verdicts.iter().find(|(_, verdict)| matches!(verdict, Verdict::Tenants { .. }));
    let of_tenants =
        of_tenants.and_then(|(name, verdict)| column_of(name, verdict)).map(|column| column.base.as_str());
    let usable = |base: &&str| TYPES.contains(base);
    let most_frequent = || {
        counts.iter().filter(|(base, _)| usable(base)).max_by_key(|(_, count)| **count).map(|(base, _)| *base)
    };
    let base = of_tenants.filter(usable).or_else(most_frequent)?.to_owned();
    let most = whole.get(base.as_str())?.iter().max_by_key(|(_, count)| **count)?.0;
    let column_type = (*most).to_owned();
    let mut changed = Verdicts::new();
    for (name, verdict) in verdicts.iter() {
        let Some(column) = column_of(name, verdict) else { continue };
        let kind = match column.kind.as_str() {
            "e" => "an enum",
            "d" => "a domain",
            _ => "of a type",
        };
        // `varchar` and `text` are compared as they are.
        let texts = ["character varying", "text"];
        let same =
            column.base == base || texts.contains(&column.base.as_str()) && texts.contains(&base.as_str());
        if !TYPES.contains(&column.base.as_str()) {
            changed.insert(name.clone(), Verdict::undecided(
                format!("its tenant column {} is {kind} ({}), which is no id of a tenant here", column.name, column.type_name),
                "give it a type of these: smallint, integer, bigint, uuid, text, varchar (from char(n) that rewrites the table); for a type of your own, declare the table by hand and implement `tenancy_rls::TenantType`",
            ));
        } else if !same {
            changed.insert(
                name.clone(),
                Verdict::undecided(
                    format!(
                        "its tenant column {} is {}, and the tenants' is {base}",
                        column.name, column.type_name
                    ),
                    "give it that type, or declare another kind of owner by hand",
                ),
            );
        }
    }
    verdicts.extend(changed);
    Some(column_type)
}

/// The ways of a table to tables whose owner is known, the best first.
pub(crate) fn ways(catalog: &Catalog, table: &Table, verdicts: &Verdicts) -> Vec<Way> {
    let key = table.primary_key();
    let mut found: Vec<(bool, usize, bool, Way)> = Vec::new();
    for foreign_key in catalog.of_child(&table.name).filter(|key| key.parent != key.child) {
        let Some((column, parent_key)) = foreign_key.single() else { continue };
        let is_known = verdicts.get(&foreign_key.parent).is_some_and(Verdict::is_of_a_tenant);
        if !is_known || leads_back(&foreign_key.parent, &table.name, verdicts) {
            continue;
        }
        let way = Way::of(catalog, foreign_key, column, parent_key);
        let not_null = way.not_null;
        let steps = steps(&foreign_key.parent, verdicts);
        found.push((!not_null, steps, !key.contains(&way.column), way));
    }
    found.sort_by(|one, other| {
        (one.0, one.1, one.2, &one.3.column).cmp(&(other.0, other.1, other.2, &other.3.column))
    });
    found.into_iter().map(|(.., way)| way).collect()
}

/// How many tables are between and the one that names the tenant.
fn steps(name: &Name, verdicts: &Verdicts) -> usize {
    let mut steps = 0;
    let mut at = name;
    while let Some(way) = verdicts.get(at).and_then(Verdict::way) {
        steps += 1;
        at = &way.parent;
    }
    steps
}

fn leads_back(from: &Name, to: &Name, verdicts: &Verdicts) -> bool {
    let mut at = from;
    while let Some(way) = verdicts.get(at).and_then(Verdict::way) {
        if way.parent == *to {
            return true;
        }
        at = &way.parent;
    }
    false
}

fn best(catalog: &Catalog, table: &Table, verdicts: &Verdicts, decisions: &Decisions) -> Option<Way> {
    let mut ways = ways(catalog, table, verdicts);
    if let Some(by) = decisions.by.get(&table.name) {
        let mut way = ways.into_iter().find(|way| way.column == *by)?;
        way.why = Some("by --by".to_owned());
        return Some(way);
    }
    ways.retain(|way| way.not_null);
    let several = ways.len() > 1;
    let mut way = ways.into_iter().next()?;
    if several {
        way.why = Some("never NULL, and nearest to the tenant".to_owned());
    }
    Some(way)
}

fn verdict_of(table: &Table, way: Way, decisions: &Decisions) -> Verdict {
    let through = decisions.through_all || decisions.through.contains(&table.name);
    if through && way.not_null {
        return Verdict::Through { way };
    }
    if through {
        return Verdict::undecided(
            format!("its {} may be NULL, and a row without a parent would be nobody's", way.column),
            "make the column NOT NULL, or leave --through out, which gives it a column of its own",
        );
    }
    if let Some(kind) = table.other_kind() {
        return Verdict::undecided(
            format!("it is {kind}, to which this writes no column"),
            format!("add it by hand, or declare it through its parent: --through {}", table.name),
        );
    }
    if table.primary_key().is_empty() {
        return Verdict::undecided(
            "it has no primary key, by which rows are filled in ranges",
            format!("give it one, or declare it through its parent: --through {}", table.name),
        );
    }
    Verdict::Column { column: decisions.columns.first().cloned().unwrap_or_default(), way }
}

/// Why no way was taken.
fn unreached(catalog: &Catalog, table: &Table, verdicts: &Verdicts) -> Verdict {
    let name = &table.name;
    if let Some(way) = ways(catalog, table, verdicts).first() {
        return Verdict::undecided(
            format!(
                "it refers to {} by {}, which may be NULL: a row without one would be nobody's",
                way.parent, way.column
            ),
            format!(
                "if each row has one, --by {name}={}; otherwise say whose such rows are, or make it --global {name}",
                way.column
            ),
        );
    }
    let several = catalog
        .of_child(name)
        .find(|key| key.single().is_none() && verdicts.get(&key.parent).is_some_and(Verdict::is_of_a_tenant));
    if let Some(key) = several {
        return Verdict::undecided(
            format!("it refers to {} by a foreign key of several columns, {}", key.parent, key.name),
            "add the column by hand, or a foreign key of one column",
        );
    }
    let of_undecided = catalog.of_child(name).find(|key| {
        key.parent != *name && matches!(verdicts.get(&key.parent), Some(Verdict::Undecided { .. }))
    });
    if let Some(key) = of_undecided {
        return Verdict::undecided(
            format!("it leads to {}, which is undecided itself", key.parent),
            format!("decide {} first", key.parent),
        );
    }
    let mut links: Vec<_> = catalog
        .foreign_keys
        .iter()
        .filter(|key| key.parent == *name && key.child != *name)
        .filter(|key| verdicts.get(&key.child).is_some_and(Verdict::is_of_a_tenant))
        .collect();
    // What names the tenant itself is more likely to say who sees the row.
    links.sort_by_key(|key| !matches!(verdicts.get(&key.child), Some(Verdict::Owned { not_null: true, .. })));
    let link = links.first();
    let reason = "no foreign key leads from it to a tenant".to_owned();
    match link.and_then(|key| key.single().map(|(column, _)| (key, column))) {
        Some((key, column)) => Verdict::undecided(
            format!("{reason}, and tables of tenants refer to it ({})", key.child),
            format!(
                "if a tenant sees those that it refers to, --link '{name}={}({column})'; if every tenant may read all of it, --global {name}",
                key.child
            ),
        ),
        None => Verdict::undecided(
            reason,
            format!(
                "if every tenant may read all of it, --global {name}; otherwise it lacks a column, or a foreign key"
            ),
        ),
    }
}
