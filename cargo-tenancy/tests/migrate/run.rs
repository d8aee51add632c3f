//! Where migrations run, and in which order.

use diesel::migration::MigrationConnection as _;
use diesel::{Connection as _, PgConnection};

use tenancy_tests::server::postgres_is_older_than;

use crate::world::{NOTES, TAGS, World, lines_at, run_at, versions_at};

const ALL: &str = "0001 0002 0003";

#[test]
fn every_place_of_every_tenant_is_migrated_once() {
    let world = World::new("everywhere", &["acme", "zoo"]).with_silo().with_migrations();
    let plan = world.json(1, &["plan"]);
    assert_eq!(plan["targets"].as_array().unwrap().len(), 5);
    assert!(
        plan["targets"]
            .as_array()
            .unwrap()
            .iter()
            .all(|target| target["pending"].as_array().unwrap().len() == 3)
    );
    assert_eq!(world.versions("acme"), "");

    let ran = world.says(0, &["run"]);
    assert!(
        ran.out.contains("15 applied on 5 of 5 targets; 0 up to date, 0 failed, 0 not reached"),
        "{}",
        ran.out
    );
    for schema in ["public", "acme", "zoo"] {
        assert_eq!(world.versions(schema), ALL, "{schema}");
        assert_eq!(
            world.relations(schema),
            "notes notes_by_body notes_id_seq notes_pkey red_tags tags tags_id_seq tags_pkey",
            "{schema}"
        );
    }
    for schema in ["public", "eight"] {
        assert_eq!(versions_at(&world.silo, schema), ALL, "{schema}");
    }

    let ran = world.says(0, &["run"]);
    assert!(ran.out.starts_with("0 applied on 0 of 5 targets; 5 up to date"), "{}", ran.out);
    world.says(0, &["plan"]);
    let status = world.says(0, &["status"]);
    for target in ["shared ", "acme ", "zoo ", "silo/ ", "silo/eight "] {
        let line = status
            .out
            .lines()
            .find(|line| line.starts_with(target))
            .unwrap_or_else(|| panic!("{}", status.out));
        assert!(line.contains("applied") && line.ends_with("3  0003_index"), "{line}");
    }
    // Nobody but the owner reads what is going on, and nothing is created beside.
    assert_eq!(world.lines("SELECT coalesce(relacl::text, '') AS line FROM pg_class WHERE oid = 'tenancy.migration_steps'::regclass AND relacl::text LIKE '%=r/%'"), [""; 0]);
}

#[test]
fn diesel_and_a_run_know_what_the_other_has_applied() {
    let world = World::new("diesel", &["acme"]).with_migrations();
    // As the Diesel CLI makes its table, and the first migration.
    let mut connection = PgConnection::establish(&world.home).unwrap();
    connection.setup().unwrap();
    drop(connection);
    world.run(&format!("{NOTES}; INSERT INTO __diesel_schema_migrations (version) VALUES ('0001')"));
    let report = world.json(0, &["run"]);
    assert_eq!(report["targets"][0]["applied"], serde_json::json!(["0002_tags", "0003_index"]));
    assert_eq!(report["applied"], 5);
    assert_eq!(
        world.lines("SELECT version || ' ' || (checksum IS NULL) AS line FROM tenancy.migration_steps WHERE schema_name = '' ORDER BY version"),
        ["0001 true", "0002 false", "0003 false"]
    );
    // A table that a run has made is the one that Diesel makes.
    let columns = "SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull, ', ' ORDER BY attnum) AS line FROM pg_attribute
        WHERE attnum > 0 AND attrelid = '{}.__diesel_schema_migrations'::regclass";
    assert_eq!(world.lines(&columns.replace("{}", "acme")), world.lines(&columns.replace("{}", "public")));
    // Taken back by Diesel, it is pending again.
    world.run("DROP INDEX notes_by_body; DELETE FROM __diesel_schema_migrations WHERE version = '0003'");
    assert!(world.says(1, &["plan"]).out.contains("pending at shared\n  0003_index"));
    assert!(world.says(0, &["run"]).out.starts_with("shared: 0003_index\n"));
}

#[test]
fn schemas_have_their_own_migrations_behind_those_of_their_database() {
    let world = World::new("apart", &["acme", "zoo"]).with_silo();
    world.migration_in("shared", "0001_plans", "CREATE TABLE plans (id integer PRIMARY KEY)");
    world.migration_in("tenant", "0002_subscriptions", "CREATE TABLE subscriptions (plan_id integer REFERENCES public.plans); COMMENT ON SCHEMA :\"schema\" IS :'schema'");
    let folders = ["--migrations", "shared", "--migrations", "tenant", "--tenant-migrations", "tenant"];
    // The tables' comment names no schema in the shared ones.
    world
        .says(3, &[&["run", "--jobs", "1"], &folders[..]].concat())
        .with(&["migration 0002_subscriptions", "SQLSTATE 42601"]);
    let folders = ["--migrations", "shared", "--tenant-migrations", "tenant"];
    let canary = world.says(0, &[&["run", "--canary", "8", "--only-canaries"], &folders[..]].concat());
    assert!(canary.out.contains("silo/: 0001_plans\nsilo/eight: 0002_subscriptions\n"), "{}", canary.out);
    assert!(canary.out.contains("run it without --only-canaries"), "{}", canary.out);
    assert_eq!(world.versions("acme"), "");
    world.says(0, &[&["run"], &folders[..]].concat());
    for (schema, table) in
        [("public", "plans plans_pkey"), ("acme", "subscriptions"), ("zoo", "subscriptions")]
    {
        assert_eq!(world.relations(schema), table);
    }
    assert_eq!(lines_at(&world.silo, "SELECT obj_description('eight'::regnamespace) AS line"), ["eight"]);
    world.says(0, &["drift", "--apart"]);
    world.says(1, &["drift"]);
}

#[test]
fn a_canary_is_first_and_its_failure_is_nobody_elses() {
    let world = World::new("canary", &["acme", "kiwi", "zoo"]).with_migrations();
    world.run("CREATE TABLE kiwi.tags ()");
    for words in [&["run", "--canary", "kiwi"][..], &["run", "--canary", "kiwi", "--go-on"]] {
        let report = world.json(3, words);
        let outcomes: Vec<_> = report["targets"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["outcome"].as_str().unwrap())
            .collect();
        assert_eq!(outcomes, ["not_reached", "not_reached", "failed", "not_reached"], "{report}");
    }
    assert_eq!(
        (world.versions("kiwi"), world.versions("acme"), world.versions("public")),
        ("0001".to_owned(), String::new(), String::new())
    );
    world.run("DROP TABLE kiwi.tags");
    // So many come first, and those that are one tenant's before the shared ones.
    let report = world.json(0, &["run", "--first", "2", "--only-canaries"]);
    assert_eq!(report["targets"].as_array().unwrap().len(), 2);
    assert_eq!(
        (world.versions("acme"), world.versions("kiwi"), world.versions("zoo"), world.versions("public")),
        (ALL.to_owned(), ALL.to_owned(), String::new(), String::new())
    );
    let ran = world.says(0, &["run", "--canary", "acme"]).with(&["1 canaries are done"]);
    assert!(ran.out.contains("6 applied on 2 of 4 targets; 2 up to date"), "{}", ran.out);
}

#[test]
fn several_run_at_a_time_and_no_more_than_one_says() {
    let world = World::new("parallel", &["acme", "zoo"]);
    // Ends well only while another session is in it too.
    world.migration(
        "0001_together",
        "SELECT pg_advisory_xact_lock_shared(4242);
         DO $$ BEGIN
             FOR i IN 1..(SELECT tries FROM public.patience) LOOP
                 IF (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4242 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) > 1
                 THEN PERFORM pg_sleep(0.3); RETURN; END IF;
                 PERFORM pg_sleep(0.05);
             END LOOP;
             RAISE 'it is alone';
         END $$",
    );
    world.run("CREATE TABLE patience AS SELECT 6 AS tries");
    let tenants = ["run", "--tenant", "acme", "--tenant", "zoo", "--go-on"];
    for alone in [&["--jobs", "1"][..], &["--jobs", "2", "--jobs-per-server", "1"]] {
        let ran = world.says(1, &[&tenants[..], alone].concat());
        assert_eq!(ran.out.matches("it is alone").count(), 2, "{}", ran.out);
    }
    world.run("UPDATE patience SET tries = 600");
    let report = world.json(0, &[&tenants[..], &["--jobs", "2"]].concat());
    assert_eq!(report["applied"], 2);
    assert_eq!(world.versions("public"), "");
}

#[test]
fn tenants_that_are_to_come_get_their_tables_and_deleted_ones_are_left_alone() {
    let world = World::new("to_come", &["acme"]).with_migrations();
    world.run("INSERT INTO tenancy.tenant_placements VALUES ('gone', 'deleted', 'schema', 'gone')");
    world.says(3, &["run", "--schema", "next"]).with(&["next: there is no such schema", "--create-schemas"]);
    let ran = world.says(0, &["run", "--schema", "next", "--create-schemas"]);
    assert!(ran.out.contains("3 applied on 1 of 1 target;"), "{}", ran.out);
    assert_eq!((world.versions("next"), world.versions("acme")), (ALL.to_owned(), String::new()));
    world.says(0, &["run"]);
    assert_eq!(world.versions("acme"), ALL);
    // Whose schema is not there is named, and no table is made elsewhere for it.
    world.run("INSERT INTO tenancy.tenant_placements VALUES ('lost', 'active', 'schema', 'lost')");
    world.says(3, &["run"]).with(&["lost: there is no such schema", "take the tenant out of the catalog"]);
}

#[test]
fn a_search_path_that_a_migration_sets_is_its_own() {
    let world = World::new("search_path", &["acme"]);
    // As pg_dump begins its output.
    world.migration("0001_dumped", "SELECT pg_catalog.set_config('search_path', '', false); SET statement_timeout = 1; SET statement_timeout = 0; SET row_security = off");
    world.migration("0002_notes", NOTES);
    world.migration("0003_tags", TAGS);
    world.says(0, &["run"]);
    for schema in ["public", "acme"] {
        assert_eq!(world.versions(schema), ALL);
        assert!(world.relations(schema).contains("notes_pkey red_tags tags"));
    }
    run_at(
        &world.home,
        "INSERT INTO acme.notes (body) VALUES ('x'); INSERT INTO public.notes (body) VALUES ('y'), ('z')",
    );
}

/// As a role that serves requests may be given it.
#[test]
fn a_limit_of_transactions_is_no_migrations() {
    if postgres_is_older_than(17) {
        return;
    }
    let world = World::new("transaction_limit", &[]);
    let name = world.home.rsplit('/').next().unwrap().split('?').next().unwrap();
    world.run(&format!("ALTER DATABASE {name} SET transaction_timeout = '400ms'"));
    world.migration("0001_notes", &format!("{NOTES}; SELECT pg_sleep(0.8)"));
    world.says(0, &["run"]);
    assert!(world.relations("public").contains("notes_pkey"));
}
