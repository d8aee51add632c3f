//! The cluster with a catalog of tenants, and the binary on it.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use diesel::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use tenancy_rls::Manifest;

use crate::arena::{Arena, lines};

/// How many rows ACME has in each of its tables beside the fixture's.
pub(crate) const MORE: i64 = 3_000;

pub(crate) struct Cluster {
    pub(crate) arena: Arena,
    folder: TempDir,
}

impl Cluster {
    /// Behind a plain wall, with the catalog, in which both tenants are active. `None` where no cluster is named.
    pub(crate) fn new() -> Option<Self> {
        let cluster = Self { arena: Arena::plain()?, folder: TempDir::new().unwrap() };
        Manifest::of(&cluster.arena.security).write_to(cluster.path("tenancy.json")).unwrap();
        cluster.says(0, &["tenants", "prepare"]);
        for tenant in 1..=2 {
            cluster
                .arena
                .run(&format!("INSERT INTO tenancy.tenant_placements VALUES ({tenant}, 'active', 'shared')"));
        }
        cluster.arena.run(&format!(
            "INSERT INTO agents (tenant_id, id, name) SELECT 1, i, 'agent ' || i FROM generate_series(1001, {to}) AS i;
             INSERT INTO canvases (tenant_id, id, agent_id, title) SELECT 1, i, 1, 'canvas ' || i FROM generate_series(1001, {to}) AS i",
            to = 1000 + MORE
        ));
        Some(cluster)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Without TLS: Citus makes a certificate of its own, which nobody vouches for.
    pub(crate) fn command(&self, role: &str, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
        command
            .args(words)
            .current_dir(self.folder.path())
            .env("DATABASE_URL", format!("{}?sslmode=disable", self.arena.url(role)))
            .env("TENANCY_MANIFEST", self.path("tenancy.json"))
            .env_remove("TENANCY_FAILPOINT");
        command
    }

    pub(crate) fn says(&self, code: i32, words: &[&str]) -> String {
        self.says_as("postgres", code, words)
    }

    /// What it printed and said; it ended by this code.
    pub(crate) fn says_as(&self, role: &str, code: i32, words: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.command(role, words).output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        assert_eq!(status.code(), Some(code), "{words:?}: {said}");
        said
    }

    /// What it printed as JSON.
    pub(crate) fn json(&self, words: &[&str]) -> Value {
        let Output { status, stdout, stderr } =
            self.command("postgres", words).arg("--json").stderr(Stdio::piped()).output().unwrap();
        assert_eq!(status.code(), Some(0), "{words:?}: {}", String::from_utf8_lossy(&stderr));
        serde_json::from_slice(&stdout).unwrap()
    }

    /// The rows of a query of the superuser's.
    pub(crate) fn lines(&self, query: &str) -> Vec<String> {
        lines(&mut self.arena.connect("postgres"), query).unwrap()
    }

    pub(crate) fn number(&self, query: &str) -> i64 {
        self.lines(query)[0].parse().unwrap()
    }

    /// The node that has the tenant's rows.
    pub(crate) fn node_of(&self, tenant: i32) -> String {
        let query = format!(
            "SELECT DISTINCT nodename || ':' || nodeport FROM citus_shards
              WHERE shardid IN (get_shard_id_for_distribution_column('agents', {tenant}), get_shard_id_for_distribution_column('canvases', {tenant}))"
        );
        let nodes = self.lines(&query);
        assert_eq!(nodes.len(), 1, "the shards of a tenant are on one node: {nodes:?}");
        nodes[0].clone()
    }

    /// The same, where canvases are not distributed any more.
    pub(crate) fn node_of_agents(&self) -> String {
        let query = "SELECT nodename || ':' || nodeport FROM citus_shards WHERE shardid = get_shard_id_for_distribution_column('agents', 1)";
        self.lines(query)[0].clone()
    }

    /// A node that takes shards, and does not have the tenant's.
    pub(crate) fn other_node(&self, tenant: i32) -> String {
        let here = self.node_of(tenant);
        let nodes = self.lines(
            "SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE shouldhaveshards ORDER BY nodeid",
        );
        nodes.into_iter().find(|node| *node != here).expect("a second worker")
    }

    /// A connection to a worker.
    pub(crate) fn on_node(&self, node: &str, role: &str) -> PgConnection {
        let url = self.arena.url(role);
        let database = url.rsplit_once('/').unwrap().1;
        PgConnection::establish(&format!("postgres://{role}@{node}/{database}")).unwrap()
    }
}
