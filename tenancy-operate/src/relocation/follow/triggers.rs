//! The SQL of the triggers that follow a table's changes.

use super::super::sql::{columns, dollar_quoted, identifier, literal};
use super::super::tables::Moved;
use super::{OPEN, Objects};

/// `jsonb_build_array(NEW.a, NEW.b)`.
fn key(row: &str, names: impl Iterator<Item = impl AsRef<str>>) -> String {
    let names: Vec<_> = names.map(|name| name.as_ref().to_owned()).collect();
    format!("jsonb_build_array({})", columns(row, names.iter().map(String::as_str)))
}

/// Whom a row belongs to at the chain's end: the sub-select, with `row` as the first row.
fn owner(table: &Moved, row: &str) -> String {
    let mut from = String::new();
    let mut condition = String::new();
    for (index, step) in table.chain.iter().enumerate() {
        if index == 0 {
            from = format!("{} AS p0", step.table);
            condition = format!("p0.{} = {row}.{}", identifier(&step.key), identifier(&step.column));
        } else {
            from.push_str(&format!(
                " JOIN {} AS p{index} ON p{index}.{} = p{}.{}",
                step.table,
                identifier(&step.key),
                index - 1,
                identifier(&step.column)
            ));
        }
    }
    let last = table.chain.len().saturating_sub(1);
    format!(
        "(SELECT p{last}.{}::text FROM {from} WHERE {condition} LIMIT 1)",
        identifier(&table.tenant_column)
    )
}

/// The statements that write down the keys of the rows that belong to the tenant by way of the row `NEW` of `table`.
fn below(objects: &Objects, table: &Moved, tables: &[Moved]) -> String {
    let own = table.source.sql();
    let mut sql = String::new();
    for child in tables {
        let Some(position) = child.chain.iter().position(|step| step.table == own) else { continue };
        let mut from = format!("{} AS c0", child.source.sql());
        for (index, step) in child.chain.iter().take(position).enumerate() {
            let next = index + 1;
            from.push_str(&format!(
                " JOIN {} AS c{next} ON c{next}.{} = c{index}.{}",
                step.table,
                identifier(&step.key),
                identifier(&step.column)
            ));
        }
        let step = &child.chain[position];
        sql.push_str(&format!(
            "        INSERT INTO {} (relation, key) SELECT {}, {} FROM {from} WHERE c{position}.{} = NEW.{};\n",
            objects.changes(),
            child.number,
            key("c0", child.key()),
            identifier(&step.column),
            identifier(&step.key),
        ));
    }
    sql
}

/// The columns of `table` by which others belong to its rows, and it to others.
fn ties(table: &Moved, tables: &[Moved]) -> Vec<String> {
    let own = table.source.sql();
    let mut names: Vec<_> = tables
        .iter()
        .flat_map(|child| child.chain.iter().filter(|step| step.table == own).map(|step| step.key.clone()))
        .collect();
    names.push(table.chain.first().map_or_else(|| table.tenant_column.clone(), |step| step.column.clone()));
    names.sort_unstable();
    names.dedup();
    names
}

/// The triggers of a table, by their events and their numbers in `pg_trigger.tgtype`: after each row, and before the statement.
pub(super) const EVENTS: &str =
    "(VALUES ('INSERT', 5), ('DELETE', 9), ('UPDATE', 17), ('TRUNCATE', 34)) AS e (event, kind)";

/// The event, and what the server says of the trigger `t` behind the name of its table: for what, with which condition, and what it calls. Its own name and the
/// table's stand before that, so that it is the same of a part.
pub(super) const DEFINITION: &str = r"e.event || replace(substr(pg_get_triggerdef(t.oid),
    strpos(pg_get_triggerdef(t.oid), format(' ON %s ', t.tgrelid::regclass)) + length(format(' ON %s', t.tgrelid::regclass))), E'\n', ' ')";

/// What the function of one table's triggers does, as the server keeps it.
pub(super) fn body(objects: &Objects, table: &Moved, tables: &[Moved], tenant: &str) -> String {
    let (changes, fence, number) = (objects.changes(), objects.fence(), table.number);
    let (old, new) = (key("OLD", table.key()), key("NEW", table.key()));
    // Where the rows name their tenant, the triggers' conditions have looked already.
    let whose = if table.chain.is_empty() {
        "    mine := true;\n".to_owned()
    } else {
        let tenant = literal(tenant);
        format!(
            "    IF TG_OP <> 'DELETE' THEN
        mine := {new} IS NOT DISTINCT FROM {tenant};
    END IF;
    IF TG_OP <> 'INSERT' AND NOT mine THEN
        whose := {old};
        mine := whose IS NOT DISTINCT FROM {tenant};
        -- Its parent went first, or went elsewhere: it may have been the tenant's.
        lost := whose IS NULL;
    END IF;
    IF NOT mine AND NOT lost THEN
        RETURN NULL;
    END IF;\n",
            new = owner(table, "NEW"),
            old = owner(table, "OLD"),
        )
    };
    let below = below(objects, table, tables);
    let below = if below.is_empty() {
        String::new()
    } else {
        let changed: Vec<_> = ties(table, tables)
            .iter()
            .map(|name| format!("OLD.{0} IS DISTINCT FROM NEW.{0}", identifier(name)))
            .collect();
        format!(
            "    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND ({}) THEN\n{below}    END IF;\n",
            changed.join(" OR ")
        )
    };
    format!(
        "
DECLARE
    mine boolean := false;
    lost boolean := false;
    whose text;
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        RAISE EXCEPTION 'a tenant is being moved from this table, and TRUNCATE cannot be followed'
            USING ERRCODE = 'object_in_use', HINT = 'Wait for the move, or take it back: tenancy move --undo.';
    END IF;
{whose}    IF (SELECT f.last_value FROM {fence} AS f) <> {OPEN}
       AND (NOT mine OR current_setting('session_replication_role') = 'replica') THEN
        -- Whoever erases what was left here; and what was never the tenant's.
        RETURN NULL;
    END IF;
    -- This waits while the tenant's writes are stopped.
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO {changes} (relation, key) VALUES ({number}, {old});
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO {changes} (relation, key) VALUES ({number}, {new});
    END IF;
    IF mine AND (SELECT f.last_value FROM {fence} AS f) <> {OPEN} THEN
        RAISE EXCEPTION 'this tenant is moving to another place, or has moved'
            USING ERRCODE = 'serialization_failure', HINT = 'Ask the catalog of tenants for its place, and try the transaction again there.';
    END IF;
{below}    RETURN NULL;
END
"
    )
}

/// Where the function looks for names, as the server keeps it.
pub(super) const SEARCH_PATH: &str = "pg_catalog, pg_temp";

/// The function of one table's triggers.
pub(super) fn function(objects: &Objects, table: &Moved, tables: &[Moved], tenant: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SET search_path = {SEARCH_PATH} AS {};\n",
        objects.function(table.number),
        dollar_quoted(&body(objects, table, tables, tenant)),
    )
}

/// The triggers for the rows of `name`, a table or what inherits from it; partitions have their parent's. They fire for replicated changes too.
pub(super) fn of_rows(objects: &Objects, table: &Moved, name: &str, tenant: &str) -> String {
    let function = objects.function(table.number);
    let when = |rows: &[&str]| {
        if !table.chain.is_empty() {
            return String::new();
        }
        let (column, sql_type) =
            (identifier(&table.tenant_column), table.source.type_of(&table.tenant_column));
        let conditions: Vec<_> =
            rows.iter().map(|row| format!("{row}.{column} = {}::{sql_type}", literal(tenant))).collect();
        format!(" WHEN ({})", conditions.join(" OR "))
    };
    let mut sql = String::new();
    for (event, rows) in [("insert", &["NEW"][..]), ("update", &["OLD", "NEW"]), ("delete", &["OLD"])] {
        let trigger = objects.trigger(event);
        sql.push_str(&format!(
            "CREATE OR REPLACE TRIGGER {trigger} AFTER {} ON {name} FOR EACH ROW{} EXECUTE FUNCTION {function}();
ALTER TABLE {name} ENABLE ALWAYS TRIGGER {trigger};\n",
            event.to_uppercase(),
            when(rows),
        ));
    }
    sql
}

/// The trigger that refuses to TRUNCATE `name`, a table or a part of it: who names a part asks no other.
pub(super) fn of_truncate(objects: &Objects, table: &Moved, name: &str) -> String {
    let (trigger, function) = (objects.trigger("truncate"), objects.function(table.number));
    format!(
        "CREATE OR REPLACE TRIGGER {trigger} BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {function}();
ALTER TABLE {name} ENABLE ALWAYS TRIGGER {trigger};\n"
    )
}

/// Writes down what the server says of the triggers of `name`, a table, as a comment on their function: a condition that is written otherwise is not the one
/// that was made, and how the server prints it only the server knows.
pub(super) fn remember(objects: &Objects, table: &Moved, name: &str) -> String {
    let function = objects.function(table.number);
    let block = format!(
        "
BEGIN
    EXECUTE format('COMMENT ON FUNCTION {function}() IS %L',
        (SELECT string_agg({DEFINITION}, E'\\n' ORDER BY e.kind)
           FROM pg_trigger AS t JOIN {EVENTS} ON e.kind = t.tgtype
          WHERE t.tgrelid = {}::regclass AND t.tgname = {} || lower(e.event)));
END
",
        literal(name),
        literal(&objects.trigger("")),
    );
    format!("DO {};\n", dollar_quoted(&block))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relocation::relation::{Column, Relation};
    use crate::relocation::tables::Step;

    fn relation(name: &str) -> Relation {
        let column = |name: &str| Column {
            name: name.to_owned(),
            sql_type: "integer".to_owned(),
            relative_type: "integer".to_owned(),
            not_null: true,
            generated: false,
        };
        Relation {
            schema: "public".to_owned(),
            name: name.to_owned(),
            oid: "1".to_owned(),
            kind: "r".to_owned(),
            owned: true,
            wall: String::new(),
            columns: vec![column("id"), column("tenant_id")],
            key: vec!["id".to_owned()],
        }
    }

    fn moved(number: usize, name: &str, chain: Vec<Step>) -> Moved {
        Moved {
            number,
            source: relation(name),
            destination: relation(name),
            own_at_source: "true".to_owned(),
            own_at_destination: "true".to_owned(),
            chain,
            tenant_column: "tenant_id".to_owned(),
        }
    }

    #[test]
    fn a_parent_that_comes_brings_its_children_along() {
        let step = |table: &str| Step {
            column: "parent".to_owned(),
            table: format!(r#""public"."{table}""#),
            key: "id".to_owned(),
        };
        let tables = [
            moved(0, "boards", Vec::new()),
            moved(1, "notes", vec![step("boards")]),
            moved(2, "marks", vec![step("notes"), step("boards")]),
        ];
        let objects = Objects::of(7);
        let sql = function(&objects, &tables[0], &tables, "acme");
        assert!(sql.contains(r#"SELECT 1, jsonb_build_array(c0."id") FROM "public"."notes" AS c0 WHERE c0."parent" = NEW."id""#), "{sql}");
        assert!(
            sql.contains(
                r#"SELECT 2, jsonb_build_array(c0."id") FROM "public"."marks" AS c0 JOIN "public"."notes" AS c1 ON c1."id" = c0."parent" WHERE c1."parent" = NEW."id""#
            ),
            "{sql}"
        );
        let sql = function(&objects, &tables[2], &tables, "o'neil");
        assert!(sql.contains(r#"(SELECT p1."tenant_id"::text FROM "public"."notes" AS p0 JOIN "public"."boards" AS p1 ON p1."id" = p0."parent" WHERE p0."id" = NEW."parent" LIMIT 1)"#), "{sql}");
        assert!(sql.contains("IS NOT DISTINCT FROM 'o''neil'") && !sql.contains("SECURITY DEFINER"), "{sql}");
        // A tenant's id may be any text, and ends no function.
        let sql = function(&objects, &tables[2], &tables, "$tenancy$; DROP TABLE boards; --");
        assert!(sql.contains(" AS $_tenancy$\n") && sql.ends_with("$_tenancy$;\n"), "{sql}");
        assert!(
            of_rows(&objects, &tables[0], "boards", "7")
                .contains(r#"WHEN (OLD."tenant_id" = '7'::integer OR NEW."tenant_id" = '7'::integer)"#)
        );
        assert!(!of_rows(&objects, &tables[1], "notes", "7").contains("WHEN"));
    }
}
