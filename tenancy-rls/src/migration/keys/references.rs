//! What tables without a tenant column need, whose rows belong to tenants through another's: that no two rows of that one have the
//! same key, whoever's they are, and an index that begins with the column that refers to it. Their own keys stay as they are.

use super::{Step, UNKEYED, index_name};
use crate::belongs::{Belongs, Reference};
use crate::quote::{identifier, literal, qualified};
use crate::row_security::RowSecurity;

/// Through which tables others belong to tenants, as the query of it.
pub(super) fn query(wall: &RowSecurity) -> String {
    let rows: Vec<_> = wall
        .tables
        .of_tenants()
        .filter_map(|(table, belongs)| {
            let reference = belongs.reference()?;
            Some(format!(
                "({}::regclass::oid, {}::name, {}::regclass::oid, {}::name, {}::text)",
                literal(&wall.tables.sql_name(table)),
                literal(&reference.column),
                literal(&wall.tables.name_of(&reference.through)),
                literal(&reference.through.key),
                literal(kind(belongs)),
            ))
        })
        .collect();
    if rows.is_empty() {
        "SELECT 0::oid, ''::name, 0::oid, ''::name, ''::text WHERE false".to_owned()
    } else {
        format!("VALUES {}", rows.join(", "))
    }
}

/// How rows belong to tenants, in a word for the queries.
pub(crate) fn kind(belongs: &Belongs) -> &'static str {
    match belongs {
        Belongs::Column { .. } => "column",
        Belongs::Parent(_) => "parent",
        Belongs::Link(_) => "link",
    }
}

/// The block that makes what is missing.
pub(super) fn step(wall: &RowSecurity) -> Option<Step> {
    let rows: Vec<_> = wall
        .tables
        .by_reference()
        .map(|(table, Reference { column, through, .. })| {
            let index = index_name(table.name(), "_tenancy");
            let key = index_name(&format!("{}_{}", through.table, through.key), "_tenancy_key");
            let [object, other] =
                [wall.tables.sql_name(table), wall.tables.name_of(through)].map(|name| literal(&name));
            let qualified = qualified(wall.tables.schema_of(table), &index);
            let [member, index, qualified, key] =
                [column.as_ref(), &identifier(&index), &qualified, &identifier(&key)].map(literal);
            format!("({object}, {member}, {index}, {qualified}, {other}, {key})")
        })
        .collect();
    (!rows.is_empty()).then(|| {
        Step::up(format!(
            "DO $tenancy$
DECLARE
    found record;
BEGIN
    FOR found IN
        WITH referring (relation, member, other, key, kind) AS ({referring}), {UNKEYED}
        SELECT DISTINCT t.other, t.name, u.key, string_agg(u.relation::regclass::text, ', ') AS children
          FROM unkeyed AS u JOIN (VALUES {rows}) AS t (object, member, index, qualified, other, name)
            ON (t.object::regclass, t.member, t.other::regclass) = (u.relation, u.member, u.other)
         GROUP BY t.other, t.name, u.key
    LOOP
        BEGIN
            EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %s UNIQUE (%I)', found.other, found.name, found.key);
        EXCEPTION WHEN unique_violation THEN
            RAISE unique_violation USING
                MESSAGE = format('the wall cannot go up: two rows of %s have one %I, through which the rows of %s belong to tenants',
                                 found.other, found.key, found.children),
                HINT = 'Number them anew: whose the others'' rows are is not to be told otherwise.';
        END;
        INSERT INTO tenancy.before_wall (object, undo)
        VALUES (found.other, format('ALTER TABLE %s DROP CONSTRAINT %s', found.other, found.name));
    END LOOP;
    FOR found IN
        SELECT t.* FROM (VALUES {rows}) AS t (object, member, index, qualified, other, name)
          JOIN pg_attribute AS a ON a.attrelid = t.object::regclass AND a.attname = t.member AND NOT a.attisdropped
         WHERE to_regclass(t.qualified) IS NULL
           AND NOT EXISTS (SELECT FROM pg_index AS i
                            WHERE i.indrelid = a.attrelid AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum)
    LOOP
        EXECUTE format('CREATE INDEX %s ON %s (%I)', found.index, found.object, found.member);
        INSERT INTO tenancy.before_wall (object, undo) VALUES (found.object, 'DROP INDEX ' || found.qualified);
    END LOOP;
END
$tenancy$",
            referring = query(wall),
            rows = rows.join(", "),
        ))
    })
}
