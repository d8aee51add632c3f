//! The rules of keys, indexes and tenant columns, each broken so that it alone is found.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, Report, RowSecurity, tables};

use crate::database::{Database, agents, declared, lines, value};
use crate::rules::{broken_and_mended, report_as};

tenancy_diesel::table! { notes (id) { id -> Integer, tenant_id -> Text, } }
tenancy_diesel::table! { numbered (id) { id -> Integer, tenant_id -> Integer, } }
tenancy_diesel::table! { events (id) { id -> Integer, tenant_id -> Integer, } }

/// A database with `sql` run by the owner, the wall up.
pub(crate) fn walled(prefix: &str, tables: tenancy_rls::Tables, sql: &str) -> (Database, RowSecurity) {
    let database = Database::empty(prefix);
    database
        .superuser()
        .batch_execute("CREATE EXTENSION citext; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin")
        .unwrap();
    database.owner().batch_execute(sql).unwrap();
    let wall = RowSecurity::new(tables, database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    (database, wall)
}

/// The codes and objects of what is found as the application.
pub(crate) fn found(database: &Database, wall: &RowSecurity) -> (Vec<String>, Report) {
    let report = report_as(database, &Inspection::new(wall), "app");
    let found =
        report.findings.iter().map(|finding| format!("{} {}", finding.code, finding.object)).collect();
    (found, report)
}

#[test]
fn r017_a_column_that_the_database_reads_more_coarsely() {
    const KINDS: &str = "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE DOMAIN padded AS char(8); CREATE DOMAIN nested AS padded CHECK (VALUE <> ''); CREATE DOMAIN folded AS citext;
        CREATE DOMAIN exact AS text; CREATE DOMAIN loose AS text COLLATE ci;";
    // What is compared as a text of its own making has no index either.
    for (kind, codes) in [
        ("text", ""),
        ("varchar(20)", ""),
        ("exact", ""),
        ("text COLLATE \"C\"", ""),
        ("text COLLATE ci", "R017"),
        ("varchar(20) COLLATE ci", "R017"),
        ("loose", "R017"),
        ("name", "R017"),
        ("char(8)", "R017 R032"),
        ("\"char\"", "R017 R032"),
        ("citext", "R017 R032"),
        ("padded", "R017 R032"),
        ("nested", "R017 R032"),
        ("folded", "R017 R032"),
    ] {
        let sql =
            format!("{KINDS} CREATE TABLE notes (id integer, tenant_id {kind}, PRIMARY KEY (tenant_id, id))");
        let (database, wall) = walled("rule_r017", tables![notes], &sql);
        let (_, report) = found(&database, &wall);
        let is: Vec<_> = report.refusals().map(|finding| finding.code.as_str()).collect();
        assert_eq!(is.join(" "), codes, "{kind}: {report}");
        // A second run builds nothing that would be of no use.
        database.owner().batch_execute(&wall.migration().up()).unwrap();
        assert_eq!(found(&database, &wall).1, report, "{kind}");
    }
    for (kind, coarse) in
        [("integer", false), ("bigint", false), ("numeric", false), ("numeric(9, 2)", true), ("real", true)]
    {
        let sql =
            format!("CREATE TABLE numbered (id integer, tenant_id {kind}, PRIMARY KEY (tenant_id, id))");
        let (database, wall) = walled("rule_r017", tables![numbered], &sql);
        let (codes, report) = found(&database, &wall);
        assert_eq!(codes.contains(&"R017 numbered column tenant_id".to_owned()), coarse, "{kind}: {report}");
    }
}

/// Why R017 is a refusal.
#[test]
fn r017_is_a_leak_behind_the_wall() {
    let sql = "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE notes (id integer, tenant_id text COLLATE ci, PRIMARY KEY (tenant_id, id)); INSERT INTO notes VALUES (1, 'acme')";
    let (database, _) = walled("rule_r017_leak", tables![notes], sql);
    let mut app = database.app();
    app.batch_execute("BEGIN; SET LOCAL tenancy.tenant = 'ACME'").unwrap();
    assert_eq!(lines(&mut app, "SELECT id FROM notes").unwrap(), ["(1)"]);
}

#[test]
fn r032_an_index_that_does_not_answer() {
    const NONE: &str = "ALTER TABLE canvases DROP CONSTRAINT canvases_pkey; DROP INDEX canvases_by_title;
         ALTER TABLE canvases ADD PRIMARY KEY (id, tenant_id);";
    for index in ["USING brin (tenant_id)", "(tenant_id) WHERE score > 0"] {
        broken_and_mended("R032", "canvases", &format!("{NONE} CREATE INDEX other ON canvases {index}"));
    }
    for index in ["USING hash (tenant_id)", "(tenant_id, score)", "(tenant_id DESC) INCLUDE (score)"] {
        let database = Database::walled("rule_r032", |wall| wall);
        database
            .superuser()
            .batch_execute(&format!("{NONE} CREATE INDEX other ON canvases {index}"))
            .unwrap();
        assert_eq!(found(&database, &database.wall()).0, [""; 0], "{index}");
    }
    let sql = "CREATE TABLE notes (id integer, tenant_id text NOT NULL, PRIMARY KEY (id, tenant_id));
        CREATE INDEX other ON notes (tenant_id COLLATE \"C\")";
    let database = Database::empty("rule_r032_collation");
    database.owner().batch_execute(sql).unwrap();
    let wall = RowSecurity::new(tables![notes], database.roles()).unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert!(report.findings.iter().any(|finding| finding.code == "R032"), "{}", report.in_full());
}

#[test]
fn r033_a_key_that_something_else_needs() {
    for (what, holder) in [
        (
            "ALTER TABLE plans ADD main integer REFERENCES agents (id)",
            "constraint plans_main_fkey on table plans",
        ),
        (
            "CREATE TABLE legacy (agent integer REFERENCES agents (id))",
            "constraint legacy_agent_fkey on table legacy",
        ),
        (
            "CREATE VIEW per_agent WITH (security_invoker) AS SELECT id, name, count(*) FROM agents GROUP BY id",
            "rule _RETURN on view per_agent",
        ),
        (
            "CREATE FUNCTION per() RETURNS SETOF text BEGIN ATOMIC SELECT name FROM agents GROUP BY id; END",
            "function per()",
        ),
    ] {
        let database = Database::unwalled("rule_r033");
        database.owner().batch_execute(what).unwrap();
        let wall = database.wall();
        for _ in 0..2 {
            database.owner().batch_execute(&wall.migration().up()).unwrap();
            let (codes, report) = found(&database, &wall);
            assert_eq!(codes, ["R033 agents key agents_pkey"], "{report}");
            assert!(report.is_clean() && report.findings[0].reason.contains(holder), "{report}");
        }
        // The tenants' own foreign keys pair the tenants.
        let key = value(
            &mut database.superuser(),
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'canvases_agent_id_fkey'",
        );
        assert!(key.contains("(tenant_id, agent_id) REFERENCES agents(tenant_id, id"), "{key}");
        database.owner().batch_execute(&wall.migration().down()).unwrap();
    }
}

#[test]
fn r034_a_key_over_all_tenants_that_is_none() {
    let database = Database::walled("rule_r034", |wall| wall);
    let wall = |key| {
        let tables =
            declared().unique_over_all_tenants::<agents::table>(key, "a login is looked up without a tenant");
        RowSecurity::new(tables, database.roles()).unwrap()
    };
    // Misspelt.
    let (codes, report) = found(&database, &wall("agents_nam_key"));
    assert_eq!(codes, ["R034 agents key agents_nam_key"], "{report}");
    assert!(!report.is_clean());
    let refused =
        database.owner().batch_execute(&wall("agents_nam_key").migration().up()).unwrap_err().to_string();
    assert!(
        refused.contains("public.agents key agents_nam_key: it is declared to be unique over all tenants"),
        "{refused}"
    );
    // The wall was up before the key was declared.
    let wall = wall("agents_name_key");
    let key = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'agents_name_key'";
    let (codes, report) = found(&database, &wall);
    assert_eq!(codes, ["R034 agents key agents_name_key"], "{report}");
    assert_eq!(value(&mut database.superuser(), key), "\"UNIQUE (tenant_id, name)\"");
    let mend = report.findings[0].mend.clone();
    for sql in [mend, wall.migration().up(), wall.migration().up()] {
        database.owner().batch_execute(&sql).unwrap();
        assert_eq!(value(&mut database.superuser(), key), "\"UNIQUE (name)\"");
        let (codes, report) = found(&database, &wall);
        assert_eq!(codes, ["R031 agents key agents_name_key"], "{report}");
        assert_eq!(report.findings[0].waived.as_deref(), Some("a login is looked up without a tenant"));
        assert!(report.is_clean(), "{report}");
    }
}

#[test]
fn r035_an_index_that_the_wall_makes_useless() {
    let sql = "CREATE TYPE mood AS ENUM ('calm');
        CREATE TABLE numbered (id integer PRIMARY KEY, tenant_id integer NOT NULL, a text, b citext, c numeric, d uuid, e timestamptz,
            f mood, g text[], h int4range, i tsvector, j jsonb, k bytea, l bigint, m date);
        CREATE INDEX i_text ON numbered (tenant_id, a); CREATE INDEX i_pattern ON numbered (a text_pattern_ops);
        CREATE INDEX i_uuid ON numbered (tenant_id, d); CREATE INDEX i_time ON numbered (tenant_id, e);
        CREATE INDEX i_bytea ON numbered (tenant_id, k); CREATE INDEX i_big ON numbered (tenant_id, l, c);
        CREATE INDEX i_date ON numbered (m); CREATE INDEX i_hash ON numbered USING hash (l);
        CREATE INDEX x_lower ON numbered (tenant_id, lower(a)); CREATE INDEX x_citext ON numbered (tenant_id, b);
        CREATE INDEX x_numeric ON numbered (tenant_id, c); CREATE INDEX x_tags ON numbered USING gin (tenant_id, g);
        CREATE INDEX x_range ON numbered USING gist (h); CREATE INDEX x_words ON numbered USING gin (tenant_id, i);
        CREATE INDEX x_json ON numbered USING gin (j jsonb_path_ops); CREATE INDEX x_trigram ON numbered USING gin (a gin_trgm_ops);
        INSERT INTO numbered (id, tenant_id, a, b, c, l, j) SELECT n, n % 3, 'x' || n, 'x' || n, n, n, jsonb_build_object('k', n) FROM generate_series(1, 3000) AS n;
        ANALYZE numbered";
    let (database, wall) = walled("rule_r035", tables![numbered], sql);
    let (codes, report) = found(&database, &wall);
    let useless = ["citext", "json", "lower", "numeric", "range", "tags", "trigram", "words"];
    assert_eq!(codes, useless.map(|index| format!("R035 x_{index}")), "{report}");
    assert!(report.is_clean(), "{report}");
    // It is as the planner has it.
    let mut app = database.app();
    app.batch_execute("BEGIN; SET LOCAL tenancy.tenant = '1'; SET LOCAL enable_seqscan = off").unwrap();
    for (condition, index) in [
        ("a = 'x7'", "i_text"),
        ("l = 7", "i_big"),
        ("lower(a) = 'x7'", "x_lower"),
        ("b = 'x7'", "x_citext"),
        ("c = 7", "x_numeric"),
        ("j @> '{\"k\": 7}'", "x_json"),
        ("a LIKE '%x777%'", "x_trigram"),
    ] {
        let plan = plan(&mut app, condition);
        // An index may still be read by its first column, the tenant.
        let column = format!("({} ", condition.split(' ').next().unwrap());
        let searched = plan.lines().any(|line| line.contains("Index Cond") && line.contains(&column));
        assert_eq!(searched, index.starts_with("i_"), "{condition}: {plan}");
    }
    drop(app);
    // What a superuser vouches for is used, and found no more.
    database.superuser().batch_execute("ALTER FUNCTION jsonb_contains(jsonb, jsonb) LEAKPROOF").unwrap();
    let (codes, _) = found(&database, &wall);
    assert!(!codes.contains(&"R035 x_json".to_owned()), "{codes:?}");
    database.superuser().batch_execute("ALTER FUNCTION jsonb_contains(jsonb, jsonb) NOT LEAKPROOF").unwrap();
}

fn plan(connection: &mut diesel::PgConnection, condition: &str) -> String {
    use diesel::RunQueryDsl as _;

    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let query = format!("EXPLAIN (COSTS OFF) SELECT id FROM numbered WHERE tenant_id = 1 AND {condition}");
    let lines: Vec<Line> = diesel::sql_query(query).load(connection).unwrap();
    lines.into_iter().map(|line| line.line + "\n").collect()
}

#[test]
fn r044_a_new_partition_needs_nothing_until_somebody_is_granted_it() {
    let sql = "CREATE TABLE events (id integer NOT NULL, tenant_id integer NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
        CREATE TABLE events_10 PARTITION OF events FOR VALUES FROM ('2026-10-01') TO ('2026-11-01')";
    let (database, wall) = walled("rule_r044", tables![events], sql);
    let clean = || assert_eq!(found(&database, &wall).0, [""; 0]);
    clean();
    let mut owner = database.owner();
    owner
        .batch_execute(
            "CREATE TABLE events_11 PARTITION OF events FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')",
        )
        .unwrap();
    clean();
    let mut app = database.app();
    app.batch_execute(
        "BEGIN; SET LOCAL tenancy.tenant = '1'; INSERT INTO events VALUES (1, 1, '2026-11-05'); COMMIT;
         BEGIN; SET LOCAL tenancy.tenant = '2'; INSERT INTO events VALUES (1, 2, '2026-11-05')",
    )
    .unwrap();
    assert_eq!(lines(&mut app, "SELECT tenant_id FROM events").unwrap(), ["(2)"]);
    app.batch_execute("COMMIT").unwrap();
    let refused = lines(&mut app, "SELECT * FROM events_11").unwrap_err().to_string();
    assert!(refused.contains("permission denied for table events_11"), "{refused}");
    // A view of one is found as one of the whole.
    owner.batch_execute("CREATE VIEW november AS SELECT * FROM events_11").unwrap();
    assert_eq!(found(&database, &wall).0, ["R041 november"]);
    owner.batch_execute("DROP VIEW november").unwrap();
    // As managed servers have it.
    owner
        .batch_execute(&format!(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {}_app;
             CREATE TABLE events_12 PARTITION OF events FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')",
            database.name
        ))
        .unwrap();
    let privileges = format!("R049 default privileges of {}_owner in public", database.name);
    assert_eq!(found(&database, &wall).0, ["R044 events_12", &privileges]);
    owner
        .batch_execute(&format!(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE SELECT ON TABLES FROM {}_app",
            database.name
        ))
        .unwrap();
    owner.batch_execute(&wall.migration().up()).unwrap();
    clean();
    owner.batch_execute("INSERT INTO events_12 VALUES (1, 1, '2026-12-05')").unwrap_err();
    app.batch_execute(
        "BEGIN; SET LOCAL tenancy.tenant = '1'; INSERT INTO events VALUES (2, 1, '2026-12-05')",
    )
    .unwrap();
    assert_eq!(value(&mut app, "SELECT count(*) FROM events_12"), "0");
    assert_eq!(value(&mut app, "SELECT count(*) FROM events"), "2");
    app.batch_execute("ROLLBACK").unwrap();
    let switched =
        "SELECT bool_or(relrowsecurity OR relforcerowsecurity) FROM pg_class WHERE relname LIKE 'events%'";
    assert_eq!(value(&mut owner, switched), "t");
    owner.batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(value(&mut owner, switched), "f");
}

#[test]
fn r044_a_granted_column_of_a_part_is_enough() {
    broken_and_mended(
        "R044",
        "part",
        "CREATE TABLE part () INHERITS (agents); GRANT UPDATE (name) ON part TO {app}",
    );
}
