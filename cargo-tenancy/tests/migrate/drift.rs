//! A schema that is not as the others.

use serde_json::Value;
use tenancy_tests::server::postgres_is_older_than;

use crate::world::World;

/// What was found in one target: `kind name`, with a sign for what is missing or too much.
fn found(drifted: &Value) -> Vec<String> {
    let text = |difference: &Value| {
        let sign = match (difference["here"].is_null(), difference["elsewhere"].is_null()) {
            (true, false) => "-",
            (false, true) => "+",
            _ => "~",
        };
        format!("{sign} {} {}", difference["kind"].as_str().unwrap(), difference["name"].as_str().unwrap())
    };
    let mut found: Vec<_> = drifted["differences"].as_array().unwrap().iter().map(text).collect();
    found.sort();
    found
}

#[test]
fn whatever_differs_in_one_schema_is_named_and_nothing_else() {
    let world = World::new("drift", &["acme", "kiwi", "zoo"]).with_migrations();
    // What has the schema's own name in it is the same all the same.
    world.migration_in(
        "tenant",
        "0001_named",
        "CREATE SEQUENCE steps; CREATE TYPE pair AS (a integer, b text); CREATE DOMAIN code AS text CHECK (VALUE <> '');
         CREATE TABLE rows (id bigint PRIMARY KEY DEFAULT nextval('steps'), code code, pair pair, CONSTRAINT short CHECK (length(code) < 9));
         CREATE TABLE kept (id bigint REFERENCES rows, at date) PARTITION BY RANGE (at);
         CREATE TABLE kept_now PARTITION OF kept FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
         CREATE MATERIALIZED VIEW codes AS SELECT code FROM rows;
         CREATE FUNCTION first_code() RETURNS text LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT code FROM :\"schema\".rows LIMIT 1';
         CREATE FUNCTION sum_of(integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC SELECT $1 + count(*)::integer FROM rows; END",
    );
    let folders = ["--migrations", "migrations", "--tenant-migrations", "tenant"];
    world.says(0, &[&["run"], &folders[..]].concat());
    let alike = world.says(0, &["drift", "--apart"]);
    assert_eq!(alike.out, "1 of 1 targets are alike, as shared is\n3 of 3 targets are alike, as acme is\n");

    let role = format!("reader_{}", std::process::id());
    world.run(&format!(
        "SET search_path = kiwi; CREATE ROLE {role};
         ALTER TABLE rows ADD COLUMN extra text; ALTER TABLE rows ALTER COLUMN code SET NOT NULL; ALTER TABLE rows DROP CONSTRAINT short;
         CREATE INDEX by_code ON rows (code); ALTER TABLE rows ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON rows TO {role} USING (id = 1);
         GRANT SELECT ON rows TO {role}; GRANT USAGE ON SCHEMA kiwi TO {role}; ALTER SEQUENCE steps INCREMENT 5;
         CREATE TRIGGER same BEFORE UPDATE ON rows FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
         DROP TABLE kept; CREATE TYPE mood AS ENUM ('calm'); CREATE VIEW more AS SELECT 1 AS one;
         CREATE OR REPLACE FUNCTION first_code() RETURNS text LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT code FROM zoo.rows LIMIT 1';
         ALTER DOMAIN code SET DEFAULT 'x'; DELETE FROM __diesel_schema_migrations"
    ));
    let drift = world.json(1, &["drift", "--apart"]);
    let schemas = &drift["groups"][1];
    assert_eq!(
        (&schemas["as_most"], &schemas["targets"], &schemas["like"]),
        (&2.into(), &3.into(), &"acme".into()),
        "{drift}"
    );
    assert_eq!(schemas["drifted"][0]["targets"], serde_json::json!(["kiwi"]));
    assert_eq!(
        found(&schemas["drifted"][0]),
        [
            "+ column rows.extra",
            "+ grants more",
            "+ index rows.by_code",
            "+ policy rows.own",
            "+ trigger rows.same",
            "+ type mood",
            "+ view more",
            "- constraint rows.short",
            "- migration 0001",
            "- table kept",
            "- table kept_now",
            "~ column rows.code",
            "~ function first_code()",
            "~ grants rows",
            "~ schema ",
            "~ sequence steps",
            "~ table rows",
            "~ type code",
        ]
    );
    let text = world.says(1, &["drift", "--apart"]).out;
    for line in [
        "not alike: kiwi",
        "  table kept is missing",
        "  column rows.extra is there, and not elsewhere",
        "    here:      code NOT NULL",
        "    elsewhere: code",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}: {text}");
    }
    world.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

#[test]
fn those_that_drifted_alike_stand_together_and_what_cannot_be_read_is_named() {
    let world = World::new("together", &["a", "b", "c", "d", "e", "f", "g"]).with_migrations();
    world.says(0, &["run"]);
    for schema in ["b", "d"] {
        world.run(&format!("ALTER TABLE {schema}.notes ADD COLUMN extra text"));
    }
    world.run("ALTER TABLE e.notes ALTER COLUMN body DROP NOT NULL; DROP SCHEMA c CASCADE");
    let drift = world.json(1, &["drift"]);
    assert_eq!(drift["groups"].as_array().unwrap().len(), 2, "{drift}");
    let drifted = &drift["groups"][1]["drifted"];
    assert_eq!(drifted.as_array().unwrap().len(), 2, "{drift}");
    assert_eq!(drifted[0]["targets"], serde_json::json!(["b", "d"]));
    assert_eq!(found(&drifted[0]), ["+ column notes.extra"]);
    assert_eq!(found(&drifted[1]), ["~ column notes.body"]);
    assert_eq!(drift["unread"][0][0], "c");
    // The shared tables are compared with what most schemas are.
    world.run("ALTER TABLE public.notes ADD COLUMN extra text");
    let text = world.says(1, &["drift"]).out;
    assert!(
        text.ends_with(
            "1 of 2 targets are alike, as shared is\nnot alike: a\n  column notes.extra is missing\n"
        ),
        "{text}"
    );
    world.run("ALTER TABLE public.notes DROP COLUMN extra");
    // Rows, and where sequences are, differ anyway.
    world.run("INSERT INTO a.notes (body) VALUES ('x')");
    assert_eq!(world.json(1, &["drift"])["groups"], drift["groups"]);
}

#[test]
fn what_is_computed_when_it_is_read_or_is_not_null_for_new_rows_only_is_told_apart() {
    if postgres_is_older_than(18) {
        return;
    }
    let world = World::new("drift_newer", &["acme", "bird", "kiwi", "zoo"]);
    world.migration(
        "0001_rows",
        "CREATE TABLE rows (id bigint PRIMARY KEY, code text NOT NULL, loud text GENERATED ALWAYS AS (upper(code)) STORED)",
    );
    world.says(0, &["run"]);
    world.run(
        "ALTER TABLE kiwi.rows DROP loud, ADD loud text GENERATED ALWAYS AS (upper(code)) VIRTUAL;
         ALTER TABLE zoo.rows ALTER code DROP NOT NULL, ADD CONSTRAINT loosely NOT NULL code NOT VALID",
    );
    let drift = world.json(1, &["drift"]);
    let drifted = drift["groups"][1]["drifted"].as_array().unwrap();
    let of = |target: &str| {
        let found = drifted.iter().find(|drifted| drifted["targets"] == serde_json::json!([target]));
        let found = found.unwrap_or_else(|| panic!("{drift:#}"));
        self::found(found)
    };
    assert_eq!(
        (of("kiwi"), of("zoo")),
        (vec!["~ column rows.loud".to_owned()], vec!["~ column rows.code".to_owned()])
    );
}
