//! What is named before anything is changed.

use std::os::unix::fs::MetadataExt as _;

use tenancy_core::TenantKey;
use tenancy_core::placement::DatabaseAddress;
use tenancy_operate::relocation::{ExpectedServer, Relocation, RelocationError};

use tenancy_pool::OperatorConnection;
use tenancy_tests::server::{fresh_postgres, postgres_directory};

use crate::worker::{Ended, kill_when_reached, options, relocation};
use crate::world::{TENANT, World, alone, place};
use crate::writers::{Writers, found};

/// What is in the way of a move, which has changed nothing.
async fn obstacles(world: &World, to: &str) -> String {
    error(world, to).await.to_string()
}

/// The same, as the error.
async fn error(world: &World, to: &str) -> RelocationError {
    let objects = [world.objects(&world.home), world.objects(&world.silo)];
    let error = relocation(world, options()).run(&place(to)).await.unwrap_err();
    assert!(matches!(error, RelocationError::Impossible(_)), "{error}");
    assert_eq!([world.objects(&world.home), world.objects(&world.silo)], objects);
    assert_eq!(world.lines(&world.home, "SELECT count(*)::text AS line FROM tenancy.moves"), ["0"]);
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_would_be_left_and_rows_that_would_be_missed_are_named() {
    let world = World::new(10);
    world.run(
        &world.url(&world.home, "owner"),
        "CREATE TABLE public.audit (board_id integer CONSTRAINT of_a_board REFERENCES public.boards)",
    );
    let said = obstacles(&world, "database silo").await;
    assert!(
        said.contains(
            "audit: it refers to public.boards by the foreign key \"of_a_board\", and is not moved with it"
        ),
        "{said}"
    );
    world.run(&world.home, "DROP TABLE public.audit");
    // The same of a key to a part of a table, be it a partition or, as here, one that inherits.
    world.run(
        &world.url(&world.home, "owner"),
        "CREATE TABLE public.old_notes (PRIMARY KEY (id)) INHERITS (public.notes);
         CREATE TABLE public.audit (note_id integer CONSTRAINT of_a_note REFERENCES public.old_notes)",
    );
    let said = obstacles(&world, "database silo").await;
    assert!(said.contains("audit: it refers to public.old_notes by the foreign key \"of_a_note\""), "{said}");
    world.run(&world.home, "DROP TABLE public.audit, public.old_notes");

    // A row of another tenant that refers to one of this tenant's: nothing in the database says that it may not.
    world.run(
        &world.home,
        "ALTER TABLE public.tokens ADD board_id integer CONSTRAINT of_any_board REFERENCES public.boards;
                  UPDATE public.tokens SET board_id = (SELECT min(id) FROM public.boards WHERE tenant_id = 1) WHERE tenant_id = 2 AND number <= 3",
    );
    world.run(&world.silo, "ALTER TABLE public.tokens ADD board_id integer");
    let said = obstacles(&world, "database silo").await;
    assert!(
        said.contains("3 of its rows are not the tenant's, and refer to rows of public.boards that are, by \"of_any_board\""),
        "{said}"
    );
    world.run(&world.home, "ALTER TABLE public.tokens DROP COLUMN board_id");
    world.run(&world.silo, "ALTER TABLE public.tokens DROP COLUMN board_id");

    world.run(&world.silo, "DELETE FROM public.plans WHERE id = 2");
    let error = self::error(&world, "database silo").await;
    let said = error.to_string();
    assert!(
        said.contains("5 rows")
            || said.contains("1 rows refer by \"boards_plan_id_fkey\" to rows of \"public\".\"plans\""),
        "{said}"
    );
    assert_eq!(error.values().as_deref(), Some("\"public\".\"boards\": 2"), "{said}");
    world.run(&world.silo, "INSERT INTO public.plans VALUES (2, 'studio')");

    world.run(&world.silo, "INSERT INTO public.tokens VALUES (1, 1, 'left over')");
    let said = obstacles(&world, "database silo").await;
    assert!(said.contains("it has 1 rows of the tenant already"), "{said}");
    // Of another tenant, with a value that no two may have, and a board with a number that no two may have.
    world.run(&world.silo, "UPDATE public.tokens SET tenant_id = 9, token = '1-4'; INSERT INTO public.boards (id, tenant_id, slug, name) VALUES (2, 9, 's', 's')");
    let error = self::error(&world, "database silo").await;
    let said = error.to_string();
    assert!(said.contains("\"tokens_token_key\""), "{said}");
    // A value is the tenant's: it is for whoever asks, and in no text that a log may keep.
    assert!(!said.contains("1-4") && !format!("{error:?}").contains("1-4"), "{error:?}");
    assert!(error.values().is_some_and(|values| values.contains(": 1-4")), "{error}");
    assert!(
        said.contains("\"boards_pkey\"") || said.contains("\"public\".\"boards\": other tenants"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_is_not_ready_is_named() {
    let world = World::new(5);
    let said = obstacles(&world, "schema acme").await;
    assert!(said.contains("\"acme\".\"boards\": there is no such table at the destination"), "{said}");
    world.schema(&world.home, "acme");
    world.run(
        &world.home,
        "ALTER POLICY tenancy_select ON acme.notes USING (true); ALTER TABLE acme.boards DROP COLUMN touched, ALTER COLUMN version TYPE bigint; ALTER TABLE acme.tokens DISABLE ROW LEVEL SECURITY",
    );
    let said = obstacles(&world, "schema acme").await;
    for part in [
        "the column \"touched\" is missing there",
        "the column \"version\" is bigint NOT NULL there, and integer NOT NULL at the source",
        "\"acme\".\"tokens\": its row-level security differs from the source's",
        "\"acme\".\"notes\": its row-level security differs from the source's",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    world.run(
        &world.home,
        "UPDATE tenancy.tenant_placements SET kind = 'schema', schema_name = 'acme' WHERE tenant = '2'",
    );
    let said = obstacles(&world, "schema acme").await;
    assert!(said.contains("the schema acme: another tenant has or had it"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_is_told_what_it_takes() {
    let world = World::new(5);
    world.schema(&world.home, "acme");
    let (owner, across) = (world.role("owner"), world.role("across"));
    let revoking = alone();
    world.run(
        &world.home,
        &format!("REVOKE SET ON PARAMETER session_replication_role FROM {owner}; REVOKE {across} FROM {owner}; ALTER TABLE acme.tokens OWNER TO {across}"),
    );
    drop(revoking);
    let said = obstacles(&world, "schema acme").await;
    for part in [
        format!("it is not a member of \"{across}\"; GRANT \"{across}\" TO \"{owner}\""),
        format!("GRANT SET ON PARAMETER session_replication_role TO \"{owner}\""),
        "does not own it".to_owned(),
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    // The application's own role sees no catalog.
    let nobody = Relocation::new(
        world.security(),
        TenantKey::new("1").unwrap(),
        DatabaseAddress::new(world.url(&world.home, "app")).unwrap(),
        OperatorConnection::new("tenancy"),
    );
    let error = nobody.run(&place("schema acme")).await.unwrap_err();
    assert!(error.to_string().contains("permission denied"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_cannot_be_reached_is_an_error_and_the_tenant_stays() {
    let world = World::new(5);
    let nowhere = DatabaseAddress::new("postgres://nobody@127.0.0.1:1/nowhere").unwrap();
    let error = relocation(&world, options())
        .addresses(move |_: &_| Some(nowhere.clone()))
        .run(&place("database silo"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("the destination cannot be connected to"), "{error}");
    let error = relocation(&world, options()).run(&place("database unknown")).await.unwrap_err();
    assert!(error.to_string().contains("no address for the database \"unknown\""), "{error}");
    let other = relocation(&world, options().expect_server(ExpectedServer::Other))
        .run(&place("database silo"))
        .await
        .unwrap_err();
    assert!(other.to_string().contains("it is on the same server as the catalog"), "{other}");
    let same = relocation(&world, options()).run(&place("shared")).await.unwrap();
    assert!(same.stop.is_none() && !same.left_at_source);
    assert_eq!(
        world.lines(&world.home, &format!("SELECT concat_ws(' ', status, kind) AS line FROM tenancy.tenant_placements WHERE tenant = '{TENANT}'")),
        ["active shared"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_is_lost_on_the_way_leaves_the_tenant_where_it_was() {
    let server = fresh_postgres();
    let world = World::with_server(40, &server);
    let objects = world.objects(&world.home);
    let writers = Writers::start(&world, 2).await;
    let Ended::Killed = kill_when_reached(world.worker("database silo", Some("copied:3"))) else {
        panic!("not killed")
    };
    drop(server);
    let error = relocation(&world, options()).run(&place("database silo")).await.unwrap_err();
    assert!(error.to_string().contains("the destination cannot be connected to"), "{error}");
    writers.wait_for(50).await;
    // Nothing holds the source back any more, though what is at the destination is not erased yet.
    let error = relocation(&world, options()).undo().await.unwrap_err();
    assert!(error.to_string().contains("the destination cannot be connected to"), "{error}");
    assert_eq!(world.objects(&world.home), objects);
    let history = writers.end().await;
    assert_eq!(found(&world, &world.home, "public"), history);
    let error = relocation(&world, options()).run(&place("database silo")).await.unwrap_err();
    assert!(error.to_string().contains("is being taken back") && error.fix().contains("--undo"), "{error}");
}

/// A file system of a few megabytes; `None` where this account may not mount one.
struct Small(std::path::PathBuf);

impl Small {
    fn mount() -> Option<Self> {
        let directory = postgres_directory()?.join("small");
        std::fs::create_dir_all(&directory).unwrap();
        let small = Self(directory);
        small.sized("3m", "").then_some(small)
    }

    fn sized(&self, size: &str, remount: &str) -> bool {
        // The server sets the permissions of a tablespace, and so has to own it.
        let data = std::fs::metadata(postgres_directory().unwrap().join("data")).unwrap();
        let options = format!("{remount}size={size},mode=700,uid={},gid={}", data.uid(), data.gid());
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&self.0);
        mount.stderr(std::process::Stdio::null()).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _gone = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_that_is_full_is_named_and_gone_on_with_when_there_is_room() {
    let world = World::new(60);
    let Some(small) = Small::mount() else {
        println!("skipped: no file system can be mounted by this account");
        return;
    };
    world.schema(&world.home, "acme");
    let space = world.role("small");
    world.run(&world.home, &format!("CREATE TABLESPACE {space} LOCATION '{}'", small.0.display()));
    world.run(&world.home, &format!("ALTER TABLE acme.notes SET TABLESPACE {space}"));
    world.run(
        &world.home,
        "INSERT INTO public.notes (board_id, body) SELECT (SELECT min(id) FROM public.boards WHERE tenant_id = 1), string_agg(sha256(n::text::bytea)::text, '')
           FROM generate_series(1, 60000) AS n GROUP BY n % 2000",
    );
    let writers = Writers::start(&world, 2).await;
    let error = relocation(&world, options()).run(&place("schema acme")).await.unwrap_err();
    assert!(
        error.to_string().contains("No space left on device")
            && error.to_string().contains("\"acme\".\"notes\""),
        "{error}"
    );
    assert!(error.fix().contains("make room there and run it again"), "{}", error.fix());
    writers.wait_for(20).await;
    assert!(small.sized("64m", "remount,"));
    relocation(&world, options().batch(5_000)).run(&place("schema acme")).await.unwrap();
    writers.wait_for(20).await;
    let history = writers.end().await;
    assert_eq!(found(&world, &world.home, "acme"), history);
    world.run(&world.home, "ALTER TABLE acme.notes SET TABLESPACE pg_default");
    world.run(&world.home, &format!("DROP TABLESPACE {space}"));
}
