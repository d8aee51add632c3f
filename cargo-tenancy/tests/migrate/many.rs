//! Many schemas: that they are all reached, and what a thousand cost.

use std::time::Instant;

use crate::world::{NOTES, TAGS, World};

/// A tenant's tables, as many as a small application has, and one change of them.
fn with_many_tables(world: &World) {
    world.migration("0001_notes", NOTES);
    world.migration("0002_tags", TAGS);
    let tables: String = (1..=8)
        .map(|n| {
            format!(
                "CREATE TABLE things_{n} (id bigserial PRIMARY KEY, note_id bigint REFERENCES notes, name text NOT NULL, made_at timestamptz DEFAULT now());
                 CREATE INDEX ON things_{n} (note_id); "
            )
        })
        .collect();
    world.migration("0003_things", &tables);
}

fn schemas(count: usize) -> Vec<String> {
    (1..=count).map(|number| format!("tenant_{number:04}")).collect()
}

fn of_many(name: &str, count: usize) -> World {
    let world = World::new(name, &[]);
    with_many_tables(&world);
    for part in schemas(count).chunks(100) {
        let created: String = part.iter().map(|schema| format!("CREATE SCHEMA {schema};")).collect();
        world.run(&created);
    }
    world.run(&format!(
        "INSERT INTO tenancy.tenant_placements SELECT name, 'active', 'schema', name FROM (SELECT 'tenant_' || to_char(n, 'FM0000') AS name FROM generate_series(1, {count}) AS n) AS t"
    ));
    world
}

#[test]
fn every_one_of_many_schemas_is_reached() {
    let world = of_many("many", 25);
    let report = world.json(0, &["run", "--jobs", "8"]);
    assert_eq!((report["targets"].as_array().unwrap().len(), &report["applied"]), (26, &78.into()));
    let drift = world.says(0, &["drift", "--jobs", "8"]);
    assert_eq!(
        drift.out,
        "1 of 1 targets are alike, as shared is\n25 of 25 targets are alike, as tenant_0001 is\n"
    );
    let plan = world.says(0, &["plan"]);
    assert_eq!(plan.out, "up to date at shared, tenant_0001, tenant_0002, tenant_0003 and 22 more\n");
}

/// The catalog's tables and indexes, and what one session has in its memory that has looked at every table.
const SIZES: [(&str, &str); 5] = [
    ("rows of pg_class", "SELECT count(*)::text AS line FROM pg_class"),
    ("rows of pg_attribute", "SELECT count(*)::text AS line FROM pg_attribute"),
    (
        "bytes of the system catalogs",
        "SELECT sum(pg_total_relation_size(oid))::text AS line FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r'",
    ),
    ("bytes of the database", "SELECT pg_database_size(current_database())::text AS line"),
    (
        "files of the database",
        "SELECT count(*)::text AS line FROM pg_ls_dir('base/' || (SELECT oid FROM pg_database WHERE datname = current_database()))",
    ),
];

/// `TENANCY_SCHEMAS=1000 cargo test --workspace --test migrate -- --ignored --nocapture a_thousand`
#[test]
#[ignore = "it takes minutes: what is measured is in tenancy-operate/docs/migrations.md"]
fn a_thousand_schemas_are_measured() {
    let count = std::env::var("TENANCY_SCHEMAS").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let world = of_many("measured", count);
    let sizes = |when: &str| {
        for (what, query) in SIZES {
            println!("{when}: {} {what}", world.lines(query).concat());
        }
    };
    let timed = |what: &str, words: &[&str]| {
        let begun = Instant::now();
        world.says(0, words);
        println!("{what}: {:.1} s", begun.elapsed().as_secs_f64());
    };
    sizes("before");
    timed("three migrations, 10 tables, --jobs 8", &["run", "--jobs", "8"]);
    sizes("after");
    for (version, jobs) in [("0004", "1"), ("0005", "4"), ("0006", "8")] {
        world.migration(
            &format!("{version}_column"),
            &format!("ALTER TABLE notes ADD COLUMN c{version} integer NOT NULL DEFAULT 0"),
        );
        timed(&format!("a column, --jobs {jobs}"), &["run", "--jobs", jobs]);
    }
    timed("nothing to do, --jobs 8", &["run", "--jobs", "8"]);
    timed("plan, --jobs 8", &["plan", "--jobs", "8"]);
    timed("drift, --jobs 1", &["drift", "--jobs", "1"]);
    timed("drift, --jobs 8", &["drift", "--jobs", "8"]);
    timed("status", &["status"]);
    sizes("after three columns");
    // One transaction would hold a lock on each, for which a server has no room.
    let touched = "DO $$ DECLARE one regclass; BEGIN
            FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text LIKE 'tenant_%'
            LOOP EXECUTE format('SELECT FROM %s LIMIT 1', one); COMMIT; END LOOP; END $$";
    let memory = "SELECT pg_size_pretty(sum(total_bytes)) AS line FROM pg_backend_memory_contexts";
    println!("memory of a session: {}", world.lines(memory).concat());
    println!("memory of a session that has read every table: {}", memory_after(&world, touched, memory));
}

fn memory_after(world: &World, sql: &str, query: &str) -> String {
    use diesel::connection::SimpleConnection as _;
    use diesel::{Connection as _, PgConnection, RunQueryDsl as _, sql_query, sql_types::Text};

    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text)]
        line: String,
    }
    let mut connection = PgConnection::establish(&world.home).unwrap();
    connection.batch_execute(sql).unwrap();
    sql_query(query).get_result::<Line>(&mut connection).unwrap().line
}
