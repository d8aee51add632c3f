//! Keys that hold the tenant: unique ones, foreign ones, and an index that the tenant leads.
//!
//! What has to be done to the keys of the tables `declared (relation oid, tenant name, sql_type text, shared text)`, of which `kept (relation
//! oid, key name)` stay unique over all tenants, and by which tables others belong to tenants, `referring (relation oid, member
//! name, other oid, key name, kind text)`, is one query's answer, for the migration and for an inspection. Its `repairs
//! (phase, relation, name, kind, statement, undo)` are in the order in which they can be done:
//!
//! - Foreign keys between tenant tables that do not pair the tenants are dropped first (phase 1) and added again with the
//!   tenant last (phase 3): what they refer to has to change between.
//! - Unique and exclusion keys without the tenant get it as their first column (phase 2), and keep whatever else they carry, on
//!   every part of a partitioned table. Where a unique index of just these columns is there, the key takes it. A key that something
//!   else needs as it is (a foreign key of a table that is no tenant's, a view that groups by it) stays, and gets one with the tenant
//!   beside it.
//! - Where there is no index that the tenant leads by then, one is built (phase 4).
//!
//! What cannot be done by itself has no statement, or is among the `obstacles (object, reason, fix)`.

mod parts;
mod references;

pub(crate) use self::references::kind;
use sha2::{Digest as _, Sha256};

use super::Step;
use crate::belongs::Belongs;
use crate::quote::{hex, identifier, literal};
use crate::row_security::{RowSecurity, Server};
use crate::table::Table;
use crate::through::Shared;

/// The facts, the texts of the keys, and what follows.
pub(crate) const REPAIRS: &str = concat!(
    include_str!("facts.sql"),
    ", ",
    include_str!("texts.sql"),
    ", ",
    include_str!("spare.sql"),
    ", ",
    include_str!("repairs.sql")
);

/// The parents whose key two tenants could have, of `referring`.
pub(crate) const UNKEYED: &str = include_str!("unkeyed.sql");

/// The longest name that PostgreSQL keeps whole, in bytes.
const LONGEST_NAME: usize = 63;

/// The block that does it, and remembers how to take it back. On Citus, whose tables have no other keys, only the index.
pub(super) fn steps(wall: &RowSecurity) -> Vec<Step> {
    match wall.server {
        Server::PostgreSql => {
            let mut steps = vec![repair(wall)];
            steps.extend(references::step(wall));
            steps.push(parts::step(wall));
            steps
        }
        Server::Citus => wall
            .tables
            .by_column()
            .map(|(table, tenant)| {
                let index = index_name(table.name(), "_tenancy");
                Step::new(
                    format!(
                        "CREATE INDEX IF NOT EXISTS {} ON {} ({})",
                        identifier(&index),
                        wall.tables.sql_name(table),
                        identifier(&tenant.name)
                    ),
                    format!(
                        "DROP INDEX IF EXISTS {}.{}",
                        identifier(wall.tables.schema_of(table)),
                        identifier(&index)
                    ),
                )
            })
            .collect(),
    }
}

/// A table's index, named after all of the table's name where that is too long to stand in it.
fn index_name(table: &str, suffix: &str) -> String {
    if table.len() + suffix.len() <= LONGEST_NAME {
        return format!("{table}{suffix}");
    }
    let digest = format!("_{}{suffix}", hex(&Sha256::digest(table)[..4]));
    let most = LONGEST_NAME - digest.len();
    let end = (0..=most).rev().find(|end| table.is_char_boundary(*end)).unwrap_or(0);
    format!("{}{digest}", &table[..end])
}

/// The declared tables with a tenant column, with `columns` of each, as rows.
fn rows(wall: &RowSecurity, columns: impl Fn(&str, &str, &str, &str) -> String) -> String {
    let rows: Vec<_> = wall
        .tables
        .by_column()
        .map(|(table, tenant)| {
            columns(
                &literal(&wall.tables.sql_name(table)),
                &literal(&tenant.name),
                &literal(&tenant.sql_type),
                &literal(shared(table)),
            )
        })
        .collect();
    rows.join(",\n               ")
}

/// How the rows that all tenants share are told from the others, for the queries: `null`, `value`, or nothing.
pub(crate) fn shared(table: &Table) -> &'static str {
    match table.belongs() {
        Some(Belongs::Column { shared: Some(Shared::Null), .. }) => "null",
        Some(Belongs::Column { shared: Some(Shared::Value(_)), .. }) => "value",
        _ => "",
    }
}

/// The keys that stay as they are, as the query of them.
fn kept(wall: &RowSecurity) -> String {
    let rows: Vec<_> = wall
        .tables
        .over_all_tenants()
        .map(|key| format!("({}::regclass::oid, {}::name)", literal(&key.table), literal(key.key)))
        .collect();
    if rows.is_empty() {
        "SELECT 0::oid, ''::name WHERE false".to_owned()
    } else {
        format!("VALUES {}", rows.join(", "))
    }
}

fn repair(wall: &RowSecurity) -> Step {
    let given = format!(
        "declared (relation, tenant, sql_type, shared) AS (\n        VALUES {declared}\n        ), \
         kept (relation, key) AS ({kept}), referring (relation, member, other, key, kind) AS ({referring}), {REPAIRS}",
        declared = rows(wall, |name, tenant, sql_type, shared| format!(
            "({name}::regclass::oid, {tenant}::name, {sql_type}, {shared})"
        )),
        kept = kept(wall),
        referring = references::query(wall),
    );
    let objects = rows(wall, |name, _, _, _| format!("({name}::regclass::oid, {name})"));
    // With nothing in the search path but the catalog, the server prints every name with its schema. The answer is sorted, and so
    // complete before the first statement changes what it was asked of.
    Step::up(format!(
        "DO $tenancy$
DECLARE
    search_path text := current_setting('search_path');
    found record;
    told text;
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    FOR found IN
        WITH RECURSIVE {given}
        SELECT r.phase, r.relation, r.name, r.kind, o.object, r.statement, r.undo
          FROM repairs AS r JOIN tenants AS t USING (relation) JOIN (VALUES {objects}) AS o (relation, object) ON o.relation = t.root
         WHERE r.statement IS NOT NULL
         UNION ALL
        SELECT -1, 0, '', 'obstacle', string_agg(object || ': ' || reason, '; '), string_agg(object || ': ' || fix, '; '), NULL
          FROM obstacles HAVING count(*) > 0
         UNION ALL
        SELECT 0, k.indrelid, k.name, 'notice', format('%s key %I', k.qualified, k.name), h.holders, NULL
          FROM held AS h JOIN keys AS k ON k.indexrelid = h.root WHERE NOT k.has_tenant
         ORDER BY phase, relation, name
    LOOP
        IF found.kind = 'obstacle' THEN
            RAISE feature_not_supported USING MESSAGE = 'the wall cannot go up, and no table was changed: ' || found.object, HINT = found.statement;
        ELSIF found.kind = 'notice' THEN
            RAISE NOTICE '% stays without the tenant: needed by %', found.object, found.statement;
            CONTINUE;
        END IF;
        BEGIN
            EXECUTE found.statement;
        EXCEPTION WHEN foreign_key_violation THEN
            GET STACKED DIAGNOSTICS told = PG_EXCEPTION_DETAIL;
            RAISE foreign_key_violation USING
                MESSAGE = format('the wall cannot go up: rows refer to another tenant''s by the foreign key %s of %s', found.name, found.object),
                DETAIL = told,
                HINT = 'Mend the rows, or make the key NOT VALID: it then holds for new rows, and is checked for the old ones by VALIDATE CONSTRAINT.';
        END;
        INSERT INTO tenancy.before_wall (object, undo) VALUES (found.object, found.undo);
    END LOOP;
    PERFORM set_config('search_path', search_path, true);
END
$tenancy$"
    ))
}

#[cfg(test)]
mod tests {
    use super::LONGEST_NAME;

    fn index_name(table: &str) -> String {
        super::index_name(table, "_tenancy")
    }

    #[test]
    fn long_names_are_told_apart_by_all_of_them() {
        assert_eq!(index_name("agents"), "agents_tenancy");
        let long = "m".repeat(55);
        assert_eq!(index_name(&long), format!("{long}_tenancy"));
        let [one, other] = ["entries", "lines"].map(|end| index_name(&format!("{long}{end}")));
        assert!(one != other && one.len() == LONGEST_NAME, "{one} {other}");
        assert!(index_name(&"ü".repeat(40)).len() <= LONGEST_NAME);
    }
}
