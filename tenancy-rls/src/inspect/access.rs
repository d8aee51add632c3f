//! Real reads and refused writes, tried on each tenant table: what holds there whatever the catalog says.

use diesel::pg::Pg;
use diesel::result::Error;
use diesel_async::AsyncConnection;

use super::Inspection;
use super::finding::Finding;
use super::telling::Telling;
use super::tried::{Block, nobodies};
use crate::belongs::{Belongs, is_foreign};
use crate::quote::literal;
use crate::row_security::RowSecurity;
use crate::table::Table;
use crate::through::Shared;

/// The block, which has the tables as `tried (name, tenant, is_foreign, other, setting)`.
///
/// - It changes nothing: each write is refused or taken back, and so are the settings. No default is computed, so that no sequence
///   moves, and a table with triggers or rules for its inserts, which could do anything, is not written to.
/// - Policies are asked after a row is computed and before its constraints are: a row that a constraint refuses was let through.
/// - What cannot be tried says nothing: a table that is locked, a server that only reads, a grant that is not there, a tenant that the
///   type does not take, a partition that is not there.
const BLOCK: Block = Block {
    declares: "
    relation record;
    seen boolean;
    why text;
    state text;
    datatype text;
",
    each: r#"
            SELECT c.oid, c.relkind, c.relhasrules, has_column_privilege(c.oid, tried.tenant, 'SELECT') AS reads INTO relation
              FROM pg_class AS c WHERE c.oid = to_regclass(tried.name);
            CONTINUE WHEN NOT FOUND;
            IF relation.reads THEN
                BEGIN
                    PERFORM set_config('tenancy.tenant', '', true);
                    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s)', tried.name) INTO seen;
                    IF seen THEN
                        said := said || concat_ws(chr(31), 'R097', tried.name, 'a statement without a tenant reads rows');
                    ELSIF tried.setting IS NOT NULL THEN
                        PERFORM set_config('tenancy.tenant', tried.setting, true);
                        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s AS tried WHERE %s)', tried.name, tried.is_foreign) INTO seen;
                        IF seen THEN
                            said := said || concat_ws(chr(31), 'R097', tried.name, 'a tenant that nobody is reads rows');
                        END IF;
                    END IF;
                EXCEPTION WHEN data_exception OR lock_not_available THEN
                    NULL;
                WHEN OTHERS THEN
                    said := said || concat_ws(chr(31), 'R099', tried.name, 'a read that should find nothing fails: ' || SQLERRM);
                END;
            END IF;
            CONTINUE WHEN tried.setting IS NULL OR relation.relhasrules
                OR EXISTS (SELECT FROM pg_trigger AS t
                            WHERE NOT t.tgisinternal AND t.tgtype & 4 <> 0
                              AND (t.tgrelid = relation.oid OR t.tgrelid IN (SELECT p.relid FROM pg_partition_tree(relation.oid) AS p)))
                OR EXISTS (SELECT FROM pg_attribute AS a
                            WHERE a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped
                              AND (a.attname = tried.tenant AND a.attgenerated <> ''
                                   OR NOT has_column_privilege(relation.oid, a.attnum, 'INSERT')));
            BEGIN
                why := 'another tenant''s row is taken';
                PERFORM set_config('tenancy.tenant', tried.setting, true);
                EXECUTE (SELECT format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s)', tried.name,
                                       string_agg(quote_ident(a.attname), ', '),
                                       string_agg(CASE a.attname WHEN tried.tenant THEN quote_nullable(tried.other) ELSE 'NULL' END, ', '))
                           FROM pg_attribute AS a
                          WHERE a.attrelid = relation.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '');
                RAISE 'taken back' USING ERRCODE = 'TNCY1';
            EXCEPTION WHEN OTHERS THEN
                GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, datatype = PG_DATATYPE_NAME;
                IF state LIKE '23%' THEN
                    why := 'another tenant''s row is refused, but not by the policies: ' || SQLERRM;
                END IF;
                -- A domain is asked before the policies, and so is which partition a row belongs in.
                IF state = 'TNCY1' OR state LIKE '23%' AND coalesce(datatype, '') = '' AND NOT (relation.relkind = 'p' AND state = '23514') THEN
                    said := said || concat_ws(chr(31), 'R098', tried.name, why);
                END IF;
            END;
"#,
};

/// Tries the tables that `leave_out` does not name, in one statement; two where the tenants are sealed.
pub(super) async fn findings<C>(
    inspection: &Inspection<'_>,
    connection: &mut C,
    leave_out: impl Fn(&str) -> bool,
) -> Result<Vec<Finding>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    let wall = inspection.wall;
    let telling = Telling::of(inspection, connection).await?;
    let rows: Vec<_> = wall
        .tables
        .of_tenants()
        .filter(|(table, _)| !leave_out(&wall.tables.sql_name(table)))
        .flat_map(|(table, belongs)| tried(wall, table, belongs, &telling))
        .collect();
    BLOCK.run(connection, "name, tenant, is_foreign, other, setting", &rows).await
}

/// The rows of the block for a table: one for each value that its column may not be given.
fn tried(wall: &RowSecurity, table: &Table, belongs: &Belongs, telling: &Telling<'_>) -> Vec<String> {
    let [own, other] = nobodies(belongs.tenant_type());
    let others = match belongs {
        Belongs::Column { shared: None, .. } => vec![literal(other)],
        Belongs::Column { shared: Some(Shared::Null), .. } => vec![literal(other), "NULL".to_owned()],
        // A text, as the other is.
        Belongs::Column { shared: Some(Shared::Value(value)), .. } => {
            vec![literal(other), format!("({value})::text")]
        }
        // No row has such a parent, but what asks for none lets it through.
        Belongs::Parent(_) | Belongs::Link(_) => vec!["NULL".to_owned()],
    };
    let [name, column] = [&*wall.tables.sql_name(table), belongs.column()].map(literal);
    let foreign = literal(&is_foreign(&wall.tables, table, belongs, own, "tried"));
    let setting = telling.setting(own).unwrap_or_else(|| "NULL".to_owned());
    others
        .into_iter()
        .map(|other| format!("({name}, {column}, {foreign}, {other}::text, {setting}::text)"))
        .collect()
}
