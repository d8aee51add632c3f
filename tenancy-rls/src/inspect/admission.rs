//! What the role that reads before admission may do, tried on its own connection: the declared columns, and nothing else.

use diesel::pg::Pg;
use diesel::result::Error;
use diesel_async::AsyncConnection;

use super::finding::Finding;
use super::tried::Block;
use crate::quote::{identifier, literal};
use crate::row_security::RowSecurity;

/// The block, which has the tables as `tried (name, columns)`. It changes nothing: whatever a write does is taken back.
const BLOCK: Block = Block {
    declares: "
    seen boolean;
",
    each: r#"
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
"#,
};

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
    BLOCK.run(connection, "name, columns", &rows).await
}
