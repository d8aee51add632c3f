//! The stop, the fence, and what is compared.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_operate::relocation::{Event, Options, RelocationError};

use crate::worker::{Ended, kill_when_reached, options, relocation};
use crate::world::{TENANT, World, place};

/// A session of the application's, within the tenant.
pub(crate) fn session(world: &World, begin: &str) -> PgConnection {
    let mut session = PgConnection::establish(&world.url(&world.home, "app")).unwrap();
    session.batch_execute(&format!("{begin}; SET LOCAL tenancy.tenant = '{TENANT}'")).unwrap();
    session
}

pub(crate) const WRITE: &str = "UPDATE public.boards SET version = 77 WHERE slug = 's1'";

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_that_goes_on_keeps_the_stop_from_beginning_and_is_named() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    let to = place("schema acme");
    let Ended::Killed = kill_when_reached(world.worker("schema acme", Some("whole"))) else {
        panic!("not killed")
    };
    let mut writing = session(&world, "BEGIN");
    writing.batch_execute(WRITE).unwrap();
    let hasty = Options::new().lock_wait(Duration::from_millis(50)).attempts(2);
    let error = relocation(&world, hasty).run(&to).await.unwrap_err();
    assert!(matches!(&error, RelocationError::Busy { .. }), "{error}");
    assert!(error.to_string().contains("pid ") && error.to_string().contains(&world.role("app")), "{error}");
    // It was only put off: the same transaction, and others, write on.
    writing.batch_execute(&format!("{WRITE}; COMMIT")).unwrap();
    session(&world, "BEGIN").batch_execute(&format!("{WRITE}; COMMIT")).unwrap();
    let moved = relocation(&world, options()).run(&to).await.unwrap();
    println!("{:?}", moved.stop.unwrap());
    assert_eq!(
        world.lines(&world.home, "SELECT version::text AS line FROM acme.boards WHERE slug = 's1'"),
        ["77"]
    );
    assert!(
        moved.left_at_source
            && moved.tables.iter().any(|table| table.table.contains("notes") && table.rows == 30),
        "{moved:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_not_heard_of_the_switch_is_refused_by_the_database_whatever_its_snapshot() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    let look = "SELECT count(*) FROM public.boards";
    let mut sessions: Vec<_> =
        ["BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ", "BEGIN ISOLATION LEVEL SERIALIZABLE"]
            .map(|begin| session(&world, begin))
            .into();
    for session in &mut sessions {
        session.batch_execute(look).unwrap();
    }
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    sessions.push(session(&world, "BEGIN"));
    for write in [
        WRITE,
        "INSERT INTO public.boards (tenant_id, slug, name) VALUES (1, 'late', 'late')",
        "DELETE FROM public.notes",
        "INSERT INTO public.notes (board_id, body) SELECT min(id), 'late' FROM public.boards",
        "DELETE FROM public.marks",
        "DELETE FROM public.boards",
    ] {
        for session in &mut sessions {
            session.batch_execute("SAVEPOINT s").unwrap();
            let error = session.batch_execute(write).unwrap_err();
            assert!(error.to_string().contains("moving to another place, or has moved"), "{write}: {error}");
            session.batch_execute("ROLLBACK TO s").unwrap();
        }
    }
    // The other tenants are not.
    let mut other = PgConnection::establish(&world.url(&world.home, "app")).unwrap();
    other
        .batch_execute("BEGIN; SET LOCAL tenancy.tenant = '2'; UPDATE public.boards SET version = 5; DELETE FROM public.notes; DELETE FROM public.boards; ROLLBACK")
        .unwrap();
    let error = relocation(&world, options()).finish(Duration::from_secs(3600)).await.unwrap_err();
    assert!(error.to_string().contains("of the grace"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_followed_is_found_by_comparing_and_brought() {
    let world = World::new(30);
    world.schema(&world.home, "acme");
    let Ended::Killed = kill_when_reached(world.worker("schema acme", Some("whole"))) else {
        panic!("not killed")
    };
    // By somebody who sets the triggers off, as nobody should.
    world.run(
        &world.home,
        "ALTER TABLE public.boards DISABLE TRIGGER ALL; ALTER TABLE public.notes DISABLE TRIGGER ALL;
         UPDATE public.boards SET name = 'unseen' WHERE tenant_id = 1 AND slug = 's7';
         DELETE FROM public.notes WHERE id = (SELECT min(n.id) FROM public.notes AS n JOIN public.boards AS b ON b.id = n.board_id
                                               WHERE b.tenant_id = 1 AND n.id % 2 = 1);
         ALTER TABLE public.notes ENABLE TRIGGER ALL; ALTER TABLE public.boards ENABLE TRIGGER ALL",
    );
    let moved = relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    assert_eq!(world.rows_of(&world.home, "acme", TENANT), world.rows_of(&world.home, "public", TENANT));
    assert_eq!(
        world.lines(&world.home, "SELECT name AS line FROM acme.boards WHERE slug = 's7'"),
        ["unseen"]
    );
    assert!(moved.tables.iter().any(|table| table.table.contains("notes") && table.rows == 89), "{moved:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_differ_for_good_are_never_switched_to() {
    let world = World::new(30);
    world.schema(&world.home, "acme");
    // The destination makes something else of a row, for replicas too: nobody would see it before it is compared.
    world.run(
        &world.home,
        "CREATE FUNCTION acme.other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := 'other'; RETURN NEW; END $$;
         CREATE TRIGGER other BEFORE INSERT ON acme.boards FOR EACH ROW EXECUTE FUNCTION acme.other();
         ALTER TABLE acme.boards ENABLE ALWAYS TRIGGER other",
    );
    let error = relocation(&world, options()).run(&place("schema acme")).await.unwrap_err();
    assert!(error.to_string().contains("trigger \"other\" fires for rows that are only copied"), "{error}");
    world.run(&world.home, "ALTER TABLE acme.boards DISABLE TRIGGER other");
    let Ended::Killed = kill_when_reached(world.worker("schema acme", Some("whole"))) else {
        panic!("not killed")
    };
    world.run(&world.home, "ALTER TABLE acme.boards ENABLE ALWAYS TRIGGER other; UPDATE acme.boards SET name = 'x' WHERE tenant_id = 1");
    let error = relocation(&world, options()).run(&place("schema acme")).await.unwrap_err();
    assert!(matches!(&error, RelocationError::Different(_)), "{error}");
    assert!(error.to_string().contains("boards"), "{error}");
    assert_eq!(
        world.lines(
            &world.home,
            "SELECT concat_ws(' ', status, kind) AS line FROM tenancy.tenant_placements WHERE tenant = '1'"
        ),
        ["active shared"]
    );
    session(&world, "BEGIN").batch_execute(&format!("{WRITE}; COMMIT")).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_is_altered_meanwhile_is_named() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    let Ended::Killed = kill_when_reached(world.worker("schema acme", Some("whole"))) else {
        panic!("not killed")
    };
    world.run(&world.url(&world.home, "owner"), "ALTER TABLE public.boards ADD COLUMN late text");
    let error = relocation(&world, options()).run(&place("schema acme")).await.unwrap_err();
    assert!(error.to_string().contains("the column \"late\" is missing there"), "{error}");
    world.run(&world.url(&world.home, "owner"), "ALTER TABLE acme.boards ADD COLUMN late text");
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_do_not_move_one_tenant_at_once() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    let mut first = world.worker("schema acme", Some("whole"));
    let mut stderr = std::io::BufReader::new(first.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut stderr, &mut line).unwrap();
    assert!(line.starts_with("failpoint"), "{line}");
    let error = relocation(&world, options().patience(Duration::from_millis(300)))
        .run(&place("schema acme"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("another process is at work on this move"), "{error}");
    let error = relocation(&world, options().patience(Duration::from_millis(300)))
        .run(&place("database silo"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("another process is at work on this move"), "{error}");
    first.kill().unwrap();
    first.wait().unwrap();
    let error = relocation(&world, options()).run(&place("database silo")).await.unwrap_err();
    let message = r#"the tenant is on its way to the schema acme already, at the step "copied""#;
    assert!(error.to_string().contains(message), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_meanwhile_finds_its_wall_without_a_hole() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    world.pool().await;
    let Ended::Killed = kill_when_reached(world.worker("schema acme", Some("whole"))) else {
        panic!("not killed")
    };
    world.pool().await;
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    world.pool().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_writes_faster_than_it_is_copied_is_moved_all_the_same() {
    const ROWS: u32 = 12;
    /// Who waits for the newest rows does not come to an end before these are used up.
    const MORE: usize = 300;
    let world = World::new(ROWS);
    world.schema(&world.home, "acme");
    let home = world.home.clone();
    let steps = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&steps);
    // One row a step, and two new ones meanwhile, whose keys come last.
    let options = options().batch(1).telling(move |event| {
        if let Event::Copied { .. } = event
            && told.fetch_add(1, Ordering::SeqCst) < MORE
        {
            let mut other = PgConnection::establish(&home).unwrap();
            other
                .batch_execute(&format!(
                    "WITH b AS (INSERT INTO public.boards (tenant_id, slug, name)
                                SELECT {TENANT}, gen_random_uuid(), 'more' FROM generate_series(1, 2) RETURNING id)
                     INSERT INTO public.notes (board_id, body) SELECT id, 'more' FROM b"
                ))
                .unwrap();
        }
    });
    relocation(&world, options).run(&place("schema acme")).await.unwrap();
    // What there was, an end for each table, and no more of what came.
    let (steps, there) = (steps.load(Ordering::SeqCst), world.rows_of(&world.home, "public", TENANT));
    assert!(steps < MORE, "{steps} steps for what was there at first");
    assert_eq!(world.rows_of(&world.home, "acme", TENANT), there);
    assert_eq!(there["boards"].len(), ROWS as usize + 2 * steps, "{there:?}");
}
