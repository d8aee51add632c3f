//! Which keys and indexes change.

use serde::Serialize;

use super::catalog::{Catalog, Name, quoted};
use super::judge::Verdicts;
use super::rows::Rows;
use super::verdict::{Verdict, Way};
use std::collections::BTreeMap;

/// A unique key of (tenant, key), which composite foreign keys need, and by which the tenant's rows are found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct NewKey {
    pub(crate) table: Name,
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
}

/// A foreign key that pairs the tenants as well.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Paired {
    pub(crate) child: Name,
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) parent: Name,
    pub(crate) keys: Vec<String>,
    /// The foreign key that it takes the place of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instead_of: Option<String>,
}

/// A unique key without the tenant: whoever inserts learns whether another tenant has the value.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Probe {
    pub(crate) table: Name,
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) partial: bool,
    pub(crate) expression: bool,
}

#[derive(Debug, Default, Serialize)]
pub(crate) struct Changes {
    pub(crate) keys: Vec<NewKey>,
    pub(crate) foreign_keys: Vec<Paired>,
    pub(crate) probes: Vec<Probe>,
}

/// What follows from the verdicts.
pub(crate) fn of(catalog: &Catalog, verdicts: &Verdicts, rows: &BTreeMap<Name, (Verdict, Rows)>) -> Changes {
    let mut changes = Changes::default();
    for (name, verdict) in verdicts {
        let (Some(table), Some(column)) = (catalog.tables.get(name), verdict.tenant_column()) else {
            continue;
        };
        if matches!(verdict, Verdict::Tenants { .. }) {
            continue;
        }
        let generated = |columns: &[String]| {
            let [one] = columns else { return false };
            table.column(one).is_some_and(|column| column.base == "uuid")
        };
        for key in table.keys.iter().filter(|key| key.unique && !key.columns.iter().any(|one| one == column))
        {
            // Random ids tell nothing.
            if !(key.primary && generated(&key.columns)) {
                changes.probes.push(Probe {
                    table: name.clone(),
                    name: key.name.clone(),
                    columns: key.columns.clone(),
                    partial: key.partial,
                    expression: key.expression,
                });
            }
        }
        let primary = table.primary_key();
        if matches!(verdict, Verdict::Column { .. }) && !primary.is_empty() {
            changes.key(catalog, verdicts, name, primary);
        }
        changes.pair(catalog, verdicts, rows, name, column);
    }
    changes
}

impl Changes {
    /// Sees to a unique key of the tenant and `columns`.
    fn key(&mut self, catalog: &Catalog, verdicts: &Verdicts, name: &Name, columns: &[String]) {
        let (Some(table), Some(tenant)) =
            (catalog.tables.get(name), verdicts.get(name).and_then(Verdict::tenant_column))
        else {
            return;
        };
        let mut wanted = vec![tenant.to_owned()];
        wanted.extend(columns.iter().filter(|column| *column != tenant).cloned());
        let same = |columns: &[String]| {
            columns.len() == wanted.len() && wanted.iter().all(|column| columns.contains(column))
        };
        let is_there =
            table.keys.iter().any(|key| key.unique && !key.partial && !key.expression && same(&key.columns));
        if is_there || self.keys.iter().any(|key| key.table == *name && same(&key.columns)) {
            return;
        }
        let what = columns.join("_");
        let key = shortened(&name.name, &format!("_{what}_tenancy"));
        self.keys.push(NewKey { table: name.clone(), name: key, columns: wanted });
    }

    /// The foreign keys of a table with a tenant column.
    fn pair(
        &mut self,
        catalog: &Catalog,
        verdicts: &Verdicts,
        rows: &BTreeMap<Name, (Verdict, Rows)>,
        name: &Name,
        tenant: &str,
    ) {
        let verdict = &verdicts[name];
        // NULL pairs with nothing, and a shared row's parent may be anybody's.
        if matches!(verdict, Verdict::Shared { .. }) {
            return;
        }
        for foreign_key in catalog.of_child(name) {
            let Some((column, key)) = foreign_key.single() else { continue };
            let Some(parent) = verdicts.get(&foreign_key.parent) else { continue };
            let (Some(of_parent), false) =
                (parent.tenant_column(), matches!(parent, Verdict::Tenants { .. } | Verdict::Shared { .. }))
            else {
                continue;
            };
            if column == tenant {
                continue;
            }
            let disagrees = rows.get(name).is_some_and(|(_, rows)| {
                rows.edges.iter().any(|edge| edge.foreign_key == foreign_key.name && edge.disagreeing > 0)
            });
            let is_part = catalog.tables.get(name).is_some_and(|table| table.other_kind().is_some())
                || catalog.tables.get(&foreign_key.parent).is_some_and(|table| table.other_kind().is_some());
            if disagrees || is_part {
                continue;
            }
            self.key(catalog, verdicts, &foreign_key.parent, &[key.to_owned()]);
            self.foreign_keys.push(Paired {
                child: name.clone(),
                name: shortened(&name.name, &format!("_{column}_tenancy")),
                columns: vec![tenant.to_owned(), column.to_owned()],
                parent: foreign_key.parent.clone(),
                keys: vec![of_parent.to_owned(), key.to_owned()],
                instead_of: Some(foreign_key.name.clone()),
            });
        }
        let tenants = verdicts.iter().find_map(|(name, verdict)| match verdict {
            Verdict::Tenants { column } => Some((name, column)),
            _ => None,
        });
        if let (Verdict::Column { column, .. }, Some((tenants, key))) = (verdict, tenants) {
            self.foreign_keys.push(Paired {
                child: name.clone(),
                name: shortened(&name.name, &format!("_{column}_fkey")),
                columns: vec![column.clone()],
                parent: tenants.clone(),
                keys: vec![key.clone()],
                instead_of: None,
            });
        }
    }
}

/// A name of at most 63 bytes, as PostgreSQL keeps it.
pub(crate) fn shortened(table: &str, end: &str) -> String {
    const LONGEST: usize = 63;
    if table.len() + end.len() <= LONGEST {
        return format!("{table}{end}");
    }
    use sha2::{Digest as _, Sha256};
    let digest: String =
        Sha256::digest(format!("{table}{end}")).iter().take(5).map(|byte| format!("{byte:02x}")).collect();
    let cut = (0..=LONGEST - digest.len() - 1).rev().find(|at| format!("{table}{end}").is_char_boundary(*at));
    let whole = format!("{table}{end}");
    format!("{}_{digest}", &whole[..cut.unwrap_or(0)])
}

/// The parents' columns in a way, for a text.
pub(crate) fn told(way: &Way) -> String {
    format!("{} -> {}.{}", quoted(&way.column), way.parent, quoted(&way.key))
}
