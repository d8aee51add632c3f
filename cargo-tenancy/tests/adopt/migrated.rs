//! What it writes is run while others write, and taken back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query};

use crate::desk::{DECIDED, Desk};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
pub(crate) struct Line {
    #[diesel(sql_type = Text)]
    pub(crate) line: String,
}

fn count(connection: &mut PgConnection, from: &str) -> i64 {
    sql_query(format!("SELECT count(*) AS count FROM {from}")).get_result::<Count>(connection).unwrap().count
}

/// Columns, constraints, indexes, triggers and functions, as the catalog prints them.
pub(crate) fn shape(connection: &mut PgConnection) -> Vec<String> {
    let lines: Vec<Line> = sql_query(
        "SELECT line FROM (
             SELECT format('%s.%s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull) AS line
               FROM pg_attribute JOIN pg_class AS c ON c.oid = attrelid WHERE c.relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
             UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
             UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
             UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal
             UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace) AS lines ORDER BY line COLLATE \"C\"",
    )
    .load(connection)
    .unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

/// Servers that know nothing of the new columns: rows come, move to another board, and are read. Ends with the longest that one statement took.
fn writer(url: String, first: i64, stop: Arc<AtomicBool>, written: Arc<AtomicI64>) -> Duration {
    let mut connection = PgConnection::establish(&url).unwrap();
    let mut longest = Duration::ZERO;
    let mut at = first;
    while !stop.load(Ordering::Relaxed) {
        let board = 1 + at % 30;
        let began = Instant::now();
        connection
            .batch_execute(&format!(
                "INSERT INTO notes (id, board_id, body) VALUES ({at}, {board}, 'new');
                 INSERT INTO attachments (note_id, \"type\") VALUES ({at}, 'file')"
            ))
            .unwrap();
        longest = longest.max(began.elapsed());
        written.fetch_add(1, Ordering::Relaxed);
        at += 2;
        thread::sleep(Duration::from_millis(2));
    }
    longest
}

#[test]
fn columns_are_added_filled_and_enforced_while_others_write_and_can_be_taken_back() {
    let desk = Desk::new("adopt_migrated");
    let mut connection = desk.connection();
    let before = shape(&mut connection);
    desk.said(&[DECIDED, &["--batch", "100"]].concat(), 0);
    let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
    let writers: Vec<_> = [10_000, 10_001]
        .map(|first| {
            let (url, stop, written) = (desk.url.clone(), Arc::clone(&stop), Arc::clone(&written));
            thread::spawn(move || writer(url, first, stop, written))
        })
        .into();
    let migrations = desk.migrations();
    let (last, all_but_last) = migrations.split_last().unwrap();
    for folder in all_but_last {
        let at = written.load(Ordering::Relaxed);
        desk.migrate(folder, "up.sql");
        while written.load(Ordering::Relaxed) <= at {
            assert!(
                writers.iter().all(|writer| !writer.is_finished()),
                "a writer failed at {}",
                folder.display()
            );
            thread::yield_now();
        }
    }
    stop.store(true, Ordering::Relaxed);
    for writer in writers {
        // No lock is waited for longer than one is asked for.
        assert!(writer.join().unwrap() < Duration::from_millis(2_000));
    }
    // Without the trigger, a server that does not fill the column is refused.
    desk.migrate(last, "up.sql");
    let refused = connection.batch_execute("INSERT INTO notes (id, board_id, body) VALUES (1000000, 1, '')");
    assert!(refused.unwrap_err().to_string().contains("organization_id"));

    for (table, parent) in
        [("notes", "boards AS p ON p.id = t.board_id"), ("attachments", "notes AS p ON p.id = t.note_id")]
    {
        let wrong =
            format!("{table} AS t JOIN {parent} WHERE t.organization_id IS DISTINCT FROM p.organization_id");
        assert_eq!(count(&mut connection, &wrong), 0, "{table}");
    }
    assert!(count(&mut connection, "notes WHERE id >= 10000") > 10);
    for (statement, says) in [
        ("UPDATE notes SET organization_id = 1 + organization_id % 3 WHERE id = 1", "violates foreign key"),
        ("UPDATE notes SET organization_id = NULL WHERE id = 1", "not-null"),
        ("UPDATE boards SET organization_id = NULL WHERE id = 1", "not-null"),
    ] {
        let refused = connection.batch_execute(statement).unwrap_err().to_string();
        assert!(refused.contains(says), "{statement}: {refused}");
    }
    // What the keys did before, they do still.
    connection.batch_execute("DELETE FROM notes WHERE id = 1; DELETE FROM boards WHERE id = 30").unwrap();
    assert_eq!(
        count(&mut connection, "notes WHERE id = 31 AND reply_to IS NULL AND organization_id IS NOT NULL"),
        1
    );
    let after = shape(&mut connection);
    assert!(
        after.iter().any(|line| line.contains(
            "FOREIGN KEY (organization_id, note_id) REFERENCES notes(organization_id, id) ON DELETE CASCADE"
        )),
        "{after:#?}"
    );
    assert!(
        !after.iter().any(|line| line.contains("NOT VALID")
            || line.contains("tenancy_fill")
            || line.contains("IS NOT NULL))")),
        "{after:#?}"
    );

    for folder in migrations.iter().rev() {
        desk.migrate(folder, "down.sql");
    }
    let restored = shape(&mut connection);
    assert_eq!(restored, before);
}

#[test]
fn a_row_that_moves_to_another_parent_gets_its_tenant_meanwhile() {
    let desk = Desk::new("adopt_moves");
    desk.said(DECIDED, 0);
    for folder in desk.migrations().iter().take(4) {
        desk.migrate(folder, "up.sql");
    }
    let mut connection = desk.connection();
    connection
        .batch_execute("UPDATE notes SET board_id = 3 WHERE id = 1; UPDATE notes SET body = 'x' WHERE id = 2")
        .unwrap();
    let moved = "notes AS n JOIN boards AS b ON b.id = n.board_id WHERE n.id IN (1, 2) AND n.organization_id = b.organization_id";
    assert_eq!(count(&mut connection, moved), 2);
}

#[test]
fn a_migration_gives_up_where_it_would_wait_and_can_be_run_again() {
    let desk = Desk::new("adopt_waits");
    desk.said(&[DECIDED, &["--lock-timeout", "100"]].concat(), 0);
    let mut holder = desk.connection();
    holder.batch_execute("BEGIN; LOCK TABLE attachments IN ROW EXCLUSIVE MODE").unwrap();
    let folders = desk.migrations();
    let sql = std::fs::read_to_string(folders[0].join("up.sql")).unwrap();
    let refused = desk.connection().batch_execute(&sql).unwrap_err().to_string();
    assert!(refused.contains("lock timeout"), "{refused}");
    holder.batch_execute("ROLLBACK").unwrap();
    // What was done of it is taken back, or it is run again.
    desk.migrate(&folders[0], "down.sql");
    for folder in &folders {
        desk.migrate(folder, "up.sql");
    }
}
