//! How the column is filled: in new rows by a trigger, in the others in ranges of their key.

use super::catalog::{Name, Table, quoted};
use super::changes::shortened;
use super::judge::Verdicts;
use super::migrations::Pace;
use super::rows::{tenant_by, tenant_of};
use super::verdict::Way;

/// PostgreSQL calls triggers by their names: behind those of the application.
pub(crate) const TRIGGER: &str = "\"zz_tenancy_fill\"";

/// The function of the trigger.
pub(crate) fn function(name: &Name) -> String {
    Name { schema: name.schema.clone(), name: shortened(&name.name, "_tenancy_fill") }.sql()
}

/// Declares it: a row gets the tenant of its parent, and again when it goes to another parent.
pub(crate) fn declare(verdicts: &Verdicts, name: &Name, column: &str, way: &Way) -> String {
    let (column, by) = (quoted(column), quoted(&way.column));
    let tenant =
        tenant_by(verdicts, way, &format!("NEW.{by}"), "f", true).unwrap_or_else(|| "NULL".to_owned());
    format!(
        "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $tenancy$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.{by} IS DISTINCT FROM OLD.{by} AND NEW.{column} IS NOT DISTINCT FROM OLD.{column} THEN
            NEW.{column} := NULL;
        END IF;
    END IF;
    IF NEW.{column} IS NULL THEN
        NEW.{column} := {tenant};
    END IF;
    RETURN NEW;
END
$tenancy$",
        function(name)
    )
}

/// A block that fills what is there, some rows a transaction, and goes on where it was broken off.
pub(crate) fn batches(verdicts: &Verdicts, table: &Table, column: &str, way: &Way, pace: Pace) -> String {
    let from = table.name.sql();
    let key: Vec<String> = table.primary_key().iter().map(|column| quoted(column)).collect();
    let keys = key.join(", ");
    let of =
        |alias: &str| key.iter().map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ");
    let numbered =
        |prefix: &str| (0..key.len()).map(|at| format!("{prefix}_{at}")).collect::<Vec<_>>().join(", ");
    let (first, last) = (numbered("first"), numbered("last"));
    let declared: String = key
        .iter()
        .enumerate()
        .map(|(at, column)| {
            format!("    first_{at} {from}.{column}%TYPE;\n    last_{at} {from}.{column}%TYPE;\n")
        })
        .collect();
    let descending = key.iter().map(|column| format!("{column} DESC")).collect::<Vec<_>>().join(", ");
    let tenant = tenant_by(verdicts, way, &format!("t.{}", quoted(&way.column)), "f", true)
        .or_else(|| tenant_of(verdicts, &table.name, "t", true))
        .unwrap_or_else(|| "NULL".to_owned());
    let (column, batch, timeout) = (quoted(column), pace.batch, pace.lock_timeout);
    let on = of("t");
    format!(
        "-- {batch} rows a transaction. It can be run again: what is filled stays.
DO $tenancy$
DECLARE
{declared}BEGIN
    PERFORM set_config('lock_timeout', '{timeout}ms', false);
    SELECT {keys} INTO {first} FROM {from} ORDER BY {keys} LIMIT 1;
    IF FOUND THEN
        LOOP
            SELECT {keys} INTO {last}
              FROM (SELECT {keys} FROM {from} WHERE ({keys}) >= ({first}) ORDER BY {keys} LIMIT {batch} + 1) AS range
             ORDER BY {descending} LIMIT 1;
            EXIT WHEN NOT FOUND;
            UPDATE {from} AS t SET {column} = {tenant}
             WHERE ({on}) >= ({first}) AND ({on}) <= ({last}) AND t.{column} IS NULL;
            COMMIT;
            EXIT WHEN ROW({first}) = ROW({last});
            SELECT {last} INTO {first};
        END LOOP;
    END IF;
    PERFORM set_config('lock_timeout', '0', false);
END
$tenancy$;
"
    )
}
