//! What the role that reads before admission may do, tried on its own connection: the declared columns, and nothing else.

use diesel::pg::Pg;
use diesel::result::Error;
use diesel_async::AsyncConnection;

use super::access::{SAYS, finding_of, said};
use super::finding::Finding;
use crate::quote::{identifier, literal};
use crate::row_security::RowSecurity;

/// The block, which has the tables as `tried (name, columns)`. It changes nothing: whatever a write does is taken back.
const BLOCK: &str = r#"
DECLARE
    tried record;
    seen boolean;
    said text[] := '{}';
BEGIN
    BEGIN
        PERFORM set_config('lock_timeout', '1s', true);
        FOR tried IN SELECT * FROM {tables} LOOP
            CONTINUE WHEN to_regclass(tried.name) IS NULL;
            IF tried.columns <> '' THEN
                BEGIN
                    EXECUTE format('SELECT EXISTS (SELECT %s FROM %s)', tried.columns, tried.name) INTO seen;
                EXCEPTION WHEN lock_not_available THEN
                    NULL;
                WHEN OTHERS THEN
                    said := said || concat_ws(chr(31), 'R099', tried.name, 'a read before admission fails: ' || SQLERRM);
                END;
            ELSE
                BEGIN
                    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', tried.name) INTO seen;
                    IF seen THEN
                        said := said || concat_ws(chr(31), 'R097', tried.name, 'the role that reads before admission reads rows');
                    END IF;
                EXCEPTION WHEN insufficient_privilege OR lock_not_available THEN
                    NULL;
                END;
            END IF;
            BEGIN
                EXECUTE format('INSERT INTO %s DEFAULT VALUES', tried.name);
                said := said || concat_ws(chr(31), 'R098', tried.name, 'the role that reads before admission writes rows');
            EXCEPTION WHEN insufficient_privilege OR lock_not_available THEN
                NULL;
            WHEN OTHERS THEN
                said := said || concat_ws(chr(31), 'R098', tried.name, 'a row of the role that reads before admission is refused, but not for whose it is: ' || SQLERRM);
            END;
        END LOOP;
        RAISE 'taken back' USING ERRCODE = 'TNCY1';
    EXCEPTION WHEN SQLSTATE 'TNCY1' THEN
        NULL;
    END;
    IF said <> '{}' THEN
        RAISE EXCEPTION USING ERRCODE = 'TNCY2', MESSAGE = {says} || chr(30) || array_to_string(said, chr(30));
    END IF;
END
"#;

/// Tries the tenants' tables that `leave_out` does not name, in one statement.
pub(super) async fn findings<C>(
    wall: &RowSecurity,
    connection: &mut C,
    leave_out: impl Fn(&str) -> bool,
) -> Result<Vec<Finding>, Error>
where
    C: AsyncConnection<Backend = Pg>,
{
    let rows: Vec<_> = wall
        .tables
        .of_tenants()
        .map(|(table, _)| (wall.tables.sql_name(table), table.before_admission()))
        .filter(|(name, _)| !leave_out(name))
        .map(|(name, columns)| {
            let columns: Vec<_> = columns.into_iter().map(identifier).collect();
            format!("({}, {})", literal(&name), literal(&columns.join(", ")))
        })
        .collect();
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let tables = format!("(VALUES {}) AS t (name, columns)", rows.join(", "));
    let block = BLOCK.replace("{says}", &literal(SAYS)).replace("{tables}", &tables);
    match connection.batch_execute(&format!("DO {}", literal(&block))).await {
        Ok(()) => Ok(Vec::new()),
        Err(Error::DatabaseError(_, information)) if information.message().starts_with(SAYS) => {
            Ok(said(information.message()).filter_map(finding_of).collect())
        }
        Err(error) => Err(error),
    }
}
