//! What is in the way of a move to a node is said before anything is changed.

use diesel::connection::SimpleConnection as _;

use crate::arena::APPLICATION;
use crate::cluster::Cluster;

#[test]
fn what_is_in_the_way_is_said() {
    let Some(cluster) = Cluster::new() else { return };
    let (here, to) = (cluster.node_of(1), cluster.other_node(1));
    let coordinator = cluster
        .lines("SELECT nodename || ':' || nodeport FROM pg_dist_node WHERE NOT shouldhaveshards")[0]
        .clone();
    let refused = |role: &str, words: &[&str], expected: &[&str]| {
        let said = cluster.says_as(role, 3, &[&["move"][..], words].concat());
        for expected in expected {
            assert!(said.contains(expected), "{words:?}: {said}");
        }
    };
    let node = |node| ["1", "--to", "node", "--node", node];
    refused("postgres", &node("127.0.0.1:1"), &["the cluster has no such node", &to]);
    refused("postgres", &node(&coordinator), &["it takes no shards"]);
    refused(
        "postgres",
        &["3", "--to", "node", "--node", &to],
        &["the catalog does not have it", "tenants list"],
    );
    refused("postgres", &["01", "--to", "node", "--node", &to], &["the database writes it \"1\""]);
    refused("postgres", &["1", "--to", "node"], &["nothing says which node"]);
    refused("postgres", &["1", "--to", "shared", "--node", &to], &["--node goes with `--to node` alone"]);
    refused("postgres", &["1", "--undo"], &["not on Citus", "--to node --node"]);
    refused("postgres", &["1", "--finish"], &["not on Citus"]);
    refused(
        "postgres",
        &["1", "--to", "schema", "--schema", "acme"],
        &["it is a Citus cluster", "--to node --node"],
    );
    cluster.arena.run(&format!("GRANT USAGE ON SCHEMA tenancy TO {APPLICATION}; GRANT SELECT ON tenancy.tenant_placements TO {APPLICATION}"));
    refused(APPLICATION, &node(&to), &["it is no superuser", "--block-writes", "does not see every row"]);
    let reference = "SELECT undistribute_table('canvases')";
    cluster.arena.run(reference);
    refused("postgres", &node(&to), &["is not distributed by \"tenant_id\"", "create_distributed_table"]);
    assert_eq!(cluster.node_of_agents(), here);
}

/// It is waited for before anybody's writes are stopped.
#[test]
fn a_transaction_that_does_not_end_is_in_the_way() {
    let Some(cluster) = Cluster::new() else { return };
    let (here, to) = (cluster.node_of(1), cluster.other_node(1));
    let mut other = cluster.arena.connect("postgres");
    other.batch_execute("BEGIN; UPDATE canvases SET score = 0 WHERE tenant_id = 1 AND id = 1").unwrap();
    let words = ["move", "1", "--to", "node", "--node", &to];
    let said = cluster.says(3, &words);
    assert!(said.contains("open before the move have not ended"), "{said}");
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(cluster.node_of(1), here);
    cluster.says(0, &words);
    assert_eq!(cluster.node_of(1), to);
}
