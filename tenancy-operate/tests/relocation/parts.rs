//! Tables with parts, which a statement can name by itself; and triggers that somebody sets off.

use std::io::{BufRead as _, BufReader};
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_operate::relocation::{Event, RelocationError};

use crate::stopping::{WRITE, session};
use crate::worker::{Ended, kill_when_reached, options, relocation};
use crate::world::{TENANT, World, place};

/// The table of marks becomes a partitioned one.
const PARTITIONED: &str = "
ALTER TABLE public.marks RENAME TO marks_low;
CREATE TABLE public.marks (
    id integer NOT NULL DEFAULT nextval('public.marks_id_seq'), note_id integer NOT NULL REFERENCES public.notes ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT clock_timestamp(), PRIMARY KEY (id)
) PARTITION BY RANGE (id);
ALTER SEQUENCE public.marks_id_seq OWNED BY public.marks.id;
CREATE INDEX ON public.marks (note_id);
ALTER TABLE public.marks ATTACH PARTITION public.marks_low FOR VALUES FROM (MINVALUE) TO (100000);
CREATE TABLE public.marks_high PARTITION OF public.marks FOR VALUES FROM (100000) TO (200000);";

/// A world whose marks are partitioned in the shared tables, and a schema to move to.
fn partitioned() -> World {
    let world = World::new(10);
    let owner = world.url(&world.home, "owner");
    world.run(&owner, PARTITIONED);
    world.run(&owner, &world.security().migration().up());
    world.schema(&world.home, "acme");
    world
}

fn killed(world: &World, step: &str) {
    assert_eq!(kill_when_reached(world.worker("schema acme", Some(step))), Ended::Killed, "{step}");
}

/// What the owner of the tables is told.
fn refused(world: &World, sql: &str) -> String {
    let mut owner = PgConnection::establish(&world.url(&world.home, "owner")).unwrap();
    owner.batch_execute(sql).expect_err(sql).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_a_table_is_truncated_until_the_move_is_finished() {
    let world = partitioned();
    let owner = world.url(&world.home, "owner");
    let objects = world.objects(&world.home);
    killed(&world, "copied");
    let parts = ["public.marks", "public.marks_low", "public.marks_high"];
    let all_refused = |parts: &[&str]| {
        for part in parts {
            let said = refused(&world, &format!("TRUNCATE {part}"));
            assert!(said.contains("a tenant is being moved from this table"), "{part}: {said}");
        }
    };
    all_refused(&parts);
    // One that is made since is followed, and comes to have the trigger as soon as the move goes on.
    world.run(
        &owner,
        "CREATE TABLE public.marks_later PARTITION OF public.marks FOR VALUES FROM (200000) TO (300000)",
    );
    world.run(&world.home, "INSERT INTO public.marks (id, note_id) SELECT 200001, min(n.id) FROM public.notes AS n JOIN public.boards AS b ON b.id = n.board_id WHERE b.tenant_id = 1");
    killed(&world, "stopped");
    all_refused(&[&parts[..], &["public.marks_later"]].concat());
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    assert_eq!(world.rows_of(&world.home, "acme", TENANT), world.rows_of(&world.home, "public", TENANT));
    assert_eq!(
        world.lines(&world.home, "SELECT id::text AS line FROM acme.marks WHERE id > 200000"),
        ["200001"]
    );
    all_refused(&["public.marks_later"]);
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
    world.run(&owner, "TRUNCATE public.marks_later; DROP TABLE public.marks_later");
    assert_eq!(world.objects(&world.home), objects);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_detached_is_named_because_its_rows_would_be_left() {
    let world = partitioned();
    let owner = world.url(&world.home, "owner");
    killed(&world, "whole");
    world.run(&owner, "ALTER TABLE public.marks DETACH PARTITION public.marks_low");
    let error = relocation(&world, options()).run(&place("schema acme")).await.unwrap_err();
    let said = error.to_string();
    assert!(matches!(error, RelocationError::Impossible(_)), "{said}");
    assert!(said.contains("public.marks_low: it was a part of public.marks, and was detached"), "{said}");
    world.run(
        &owner,
        "ALTER TABLE public.marks ATTACH PARTITION public.marks_low FOR VALUES FROM (MINVALUE) TO (100000)",
    );
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    assert_eq!(world.rows_of(&world.home, "acme", TENANT), world.rows_of(&world.home, "public", TENANT));

    // What was detached is freed of the trigger as well, where the move is taken back.
    let world = partitioned();
    killed(&world, "whole");
    let owner = world.url(&world.home, "owner");
    world.run(&owner, "ALTER TABLE public.marks DETACH PARTITION public.marks_low");
    relocation(&world, options()).undo().await.unwrap();
    world.run(&owner, "TRUNCATE public.marks_low");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_dropped_meanwhile_is_noticed() {
    let world = partitioned();
    let owner = world.url(&world.home, "owner");
    let dropping = {
        let (world, owner) = (world.clone(), owner.clone());
        move |event: &Event<'_>| {
            if matches!(event, Event::Rehearsed { .. }) {
                world.run(&owner, "DROP TABLE IF EXISTS public.marks_high");
            }
        }
    };
    let error = relocation(&world, options().telling(dropping)).run(&place("schema acme")).await.unwrap_err();
    assert!(error.to_string().contains("public.marks_high, a table or a part of one, is gone"), "{error}");
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    assert_eq!(world.rows_of(&world.home, "acme", TENANT), world.rows_of(&world.home, "public", TENANT));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_inherits_is_followed_and_fenced_like_the_table() {
    let world = World::new(10);
    world.schema(&world.home, "acme");
    world.run(
        &world.url(&world.home, "owner"),
        "CREATE TABLE public.old_notes (PRIMARY KEY (id)) INHERITS (public.notes)",
    );
    let insert = |id: i32| {
        format!(
            "INSERT INTO public.old_notes (id, board_id, body, version) SELECT {id}, min(id), 'old', 0 FROM public.boards WHERE tenant_id = 1"
        )
    };
    world.run(&world.home, &insert(900_001));
    killed(&world, "whole");
    world.run(&world.home, &insert(900_002));
    relocation(&world, options()).run(&place("schema acme")).await.unwrap();
    assert_eq!(
        world.lines(&world.home, "SELECT id::text AS line FROM acme.notes WHERE id > 900000 ORDER BY id"),
        ["900001", "900002"]
    );
    let mut superuser = PgConnection::establish(&world.home).unwrap();
    for write in [&insert(900_003), "UPDATE public.old_notes SET version = 5", "DELETE FROM public.old_notes"]
    {
        let said = superuser.batch_execute(write).expect_err(write).to_string();
        assert!(said.contains("moving to another place, or has moved"), "{write}: {said}");
    }
    let said = superuser.batch_execute("TRUNCATE public.old_notes").unwrap_err().to_string();
    assert!(said.contains("a tenant is being moved from this table"), "{said}");
    relocation(&world, options()).finish(Duration::ZERO).await.unwrap();
    superuser.batch_execute("TRUNCATE public.old_notes").unwrap();
}

/// The triggers of a move on the boards: when they fire, and what they do.
fn triggers(world: &World) -> Vec<String> {
    world.lines(
        &world.home,
        "SELECT concat_ws(' ', t.tgenabled, pg_get_triggerdef(t.oid), pg_get_functiondef(p.oid)) AS line FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
          WHERE t.tgrelid = 'public.boards'::regclass AND t.tgname LIKE 'tenancy_move%' ORDER BY t.tgname",
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn triggers_that_somebody_sets_off_are_made_again_before_the_switch() {
    for tampering in [
        "ALTER TABLE public.boards DISABLE TRIGGER ALL",
        "ALTER TABLE public.boards DISABLE TRIGGER ALL; ALTER TABLE public.boards ENABLE TRIGGER ALL",
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgname FROM pg_trigger WHERE tgrelid = 'public.boards'::regclass AND tgname LIKE 'tenancy_move%' LOOP
             EXECUTE format('DROP TRIGGER %I ON public.boards', t.tgname); END LOOP; END $$",
        // Of the same names, and they do nothing.
        "DO $$ DECLARE p record; BEGIN FOR p IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace::regnamespace::text = 'tenancy_move' LOOP
             EXECUTE format('CREATE OR REPLACE FUNCTION %s RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RETURN NULL; END $f$', p.name); END LOOP; END $$",
        // For changes of one column, and for the rows of others as well.
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgname, tgfoid::regprocedure AS f FROM pg_trigger WHERE tgrelid = 'public.boards'::regclass AND tgname LIKE 'tenancy_move%update' LOOP
             EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER UPDATE OF mood ON public.boards FOR EACH ROW WHEN (OLD.tenant_id = 1 OR NEW.tenant_id = 1) EXECUTE FUNCTION %s', t.tgname, t.f);
             EXECUTE format('ALTER TABLE public.boards ENABLE ALWAYS TRIGGER %I', t.tgname); END LOOP; END $$",
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgname, tgfoid::regprocedure AS f FROM pg_trigger WHERE tgrelid = 'public.boards'::regclass AND tgname LIKE 'tenancy_move%update' LOOP
             EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER UPDATE ON public.boards FOR EACH ROW EXECUTE FUNCTION %s', t.tgname, t.f);
             EXECUTE format('ALTER TABLE public.boards ENABLE ALWAYS TRIGGER %I', t.tgname); END LOOP; END $$",
        // For the rows of another tenant.
        "DO $$ DECLARE t record; BEGIN FOR t IN SELECT tgname, tgfoid::regprocedure AS f FROM pg_trigger WHERE tgrelid = 'public.boards'::regclass AND tgname LIKE 'tenancy_move%update' LOOP
             EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER UPDATE ON public.boards FOR EACH ROW WHEN (OLD.tenant_id = 2 OR NEW.tenant_id = 2) EXECUTE FUNCTION %s', t.tgname, t.f);
             EXECUTE format('ALTER TABLE public.boards ENABLE ALWAYS TRIGGER %I', t.tgname); END LOOP; END $$",
        // As somebody else, and with names looked for elsewhere.
        "DO $$ DECLARE p record; BEGIN FOR p IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace::regnamespace::text = 'tenancy_move' LOOP
             EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', p.name); END LOOP; END $$",
        "DO $$ DECLARE p record; BEGIN FOR p IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace::regnamespace::text = 'tenancy_move' LOOP
             EXECUTE format('ALTER FUNCTION %s SET search_path = public', p.name); END LOOP; END $$",
    ] {
        let world = World::new(10);
        world.schema(&world.home, "acme");
        killed(&world, "whole");
        let made = triggers(&world);
        assert_eq!(made.len(), 4, "{made:#?}");
        world.run(&world.home, tampering);
        assert_ne!(triggers(&world), made, "{tampering}");
        world.run(&world.home, "UPDATE public.boards SET name = 'unseen' WHERE tenant_id = 1 AND slug = 's7'");
        let mut stale = session(&world, "BEGIN");
        relocation(&world, options()).run(&place("schema acme")).await.unwrap();
        assert_eq!(world.rows_of(&world.home, "acme", TENANT), world.rows_of(&world.home, "public", TENANT));
        let said = stale.batch_execute(WRITE).expect_err(tampering).to_string();
        assert!(said.contains("moving to another place, or has moved"), "{tampering}: {said}");
        // For replicated changes as well, which the application's own sessions do not show.
        assert_eq!(triggers(&world), made, "{tampering}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_stop_nobody_sets_a_trigger_off_or_takes_a_part_away() {
    let world = partitioned();
    let mut worker = world.worker("schema acme", Some("stopped"));
    let mut stderr = BufReader::new(worker.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("failpoint"), "{line}");
    for sql in [
        "ALTER TABLE public.boards DISABLE TRIGGER ALL",
        "ALTER TABLE public.marks_low DISABLE TRIGGER USER",
        "ALTER TABLE public.marks DETACH PARTITION public.marks_high",
        "DROP TABLE public.marks_high",
        "TRUNCATE public.tokens",
    ] {
        let mut superuser = PgConnection::establish(&world.home).unwrap();
        superuser.batch_execute("SET lock_timeout = '200ms'").unwrap();
        let said = superuser.batch_execute(sql).expect_err(sql).to_string();
        assert!(said.contains("lock timeout"), "{sql}: {said}");
    }
    // Others write on.
    world.run(&world.home, "UPDATE public.boards SET version = 6 WHERE tenant_id = 2; DELETE FROM public.tokens WHERE tenant_id = 2");
    worker.kill().unwrap();
    worker.wait().unwrap();
}
