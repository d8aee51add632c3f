//! `tenancy move --to node`: nothing is lost, whoever writes and whoever dies.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use diesel::connection::SimpleConnection as _;

use crate::cluster::{Cluster, MORE};
use crate::writers::{Writer, Written};

/// The temporary roles and subscriptions of moves, on all nodes.
const LEFT: &str = "SELECT sum(result::integer) FROM run_command_on_all_nodes($$
    SELECT (SELECT count(*) FROM pg_roles WHERE rolname LIKE 'citus_shard_%') + (SELECT count(*) FROM pg_subscription)
         + (SELECT count(*) FROM pg_replication_slots) $$)";

/// What the tenant has: the score of its first canvas, and how many agents.
fn state(cluster: &Cluster, tenant: i32) -> (i64, i64) {
    let score = format!("SELECT score FROM canvases WHERE tenant_id = {tenant} AND id = 1");
    let agents = format!("SELECT count(*) FROM agents WHERE tenant_id = {tenant}");
    (cluster.number(&score), cluster.number(&agents))
}

fn nothing_lost(cluster: &Cluster, tenant: i32, before: (i64, i64), written: &Written) {
    assert_eq!(written.failures, Vec::<String>::new());
    assert!(written.updates > 0, "it wrote meanwhile: {written:?}");
    let expected = (before.0 + written.updates, before.1 + written.inserts);
    assert_eq!(state(cluster, tenant), expected, "{tenant}: {written:?}");
}

fn moves_and_comes_back(options: &[&str]) {
    let Some(cluster) = Cluster::new() else { return };
    let (from, to) = (cluster.node_of(1), cluster.other_node(1));
    for (destination, is_first) in [(&to, true), (&from, false)] {
        let before = [1, 2].map(|tenant| state(&cluster, tenant));
        let writers = [1, 2].map(|tenant| Writer::of(&cluster.arena, tenant));
        let words = [&["move", "1", "--to", "node", "--node", destination][..], options].concat();
        let moved = cluster.json(&words);
        let written = writers.map(Writer::end);
        println!(
            "{options:?}: {moved}; the slowest transactions: {:?}",
            written.each_ref().map(|one| one.slowest)
        );
        for (tenant, (before, written)) in [1, 2].into_iter().zip(before.into_iter().zip(&written)) {
            nothing_lost(&cluster, tenant, before, written);
        }
        assert_eq!(cluster.node_of(1), *destination);
        assert_eq!(moved["isolation"].is_object(), is_first, "{moved}");
        assert!(moved["stop"]["total"].as_f64().unwrap() > 0.0, "{moved}");
        let tables: Vec<_> =
            moved["tables"].as_array().unwrap().iter().map(|table| &table["table"]).collect();
        assert_eq!(tables, [r#""public"."agents""#, r#""public"."canvases""#]);
        assert_eq!(moved["tables"][1]["rows"], 4 + MORE);
        assert_eq!(cluster.number(LEFT), 0, "no role, subscription or slot stays");
        let report = cluster.arena.report();
        assert!(report.findings.is_empty(), "{report}");
    }
    let again = cluster.json(&["move", "1", "--to", "node", "--node", &from]);
    assert!(again["stop"].is_null() && again["isolation"].is_null(), "{again}");
}

#[test]
fn a_tenant_moves_to_another_node_and_back_while_it_writes() {
    moves_and_comes_back(&[]);
}

#[test]
fn a_tenant_moves_to_another_node_and_back_while_its_writes_wait() {
    moves_and_comes_back(&["--block-writes"]);
}

#[test]
fn it_is_said_what_was_done_and_how_it_is_taken_back() {
    let Some(cluster) = Cluster::new() else { return };
    let (from, to) = (cluster.node_of(1), cluster.other_node(1));
    let said = cluster.says(0, &["move", "1", "--to", "node", "--node", &to]);
    assert!(said.contains(&format!("1 is served on the node {to}")), "{said}");
    assert!(said.contains(&format!("back: `tenancy move 1 --to node --node {from}`")), "{said}");
}

/// A server that somebody else runs gives nobody a superuser.
#[test]
fn the_owner_moves_it_while_its_writes_wait() {
    let Some(cluster) = Cluster::new() else { return };
    let to = cluster.other_node(1);
    cluster.arena.run("ALTER ROLE citus_owner BYPASSRLS");
    cluster.arena.run("GRANT USAGE ON SCHEMA tenancy TO citus_owner");
    cluster.arena.run("GRANT SELECT ON tenancy.tenant_placements TO citus_owner");
    let words = ["move", "1", "--to", "node", "--node", &to];
    let said = cluster.says_as("citus_owner", 3, &words);
    assert!(said.contains("it is no superuser") && said.contains("--block-writes"), "{said}");
    cluster.arena.on_all_nodes("GRANT pg_read_all_stats TO citus_owner");
    cluster.arena.on_all_nodes("GRANT EXECUTE ON FUNCTION pg_stat_get_activity(integer) TO citus_owner");
    cluster.says_as("citus_owner", 0, &[&words[..], &["--block-writes"]].concat());
    assert_eq!(cluster.node_of(1), to);
}

/// What is compared before the switch are the rows.
#[test]
fn rows_that_differ_are_not_switched_to() {
    let Some(cluster) = Cluster::new() else { return };
    let (from, to) = (cluster.node_of(1), cluster.other_node(1));
    cluster.says(0, &["move", "1", "--to", "node", "--node", &from]);
    let stopped = Stopped::at(&cluster, "transferred", &to);
    let shard = cluster
        .lines("SELECT shard_name('canvases', get_shard_id_for_distribution_column('canvases', 1))")[0]
        .clone();
    let mut node = cluster.on_node(&to, "postgres");
    node.batch_execute("SET citus.enable_manual_changes_to_shards = on").unwrap();
    node.batch_execute(&format!("UPDATE {shard} SET title = 'another' WHERE id = 2")).unwrap();
    drop(node);
    let said = stopped.go_on();
    assert!(said.contains("differ") && said.contains("canvases"), "{said}");
    assert_eq!(cluster.node_of(1), from);
    assert_eq!(cluster.lines("SELECT title FROM canvases WHERE tenant_id = 1 AND id = 2"), ["sea"]);
    cluster.says(0, &["move", "1", "--to", "node", "--node", &to]);
    assert_eq!(cluster.lines("SELECT title FROM canvases WHERE tenant_id = 1 AND id = 2"), ["sea"]);
}

/// Citus takes back what was not committed, and the next call begins with what it finds.
#[test]
fn it_is_killed_and_the_next_call_goes_on() {
    let Some(cluster) = Cluster::new() else { return };
    for place in ["isolated", "transferred"] {
        let before = state(&cluster, 1);
        let (from, to) = (cluster.node_of(1), cluster.other_node(1));
        let writer = Writer::of(&cluster.arena, 1);
        Stopped::at(&cluster, place, &to).kill();
        let moved = cluster.json(&["move", "1", "--to", "node", "--node", &to]);
        nothing_lost(&cluster, 1, before, &writer.end());
        assert!(moved["isolation"].is_null() && moved["from"] == *from, "{place}: {moved}");
        assert_eq!((cluster.node_of(1), cluster.number(LEFT)), (to, 0), "{place}");
        if place == "isolated" {
            assert_eq!(cluster.number("SELECT count(*) FROM agents"), state(&cluster, 1).1 + 3);
        }
    }
}

/// Two at once: one of them moves it, and the other finds it moved or waits for its turn.
#[test]
fn two_at_once_do_no_harm() {
    let Some(cluster) = Cluster::new() else { return };
    let to = cluster.other_node(1);
    let before = state(&cluster, 1);
    let words = ["move", "1", "--to", "node", "--node", &to];
    let two = [(), ()].map(|()| {
        cluster.command("postgres", &words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    });
    for one in two {
        let output = one.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!((cluster.node_of(1), state(&cluster, 1)), (to, before));
}

/// A move that stands at a failpoint.
struct Stopped {
    child: std::process::Child,
    reader: BufReader<std::process::ChildStderr>,
    until: std::path::PathBuf,
}

impl Stopped {
    fn at(cluster: &Cluster, place: &str, to: &str) -> Self {
        let until = cluster.path("go-on");
        let _absent = std::fs::remove_file(&until);
        let mut child = cluster
            .command("postgres", &["move", "1", "--to", "node", "--node", to])
            .env("TENANCY_FAILPOINT", place)
            .env("TENANCY_FAILPOINT_UNTIL", &until)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("failpoint ") {
            assert!(reader.read_line(&mut said).unwrap() > 0, "it ended before {place}: {said}");
        }
        Self { child, reader, until }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it go on, to an error.
    fn go_on(mut self) -> String {
        std::fs::write(&self.until, "").unwrap();
        let mut said = String::new();
        std::io::Read::read_to_string(&mut self.reader, &mut said).unwrap();
        assert!(!self.child.wait().unwrap().success(), "{said}");
        said
    }
}
