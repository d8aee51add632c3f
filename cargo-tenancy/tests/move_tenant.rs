//! `tenancy move`, on real databases, behind a sealed wall. That nothing is lost, whenever it is killed, is shown in `tenancy-operate`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tenancy_pool::placement::CatalogMigration;
use tenancy_rls::Manifest;
use tenancy_tests::fleet::{Fleet, Kind};

/// To be held while it is changed who may set what, which all databases of a server share: of two such at once PostgreSQL refuses one.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Operator {
    fleet: Fleet,
    manifest: std::path::PathBuf,
}

impl Operator {
    fn new() -> Self {
        let fleet = Fleet::new("move_command", Kind::Sealed);
        let (owner, across) = (fleet.role("owner"), fleet.role("across"));
        let alone = alone();
        fleet.run(
            "home",
            &format!("GRANT {across} TO {owner}; GRANT SET ON PARAMETER session_replication_role TO {owner}"),
        );
        drop(alone);
        fleet.run_as_owner("home", &CatalogMigration::new().up());
        for tenant in 1..=2 {
            fleet.run(
                "home",
                &format!("INSERT INTO tenancy.tenant_placements VALUES ({tenant}, 'active', 'shared')"),
            );
        }
        // A fleet has rows of every tenant everywhere.
        for (database, schema) in [("home", "tenant_3"), ("silo", "public")] {
            let deleted = format!(
                "DELETE FROM {schema}.canvases WHERE tenant_id = 1; DELETE FROM {schema}.agents WHERE tenant_id = 1"
            );
            fleet.run(database, &deleted);
        }
        let manifest = std::env::temp_dir().join(format!("{owner}.json"));
        Manifest::of(&fleet.security()).write_to(&manifest).unwrap();
        Self { fleet, manifest }
    }

    fn tenancy(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tenancy"))
            .arg("move")
            .args(arguments)
            .arg("--manifest")
            .arg(&self.manifest)
            .env("DATABASE_URL", self.fleet.url("home", "owner"))
            .env("TENANCY_DATABASE_SILO", self.fleet.url("silo", "owner"))
            .output()
            .unwrap()
    }

    /// What it printed, and said; it ended by this code.
    fn says(&self, code: i32, arguments: &[&str]) -> (String, String) {
        let Output { status, stdout, stderr } = self.tenancy(arguments);
        let (out, err) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
        (out, err)
    }

    fn rows(&self, database: &str, table: &str) -> Vec<String> {
        let rows = format!("SELECT r::text AS line FROM {table} AS r WHERE tenant_id = 1 ORDER BY id");
        self.fleet.lines(database, &rows)
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        let _gone = std::fs::remove_file(&self.manifest);
    }
}

#[test]
fn a_tenant_is_moved_into_a_schema_and_a_database_and_back() {
    let operator = Operator::new();
    let rows = operator.rows("home", "public.canvases");
    assert_eq!(rows.len(), 4);

    let (out, err) = operator.says(0, &["1", "--to", "schema", "--schema", "tenant_3"]);
    assert!(out.contains("1 is served in the schema tenant_3"), "{out}");
    assert!(out.contains("its writes were stopped for "), "{out}");
    assert!(out.contains("4 rows  \"public\".\"canvases\""), "{out}");
    assert!(err.contains("7 rows are the same on both sides"), "{err}");
    println!("{out}{err}");
    assert_eq!(operator.rows("home", "tenant_3.canvases"), rows);
    assert_eq!(operator.rows("home", "public.canvases"), rows);
    let (out, _) = operator.says(0, &["1", "--to", "schema", "--schema", "tenant_3"]);
    assert!(out.contains("until `tenancy move 1 --finish`"), "{out}");

    let (_, err) = operator.says(3, &["1", "--finish"]);
    assert!(err.contains("s are left of the grace") && err.contains("fix: wait"), "{err}");
    let (_, err) = operator.says(3, &["1", "--undo"]);
    assert!(err.contains("is served at its new place, the schema tenant_3, and"), "{err}");
    let (out, _) = operator.says(0, &["1", "--finish", "--grace", "0", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["done"], &json["rows"]), (&"finished".into(), &7.into()));
    assert!(operator.rows("home", "public.canvases").is_empty());
    // Said again, as a script does that was broken off, it is still so.
    let (out, _) = operator.says(0, &["1", "--finish"]);
    assert!(out.contains("the move of 1 is finished already: nothing is left to do"), "{out}");
    let (_, err) = operator.says(3, &["1", "--undo"]);
    assert!(
        err.contains("the tenant's move is finished") && err.contains("fix: move the tenant back"),
        "{err}"
    );

    let (out, _) = operator.says(0, &["1", "--to", "database", "--name", "silo", "--erase-source", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["left_at_source"], false, "{json}");
    let total = json["stop"]["total"].as_f64();
    assert!(total.is_some_and(|total| total > 0.0 && total < 5_000.0), "{json}");
    assert!(operator.rows("home", "tenant_3.canvases").is_empty());
    assert_eq!(operator.rows("silo", "public.canvases"), rows);
    operator.says(0, &["1", "--finish", "--grace", "0"]);
    operator.says(0, &["1", "--to", "shared"]);
    assert_eq!(operator.rows("home", "public.canvases"), rows);
}

#[test]
fn what_makes_no_sense_and_what_is_in_the_way_is_said_with_its_fix() {
    let operator = Operator::new();
    for arguments in [
        &["1"][..],
        &["1", "--to", "moon"],
        &["1", "--undo", "--finish"],
        &["1", "--to", "shared", "--batch", "0"],
    ] {
        operator.says(2, arguments);
    }
    for (arguments, message, fix) in [
        (&["1", "--to", "schema"][..], "a schema takes --schema", "say `--to schema --schema NAME`"),
        (&["1", "--to", "shared", "--schema", "x"], "neither --schema nor --name", "leave both out"),
        (&["1", "--to", "database"], "nothing says which database", "give --name"),
        (
            &["1", "--to", "database", "--name", "mars"],
            "no address for the database \"mars\"",
            "set TENANCY_DATABASE_MARS",
        ),
        (
            &["1", "--to", "server", "--name", "silo"],
            "it is on the same server as the catalog",
            "look at the address",
        ),
        (
            &["1", "--to", "schema", "--schema", "tenant_4"],
            "it has 3 rows of the tenant already",
            "erase those",
        ),
        (
            &["9", "--to", "schema", "--schema", "tenant_3"],
            "tenant \"9\" is not in the catalog",
            "run it again",
        ),
        (&["1", "--undo"], "there never was a move of this tenant", "look at"),
        (&["1", "--finish"], "there never was a move of this tenant", "look at"),
    ] {
        let (_, err) = operator.says(3, arguments);
        assert!(err.contains(message) && err.contains(fix), "{arguments:?}: {err}");
    }

    // What is in rows is shown only to whoever asks.
    operator.fleet.run(
        "silo",
        "UPDATE public.agents SET plan_id = 1; UPDATE tenant_6.agents SET plan_id = 1; UPDATE tenant_7.agents SET plan_id = 1; DELETE FROM public.plans WHERE id = 2",
    );
    let arguments = ["1", "--to", "database", "--name", "silo"];
    let (_, err) = operator.says(3, &arguments);
    assert!(err.contains("rows of \"public\".\"plans\" that are not at the destination;"), "{err}");
    assert!(err.contains("values: of rows, which --show-values shows"), "{err}");
    let (_, err) = operator.says(3, &[&arguments[..], &["--show-values"]].concat());
    assert!(err.contains("values: \"public\".\"agents\": 2"), "{err}");
}
