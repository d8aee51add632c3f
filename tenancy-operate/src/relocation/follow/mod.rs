//! What follows the changes at the source, and keeps them out after the switch.
//!
//! A move has two objects at the source, in the schema `tenancy_move`: a table of the keys of changed rows, and a sequence that is the fence. Each
//! table has triggers that write the key of a changed row of the tenant's down and then look at the fence.
//!
//! - **The insert is the gate.** It locks the table of changes until the writer's transaction ends. Who locks it in SHARE mode waits for those
//!   transactions, and has later ones wait.
//! - **The fence is a sequence** because reading one asks no snapshot: a transaction whose snapshot is older than the switch, of REPEATABLE READ, sees
//!   the fence as it is. A table would show it as it was.
//! - **With the writer's rights**: no function of a move runs with another's (SECURITY DEFINER), which an inspection of the wall would refuse. So
//!   who may write the tables may insert keys, and read nothing of it. Too many keys do no harm.

pub(super) mod guard;
mod triggers;

use super::error::RelocationError;
use super::options::{Event, Options};
use super::session::Session;
use super::sql::{identifier, literal};
use super::tables::Moved;
use super::{failpoint, family, holders};

/// The schema of what a move needs.
pub(super) const SCHEMA: &str = "tenancy_move";

/// The fence's values.
pub(super) const OPEN: u8 = 1;
pub(super) const SHUT: u8 = 2;

/// What the triggers are called: after those of foreign keys, whose names begin with `RI_`.
const TRIGGER: &str = "tenancy_move";

/// The names of a move's objects at its source.
#[derive(Debug, Clone)]
pub(super) struct Objects {
    id: i32,
}

impl Objects {
    pub(super) fn of(id: i32) -> Self {
        Self { id }
    }

    pub(super) fn changes(&self) -> String {
        format!("{SCHEMA}.changes_{}", self.id)
    }

    pub(super) fn fence(&self) -> String {
        format!("{SCHEMA}.fence_{}", self.id)
    }

    fn function(&self, number: usize) -> String {
        format!("{SCHEMA}.follow_{}_{number}", self.id)
    }

    fn trigger(&self, event: &str) -> String {
        format!("{TRIGGER}_{}_{event}", self.id)
    }
}

/// Makes the schema, where there is none.
pub(super) async fn make_schema(session: &Session) -> Result<(), RelocationError> {
    let there =
        session.text("looking for the move's schema", &format!("SELECT to_regnamespace('{SCHEMA}')")).await?;
    match there {
        Some(_) => Ok(()),
        None => {
            session.run("making the move's schema", &format!("CREATE SCHEMA IF NOT EXISTS {SCHEMA}")).await
        }
    }
}

/// Drops the schema, when it is empty.
pub(super) async fn drop_schema(session: &Session) -> Result<(), RelocationError> {
    let empty = format!(
        "SELECT FROM pg_namespace AS n WHERE n.nspname = '{SCHEMA}'
           AND NOT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid)
           AND NOT EXISTS (SELECT FROM pg_proc AS p WHERE p.pronamespace = n.oid)"
    );
    if session.texts("looking for the move's schema", &empty).await?.is_empty() {
        return Ok(());
    }
    session.run("dropping the move's schema", &format!("DROP SCHEMA IF EXISTS {SCHEMA} RESTRICT")).await
}

/// Makes the objects, and the triggers of each table and its parts, one table at a time, so that no two are locked at once. What is there is made as it
/// should be.
pub(super) async fn install(
    session: &Session,
    objects: &Objects,
    tables: &[Moved],
    tenant: &str,
    across: Option<&str>,
    options: &Options,
) -> Result<(), RelocationError> {
    make_schema(session).await?;
    let (changes, fence) = (objects.changes(), objects.fence());
    session
        .run(
            "making the table of changes",
            &format!(
                "BEGIN;
                 CREATE TABLE IF NOT EXISTS {changes} (relation integer NOT NULL, key jsonb NOT NULL, xact xid8 NOT NULL DEFAULT pg_current_xact_id());
                 CREATE SEQUENCE IF NOT EXISTS {fence} MINVALUE {OPEN} MAXVALUE {SHUT};
                 SELECT setval('{fence}', {OPEN});
                 REVOKE ALL ON TABLE {changes} FROM PUBLIC; REVOKE ALL ON SEQUENCE {fence} FROM PUBLIC;
                 COMMIT"
            ),
        )
        .await?;
    if let Some(role) = across {
        let role = identifier(role);
        let grant = format!(
            "GRANT USAGE ON SCHEMA {SCHEMA} TO {role}; GRANT SELECT, INSERT, DELETE ON TABLE {changes} TO {role}"
        );
        session.run("granting the table of changes", &grant).await?;
    }
    for table in tables {
        let writers = writers(session, table).await?;
        let mut sql = format!(
            "BEGIN; SET LOCAL lock_timeout = '1s';\n{}",
            triggers::function(objects, table, tables, tenant)
        );
        for role in writers {
            sql.push_str(&format!(
                "GRANT USAGE ON SCHEMA {SCHEMA} TO {role}; GRANT INSERT ON TABLE {changes} TO {role}; GRANT SELECT ON SEQUENCE {fence} TO {role};\n"
            ));
        }
        let name = table.source.sql();
        sql.push_str(&triggers::of_rows(objects, table, &name, tenant));
        sql.push_str(&triggers::of_truncate(objects, table, &name));
        for member in family::below(session, table).await? {
            if !member.is_partition {
                sql.push_str(&triggers::of_rows(objects, table, &member.name, tenant));
            }
            sql.push_str(&triggers::of_truncate(objects, table, &member.name));
        }
        sql.push_str(&triggers::remember(objects, table, &name));
        sql.push_str("COMMIT");
        let doing = format!("following the changes of {}", table.label());
        let relations = format!("{} SELECT member FROM family", family::family(&literal(&table.source.oid)));
        locking(session, &doing, &sql, (&relations, &holders::WRITING[..]), options).await?;
        failpoint::reached("installed").await;
    }
    Ok(())
}

/// Drops the objects and the triggers of the tables, which are in the order of their numbers, one by one and the fence last. The triggers are found by their
/// function: on parts as well, and on what was detached since.
pub(super) async fn remove(
    session: &Session,
    objects: &Objects,
    tables: &[String],
    options: &Options,
) -> Result<(), RelocationError> {
    for (number, name) in tables.iter().enumerate() {
        let function = objects.function(number);
        let of_function = format!(
            "FROM pg_trigger AS t WHERE t.tgparentid = 0 AND t.tgfoid = to_regprocedure({})",
            literal(&format!("{function}()"))
        );
        let sql = format!(
            "BEGIN; SET LOCAL lock_timeout = '1s';
DO $tenancy$
DECLARE
    made record;
BEGIN
    FOR made IN SELECT t.tgname AS name, t.tgrelid::regclass AS relation {of_function} LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', made.name, made.relation);
    END LOOP;
END
$tenancy$;
DROP FUNCTION IF EXISTS {function}();
COMMIT"
        );
        let relations = format!("SELECT t.tgrelid {of_function}");
        let doing = format!("no longer following the changes of {name}");
        locking(session, &doing, &sql, (&relations, &holders::ANY[..]), options).await?;
        failpoint::reached("removed").await;
    }
    let (changes, fence) = (objects.changes(), objects.fence());
    session
        .run(
            "dropping the table of changes",
            &format!("BEGIN; DROP TABLE IF EXISTS {changes}; DROP SEQUENCE IF EXISTS {fence}; COMMIT"),
        )
        .await
}

/// Runs a transaction that locks a table for a moment, again where the lock is not to be had, so that nobody waits behind it for long. Who has it is
/// named; `held` is a query of the tables, and the modes of what is in the way.
async fn locking(
    session: &Session,
    doing: &str,
    sql: &str,
    held: (&str, &[&str]),
    options: &Options,
) -> Result<(), RelocationError> {
    let mut tries = 0;
    loop {
        match session.run(doing, sql).await {
            Err(RelocationError::Database { said, .. })
                if said.code() == Some(&tokio_postgres::error::SqlState::LOCK_NOT_AVAILABLE) =>
            {
                session.run(doing, "ROLLBACK").await?;
                tries += 1;
                let names = holders::named(session, &[held]).await?;
                let message = holders::told(&names, "hold a lock that is needed for it");
                options.tell(&Event::Waiting { message: &message });
                if tries >= options.attempts {
                    return Err(RelocationError::Busy {
                        message: format!("{doing}: {message}"),
                        fix: holders::FIX.to_owned(),
                    });
                }
                tokio::time::sleep(std::time::Duration::from_millis(500)).await;
            }
            Err(error) => {
                // The first error says why.
                let _ = session.run(doing, "ROLLBACK").await;
                return Err(error);
            }
            Ok(()) => return Ok(()),
        }
    }
}

/// Sets the fence. It holds at once, for every transaction whatever its snapshot.
pub(super) async fn set_fence(
    session: &Session,
    objects: &Objects,
    value: u8,
) -> Result<(), RelocationError> {
    session.run("setting the fence", &format!("SELECT setval('{}', {value})", objects.fence())).await
}

/// The roles that may write the table or a part of it, quoted: each has to be able to write its changes down.
async fn writers(session: &Session, table: &Moved) -> Result<Vec<String>, RelocationError> {
    let rows = session
        .texts(
            "reading who may write the table",
            &format!(
                "{} SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
                   FROM family AS f,
                        LATERAL (SELECT relacl AS acl FROM pg_class WHERE oid = f.member
                                 UNION ALL SELECT attacl FROM pg_attribute WHERE attrelid = f.member AND attacl IS NOT NULL) AS o,
                        aclexplode(o.acl) AS a
                  WHERE a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
                 UNION SELECT c.relowner::regrole::text FROM family AS f JOIN pg_class AS c ON c.oid = f.member",
                family::family(&literal(&table.source.oid))
            ),
        )
        .await?;
    Ok(rows.into_iter().flatten().flatten().collect())
}
