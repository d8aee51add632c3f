//! A tenant's life on a cluster, and the other commands there.

use diesel::connection::SimpleConnection as _;

use crate::arena::{APPLICATION, lines};
use crate::cluster::{Cluster, MORE};

#[test]
fn a_tenant_is_exported_erased_restored_and_cloned() {
    let Some(cluster) = Cluster::new() else { return };
    let agents = |tenant: i32| {
        cluster.lines(&format!(
            "SELECT concat_ws(':', id, name, manager_id) FROM agents WHERE tenant_id = {tenant} ORDER BY id"
        ))
    };
    let (before, other) = (agents(1), agents(2));
    assert_eq!(before.len() as i64, 3 + MORE);
    cluster.says(0, &["tenants", "export", "1", "--to", "export"]);
    cluster.says(0, &["tenants", "suspend", "1"]);
    let said = cluster.says(0, &["tenants", "erase", "1", "--confirm", "1", "--settle", "0"]);
    assert!(said.contains(&format!("public.agents: {} rows", 3 + MORE)), "{said}");
    assert_eq!((agents(1), agents(2)), (Vec::new(), other.clone()));
    cluster.says(0, &["tenants", "restore", "export", "--resume"]);
    assert_eq!((agents(1), agents(2)), (before.clone(), other.clone()));
    cluster.says(0, &["tenants", "clone", "1", "--into", "70", "--set", "canvases.title='canvas ' || id"]);
    assert_eq!((agents(70), agents(1), agents(2)), (before, agents(1), other));
    assert_eq!(cluster.lines("SELECT title FROM canvases WHERE tenant_id = 70 AND id = 2"), ["canvas 2"]);
    let again = cluster.says(3, &["tenants", "restore", "export", "--into", "2"]);
    assert!(again.contains("active") || again.contains("has rows already"), "{again}");
    cluster.says(0, &["tenants", "create", "71"]);
    assert!(cluster.says(0, &["tenants", "list"]).contains("71"));
}

/// All of a tenant's tables are read as they were at one moment.
#[test]
fn an_export_is_of_one_snapshot() {
    let Some(cluster) = Cluster::new() else { return };
    let mut reader = cluster.arena.connect("postgres");
    reader.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ").unwrap();
    let count = |connection: &mut _, table: &str| {
        lines(connection, &format!("SELECT count(*) FROM {table} WHERE tenant_id = 2")).unwrap()
    };
    assert_eq!(count(&mut reader, "agents"), ["3"]);
    cluster.arena.run("INSERT INTO canvases (tenant_id, id, agent_id, title) VALUES (2, 50, 1, 'later')");
    assert_eq!(count(&mut reader, "canvases"), ["3"]);
    reader.batch_execute("COMMIT").unwrap();
    assert_eq!(count(&mut reader, "canvases"), ["4"]);
}

/// What a trigger of a shard writes is counted by no server that is asked.
#[test]
fn an_erasure_refuses_triggers_of_shards() {
    let Some(cluster) = Cluster::new() else { return };
    cluster.says(0, &["tenants", "suspend", "1"]);
    let erase = ["tenants", "erase", "1", "--confirm", "1", "--settle", "0"];
    let node = cluster.node_of(1);
    let shard = cluster
        .lines("SELECT shard_name('canvases', get_shard_id_for_distribution_column('canvases', 1))")[0]
        .clone();
    let mut worker = cluster.on_node(&node, "postgres");
    worker
        .batch_execute(&format!(
            "SET citus.enable_ddl_propagation = off; SET citus.enable_manual_changes_to_shards = on; DROP TABLE IF EXISTS witness; CREATE TABLE witness (gone text);
             CREATE OR REPLACE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.witness VALUES (OLD.title); RETURN OLD; END $$;
             CREATE TRIGGER noted AFTER DELETE ON {shard} FOR EACH ROW EXECUTE FUNCTION public.note()"
        ))
        .unwrap();
    let said = cluster.says(3, &erase);
    let taken_back = format!(
        "SET citus.enable_ddl_propagation = off; SET citus.enable_manual_changes_to_shards = on; DROP TRIGGER noted ON {shard};
         DROP FUNCTION public.note(); DROP TABLE witness"
    );
    worker.batch_execute(&taken_back).unwrap();
    assert!(
        said.contains("the trigger noted") && said.contains(&node) && said.contains("nothing was erased"),
        "{said}"
    );
    assert_eq!(cluster.number("SELECT count(*) FROM canvases WHERE tenant_id = 1"), 4 + MORE);
    cluster.says(0, &erase);
}

/// An application may be connected to a worker.
#[test]
fn an_erasure_waits_for_transactions_on_every_node() {
    let Some(cluster) = Cluster::new() else { return };
    let node = cluster.other_node(1);
    let mut worker = cluster.on_node(&node, APPLICATION);
    worker.batch_execute("BEGIN; SELECT 1").unwrap();
    cluster.says(0, &["tenants", "suspend", "1"]);
    let erase = ["tenants", "erase", "1", "--confirm", "1", "--settle", "0"];
    let said = cluster.says(3, &erase);
    assert!(said.contains(&format!("are open on the node {node}")), "{said}");
    worker.batch_execute("COMMIT").unwrap();
    cluster.says(0, &erase);
}

#[test]
fn an_erasure_keeps_nothing() {
    let Some(cluster) = Cluster::new() else { return };
    cluster.says(0, &["tenants", "suspend", "1"]);
    let keep = [
        "tenants",
        "erase",
        "1",
        "--confirm",
        "1",
        "--settle",
        "0",
        "--keep",
        "canvases",
        "--because",
        "tax",
    ];
    let said = cluster.says(3, &keep);
    assert!(said.contains("not on Citus") && said.contains("nothing was erased"), "{said}");
    assert_eq!(cluster.number("SELECT count(*) FROM canvases WHERE tenant_id = 1"), 4 + MORE);
}

#[test]
fn the_other_commands() {
    let Some(cluster) = Cluster::new() else { return };
    cluster.says_as(APPLICATION, 0, &["inspect"]);
    cluster.says(0, &["wall", "diff"]);
    for words in [&["keys", "list"][..], &["wall", "seal"]] {
        let said = cluster.says(3, words);
        assert!(said.contains("not here: the manifest declares a wall of Citus"), "{said}");
    }
    let top = cluster.json(&["top", "--once", "--interval", "1s", "--rows"]);
    let stock = top["stock"]["tenants"].as_array().unwrap();
    let first = stock.iter().find(|stock| stock["tenant"] == "1").unwrap();
    assert_eq!(first["rows"], 3 + 4 + 2 * MORE);
    let all =
        cluster.number("SELECT citus_total_relation_size('agents') + citus_total_relation_size('canvases')");
    let bytes: i64 = stock.iter().map(|stock| stock["bytes"].as_i64().unwrap()).sum();
    assert!(bytes > all / 2 && bytes <= all + 10, "{bytes} of {all}: {top}");
    let migration = |name: &str, up: &str, down: &str| {
        let folder = cluster.path("migrations").join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("up.sql"), up).unwrap();
        std::fs::write(folder.join("down.sql"), down).unwrap();
    };
    migration(
        "2026-12-01-000000_note",
        "ALTER TABLE canvases ADD COLUMN note text",
        "ALTER TABLE canvases DROP COLUMN note",
    );
    cluster.says(0, &["migrate", "run"]);
    cluster.says(0, &["migrate", "drift"]);
    let two =
        "CREATE INDEX canvases_notes ON canvases (note); CREATE INDEX canvases_titles ON canvases (title)";
    migration("2026-12-01-000001_two", two, "DROP INDEX canvases_notes");
    let said = cluster.says(3, &["migrate", "run"]);
    assert!(said.contains("a migration of its own"), "{said}");
    cluster.arena.run("DROP TABLE __diesel_schema_migrations");
}
