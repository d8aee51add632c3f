//! The wall on a cluster: what raw SQL of the application's role does there, where only the shards enforce policies.

use std::time::{Duration, SystemTime};

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_rls::{Sealer, SealingKey};
use tenancy_tests::fixture::{ACME, GLOBEX};

use crate::arena::{ACROSS, APPLICATION, Arena, STRANGER, lines};

/// The names of `table`'s rows, as raw SQL of `role` reads them when the transaction's tenant is set by `setting`.
fn names(arena: &Arena, role: &str, setting: Option<&str>) -> QueryResult<Vec<String>> {
    let mut connection = arena.connect(role);
    connection.transaction(|connection| {
        if let Some(setting) = setting {
            connection.batch_execute(setting)?;
        }
        lines(connection, "SELECT tenant_id || name FROM agents ORDER BY 1")
    })
}

/// The statement that tells a tenant.
fn tell(arena: &Arena, tenant: i32) -> String {
    arena.wall().select_set_tenant(&tenant.to_string(), SystemTime::now())
}

/// What the application's role can do with raw SQL, whichever the mode is.
fn raw_sql_stays_within_its_tenant(arena: &Arena) {
    let acme = tell(arena, ACME);
    assert_eq!(names(arena, APPLICATION, Some(&acme)).unwrap(), ["1ada", "1bob", "1cyd"]);
    assert_eq!(names(arena, APPLICATION, Some(&tell(arena, GLOBEX))).unwrap(), ["2ada", "2dan", "2zoe"]);
    assert_eq!(names(arena, APPLICATION, None).unwrap(), Vec::<String>::new());
    assert_eq!(names(arena, ACROSS, None).unwrap().len(), 6);
    arena.run(&format!("GRANT SELECT ON agents TO {STRANGER}"));
    arena.run(&format!("GRANT USAGE ON SCHEMA tenancy TO {STRANGER}"));
    arena.run(&format!("GRANT EXECUTE ON FUNCTION tenancy.tenant() TO {STRANGER}"));
    assert_eq!(names(arena, STRANGER, None).unwrap(), Vec::<String>::new());
    let refused = [
        "INSERT INTO agents (tenant_id, id, name) VALUES (2, 9, 'foreign')",
        "UPDATE canvases SET title = 'mine' WHERE tenant_id = 2",
        "DELETE FROM canvases WHERE tenant_id = 2",
        "UPDATE agents SET name = 'all'",
        "DELETE FROM agents WHERE name LIKE '%'",
        "INSERT INTO agents (tenant_id, id, name) VALUES (2, 1, 'taken') ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'taken'",
    ];
    for statement in refused {
        let mut connection = arena.connect(APPLICATION);
        let _refused: QueryResult<()> = connection.transaction(|connection| {
            connection.batch_execute(&acme)?;
            connection.batch_execute(statement)
        });
        let mut superuser = arena.connect("postgres");
        assert_eq!(
            lines(&mut superuser, "SELECT string_agg(name, ',' ORDER BY id) FROM agents WHERE tenant_id = 2")
                .unwrap(),
            ["ada,zoe,dan"],
            "{statement}"
        );
        assert_eq!(
            lines(
                &mut superuser,
                "SELECT string_agg(title, ',' ORDER BY id) FROM canvases WHERE tenant_id = 2"
            )
            .unwrap(),
            ["sun,sky,far"],
            "{statement}"
        );
    }
}

#[test]
fn plain_raw_sql_stays_within_its_tenant() {
    let Some(arena) = Arena::plain() else { return };
    let report = arena.report();
    assert!(report.findings.is_empty(), "{report}");
    raw_sql_stays_within_its_tenant(&arena);
}

#[test]
fn sealed_raw_sql_stays_within_its_tenant() {
    let Some(arena) = Arena::sealed() else { return };
    let report = arena.report();
    assert!(report.findings.is_empty(), "{report}");
    raw_sql_stays_within_its_tenant(&arena);
    let forged = Sealer::new(SealingKey::new(1, [8; 32]).unwrap());
    let forged = format!("SELECT tenancy.set_tenant('{}')", forged.seal("2", None, SystemTime::now()));
    assert!(names(&arena, APPLICATION, Some(&forged)).is_err());
    let past = SystemTime::now() - Duration::from_secs(3600);
    let expired = arena.wall().select_set_tenant("1", past);
    assert!(names(&arena, APPLICATION, Some(&expired)).is_err());
    assert!(names(&arena, APPLICATION, Some("SELECT tenancy.set_tenant('2')")).is_err());
}

/// Each node enforces for itself, and a move writes the policies anew.
#[test]
fn a_shard_that_moves_keeps_its_wall() {
    let Some(arena) = Arena::plain() else { return };
    let mut superuser = arena.connect("postgres");
    let moved = "SELECT citus_move_shard_placement(p.shardid, n.nodename, n.nodeport, o.nodename, o.nodeport, 'block_writes')::text
                   FROM pg_dist_placement AS p JOIN pg_dist_node AS n USING (groupid)
                   JOIN pg_dist_node AS o ON o.shouldhaveshards AND o.groupid <> n.groupid
                  WHERE p.shardid IN (SELECT get_shard_id_for_distribution_column('agents', t) FROM unnest(ARRAY[1, 2]) AS t)";
    assert!(!lines(&mut superuser, moved).unwrap().is_empty());
    raw_sql_stays_within_its_tenant(&arena);
    let report = arena.report();
    assert!(!report.findings.iter().any(|finding| finding.object.contains("tenancy")), "{report}");
}

#[test]
fn the_way_down_leaves_nothing_on_any_node() {
    let Some(arena) = Arena::sealed() else { return };
    let migration = arena.security.migration();
    let messages: Vec<_> = migration.messages().collect();
    for (_, down) in messages.into_iter().rev() {
        if let Some(down) = down {
            arena.run(down);
        }
    }
    let left = "SELECT result FROM run_command_on_all_nodes($cmd$
                  SELECT (SELECT count(*) FROM pg_policy) + (SELECT count(*) FROM pg_class WHERE relrowsecurity OR relforcerowsecurity)
                       + (SELECT count(*) FROM pg_namespace WHERE nspname = 'tenancy') $cmd$)";
    assert_eq!(lines(&mut arena.connect("postgres"), left).unwrap(), ["0", "0", "0"]);
}

/// Breaks a wall by `sql` on one worker alone, or on the coordinator, and expects the code, once.
fn found(arena: &Arena, code: &str, object: &str, at: fn(&Arena, &str), sql: &str) {
    at(arena, sql);
    let report = arena.report();
    let found: Vec<_> = report.findings.iter().filter(|finding| finding.code == code).collect();
    assert!(
        matches!(found[..], [finding] if finding.object.contains(object)),
        "{code} {object}: {sql}: {report}"
    );
}

/// The one shard of agents that a worker has first, named by what is run on it.
fn on_a_shard(statement: &str) -> String {
    format!(
        "DO $do$ BEGIN EXECUTE format('{statement}', (SELECT shard_name(s.logicalrelid, s.shardid) FROM pg_dist_shard AS s
            JOIN pg_dist_placement AS p USING (shardid) JOIN pg_dist_local_group AS g USING (groupid)
           WHERE s.logicalrelid = 'agents'::regclass ORDER BY s.shardid LIMIT 1)); END $do$"
    )
}

#[test]
fn r011_to_r016_what_is_wrong_with_one_shard_alone_is_found() {
    let Some(arena) = Arena::plain() else { return };
    for (code, broken, mended) in [
        ("R011", "ALTER TABLE %s DISABLE ROW LEVEL SECURITY", "ALTER TABLE %s ENABLE ROW LEVEL SECURITY"),
        ("R012", "ALTER TABLE %s NO FORCE ROW LEVEL SECURITY", "ALTER TABLE %s FORCE ROW LEVEL SECURITY"),
        ("R014", "CREATE POLICY wide ON %s USING (true)", "DROP POLICY wide ON %s"),
        ("R014", "CREATE POLICY wide ON %s AS RESTRICTIVE USING (name <> '''')", "DROP POLICY wide ON %s"),
        ("R016", "ALTER POLICY tenancy_roles ON %s RENAME TO other; DROP POLICY other ON %1$s", "ANALYZE %s"),
    ] {
        found(&arena, code, "agents", Arena::on_a_worker, &on_a_shard(broken));
        arena.on_a_worker(&on_a_shard(mended));
    }
}

#[test]
fn r014_a_policy_of_another_kind_is_found_on_the_coordinator_whatever_it_calls_itself() {
    let Some(arena) = Arena::plain() else { return };
    let restrictive =
        "CREATE POLICY only_named ON agents AS RESTRICTIVE FOR ALL TO citus_application USING (name <> '')";
    found(&arena, "R014", "only_named", Arena::run, restrictive);
    // It does open the shards.
    assert_eq!(names(&arena, APPLICATION, Some(&tell(&arena, ACME))).unwrap().len(), 6);
}

#[test]
fn r022_r090_r093_what_is_wrong_on_one_node_alone_is_found() {
    let Some(arena) = Arena::sealed() else { return };
    found(
        &arena,
        "R090",
        "sealing_keys",
        Arena::on_a_worker,
        "GRANT SELECT ON tenancy.sealing_keys TO citus_application",
    );
    arena.on_a_worker("REVOKE ALL ON tenancy.sealing_keys FROM citus_application");
    found(
        &arena,
        "R093",
        "pg_stat_get_activity",
        Arena::on_a_worker,
        "GRANT EXECUTE ON FUNCTION pg_stat_get_activity(integer) TO citus_application",
    );
    arena.on_a_worker("REVOKE EXECUTE ON FUNCTION pg_stat_get_activity(integer) FROM citus_application");
    found(
        &arena,
        "R022",
        "tenancy.tenant()",
        Arena::on_a_worker,
        "CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text LANGUAGE sql STABLE AS $$ SELECT '2' $$",
    );
}

#[test]
fn r083_a_node_that_does_not_answer_is_found() {
    let Some(arena) = Arena::plain() else { return };
    found(&arena, "R083", ":", Arena::on_a_worker, "ALTER ROLE citus_application NOLOGIN");
    arena.on_a_worker("ALTER ROLE citus_application LOGIN");
    let report = arena.report();
    assert!(report.findings.is_empty(), "{report}");
}

#[test]
fn r094_r091_r095_a_node_without_the_key_is_found() {
    let Some(arena) = Arena::sealed() else { return };
    found(
        &arena,
        "R095",
        "tenancy.tenant()",
        Arena::on_a_worker,
        "UPDATE tenancy.sealing_keys SET outer_pad = inner_pad",
    );
    found(&arena, "R094", "sealing_keys", Arena::on_a_worker, "TRUNCATE tenancy.sealing_keys");
    found(&arena, "R091", "sealing_keys", Arena::on_a_worker, "DROP TABLE tenancy.sealing_keys");
}

/// Citus has views of its own over all nodes, and runs what it is given on them.
#[test]
fn no_view_of_citus_shows_another_session_s_seal_or_rows() {
    let Some(arena) = Arena::sealed() else { return };
    let mut other = arena.connect(APPLICATION);
    other.batch_execute("BEGIN").unwrap();
    other.batch_execute(&tell(&arena, GLOBEX)).unwrap();
    assert_eq!(lines(&mut other, "SELECT name FROM agents WHERE tenant_id = 2").unwrap().len(), 3);
    let mut application = arena.connect(APPLICATION);
    for source in [
        "citus_stat_activity",
        "citus_dist_stat_activity",
        "citus_lock_waits",
        "citus_locks",
        "get_global_active_transactions()",
        "run_command_on_all_nodes('SELECT string_agg(query, chr(10)) FROM pg_stat_activity')",
        "run_command_on_all_nodes('SELECT string_agg(name, chr(44)) FROM agents')",
        "run_command_on_all_nodes('SELECT string_agg(id, chr(44)) FROM tenancy.sealing_keys')",
        "run_command_on_shards('agents', 'SELECT string_agg(name, chr(44)) FROM %s')",
    ] {
        let read = format!("{:?}", lines(&mut application, &format!("SELECT * FROM {source}")));
        assert!(!read.contains("v1.1.") && !read.contains("zoe"), "{source}: {read}");
    }
}
