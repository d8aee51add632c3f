//! Each rule of an inspection: broken once, its code appears; mended by the SQL that the finding gives, it is gone.

use diesel::connection::SimpleConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_rls::{Binding, Inspection, Report, RowSecurity, Sealer, SealingKey};
use tenancy_tests::server::of_the_database;

use crate::database::Database;

/// What is found on a connection of `role`.
pub(crate) fn report_as(database: &Database, inspection: &Inspection<'_>, role: &str) -> Report {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = AsyncPgConnection::establish(&database.url(role)).await.unwrap();
        of_the_database(inspection.run(&mut connection).await.unwrap())
    })
}

/// Breaks a clean database by `sql`, expects the code, applies the mends, and expects it clean again.
pub(crate) fn broken_and_mended_as(
    code: &str,
    object: &str,
    sql: &str,
    make: fn(RowSecurity) -> RowSecurity,
    inspecting: for<'a> fn(Inspection<'a>) -> Inspection<'a>,
    role: &str,
) {
    let database = Database::walled(&format!("rule_{}", code.to_lowercase()), make);
    let wall = make(database.wall());
    let inspection = inspecting(Inspection::new(&wall));
    let names = |text: &str| {
        ["owner", "app", "across"]
            .iter()
            .fold(text.to_owned(), |text, role| text.replace(&format!("{{{role}}}"), &database.role(role)))
    };
    let names = |text: &str| names(text).replace("{db}", &database.name);
    let mut superuser = database.superuser();
    if role == "app" && code != "R093" {
        let before = report_as(&database, &inspection, role);
        assert!(before.findings.is_empty(), "{before}");
    }
    superuser.batch_execute(&names(sql)).unwrap();
    let broken = report_as(&database, &inspection, role);
    assert!(
        broken.findings.iter().any(|finding| finding.code == code && finding.object == names(object)),
        "{code} {object} is not in: {broken}"
    );
    // A mend of no SQL is one for people.
    for finding in broken.findings.iter().filter(|finding| !finding.mend.starts_with("--")) {
        superuser.batch_execute(&finding.mend).unwrap_or_else(|error| panic!("{error}: {finding}"));
    }
    // No SQL of a finding has the key.
    database.install_key(&wall);
    let mended = report_as(&database, &inspection, role);
    assert!(mended.findings.is_empty(), "{code}, mended: {mended}\nby {broken}");
}

pub(crate) fn broken_and_mended(code: &str, object: &str, sql: &str) {
    broken_and_mended_as(code, object, sql, |wall| wall, |inspection| inspection, "app");
}

pub(crate) fn sealed_broken_and_mended(code: &str, object: &str, sql: &str) {
    broken_and_mended_as(code, object, sql, RowSecurity::sealed, |inspection| inspection, "app");
}

pub(crate) const AGENTS: &str = "\"public\".\"agents\"";

#[test]
fn l52_r001_a_superuser() {
    broken_and_mended("R001", "{app}", "ALTER ROLE {app} SUPERUSER");
}

#[test]
fn l52_r002_bypassrls() {
    broken_and_mended("R002", "{app}", "ALTER ROLE {app} BYPASSRLS");
}

#[test]
fn l52_r003_a_member_of_the_owner() {
    broken_and_mended("R003", "{app} in {owner}", "GRANT {owner} TO {app}");
}

#[test]
fn l52_r003_a_member_by_way_of_another_without_inheriting() {
    broken_and_mended(
        "R003",
        "{app} in {across}",
        "CREATE ROLE {db}_between; GRANT {across} TO {db}_between; ALTER ROLE {app} NOINHERIT; GRANT {db}_between TO {app}",
    );
}

#[test]
fn l52_r004_createrole() {
    broken_and_mended("R004", "{app}", "ALTER ROLE {app} CREATEROLE");
}

#[test]
fn l52_r005_the_owner() {
    broken_and_mended(
        "R005",
        AGENTS,
        "GRANT CREATE ON SCHEMA public TO {app}; ALTER TABLE agents OWNER TO {app}",
    );
}

#[test]
fn r006_somebody_else() {
    broken_and_mended_as(
        "R006",
        "{db}_other",
        "CREATE ROLE {db}_other LOGIN PASSWORD 'tenancy'",
        |wall| wall,
        |inspection| inspection,
        "other",
    );
}

#[test]
fn r007_a_tenant_that_sessions_begin_with() {
    broken_and_mended("R007", "{app} setting tenancy.tenant", "ALTER ROLE {app} SET tenancy.tenant = '2'");
}

#[test]
fn r007_in_the_database() {
    broken_and_mended(
        "R007",
        "{db} setting session_replication_role",
        "ALTER DATABASE {db} SET session_replication_role = 'replica'",
    );
}

#[test]
fn r007_of_the_role_in_the_database() {
    broken_and_mended(
        "R007",
        "{app} in {db} setting search_path",
        "ALTER ROLE {app} IN DATABASE {db} SET search_path = 'elsewhere'",
    );
}

#[test]
fn r010_a_table_that_is_not_there_or_is_none() {
    let database = Database::walled("rule_r010", |wall| wall);
    let wall = database.wall();
    database
        .superuser()
        .batch_execute("DROP TABLE canvases; ALTER TABLE agents RENAME TO people; CREATE VIEW agents AS SELECT * FROM people")
        .unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let found: Vec<_> = report.findings.iter().filter(|finding| finding.code == "R010").collect();
    assert_eq!(found.len(), 2, "{report}");
    assert!(found.iter().all(|finding| finding.mend.starts_with("--")), "{report}");
    assert!(!report.is_clean());
}

#[test]
fn l57_r011_row_level_security_is_off() {
    broken_and_mended("R011", AGENTS, "ALTER TABLE agents DISABLE ROW LEVEL SECURITY");
}

#[test]
fn l52_r012_not_forced() {
    broken_and_mended("R012", AGENTS, "ALTER TABLE agents NO FORCE ROW LEVEL SECURITY");
}

#[test]
fn l56_r013_no_restrictive_policy() {
    broken_and_mended("R013", AGENTS, "DROP POLICY tenancy_tenant ON agents");
}

#[test]
fn l56_r013_a_restrictive_policy_that_restricts_nothing() {
    broken_and_mended("R013", AGENTS, "ALTER POLICY tenancy_tenant ON agents USING (true) WITH CHECK (true)");
}

#[test]
fn l56_r014_a_second_permissive_policy() {
    broken_and_mended(
        "R014",
        "\"public\".\"agents\" policy second",
        "CREATE POLICY second ON agents USING (name <> '')",
    );
}

#[test]
fn l38_r015_a_policy_that_lets_an_absent_tenant_through() {
    broken_and_mended(
        "R015",
        "\"public\".\"agents\" policy tenancy_tenant",
        "ALTER POLICY tenancy_tenant ON agents USING (current_setting('tenancy.tenant', true) IS NULL OR
             tenant_id = (SELECT tenancy.tenant()::integer))",
    );
}

#[test]
fn l38_r015_in_a_policy_of_its_own() {
    broken_and_mended(
        "R015",
        "\"public\".\"agents\" policy loose",
        "CREATE POLICY loose ON agents USING (tenant_id = coalesce(tenancy.tenant()::integer, tenant_id))",
    );
}

#[test]
fn r016_nothing_keeps_other_roles_out() {
    broken_and_mended("R016", AGENTS, "DROP POLICY tenancy_roles ON agents");
}

#[test]
fn r020_no_function() {
    broken_and_mended("R020", "tenancy.tenant()", "DROP FUNCTION tenancy.tenant() CASCADE");
}

#[test]
fn l45_r021_an_immutable_function() {
    broken_and_mended("R021", "tenancy.tenant()", "ALTER FUNCTION tenancy.tenant() IMMUTABLE");
}

#[test]
fn r022_another_function() {
    broken_and_mended(
        "R022",
        "tenancy.tenant()",
        "CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT '2' $$",
    );
}

#[test]
fn r022_a_plain_function_where_a_sealed_one_is_expected() {
    sealed_broken_and_mended(
        "R022",
        "tenancy.tenant()",
        "CREATE OR REPLACE FUNCTION tenancy.tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
         AS $$ SELECT NULLIF(pg_catalog.current_setting('tenancy.tenant', true), '') $$",
    );
}

#[test]
fn r022_a_search_path_of_its_own() {
    let set = "ALTER FUNCTION tenancy.tenant() SET search_path = pg_catalog, pg_temp";
    sealed_broken_and_mended("R022", "tenancy.tenant()", set);
    broken_and_mended("R022", "tenancy.tenant()", set);
}

#[test]
fn r022_one_operator_without_its_schema() {
    sealed_broken_and_mended(
        "R022",
        "tenancy.tenant()",
        "DO $$ BEGIN EXECUTE (SELECT regexp_replace(pg_get_functiondef(oid), 'OPERATOR\\(pg_catalog\\.=\\)', '=')
                                FROM pg_proc WHERE oid = 'tenancy.tenant()'::regprocedure); END $$",
    );
}

#[test]
fn r023_the_application_owns_the_function() {
    sealed_broken_and_mended(
        "R023",
        "FUNCTION tenancy.tenant()",
        "ALTER FUNCTION tenancy.tenant() OWNER TO {app}",
    );
}

#[test]
fn r023_the_application_writes_what_the_way_down_runs() {
    broken_and_mended("R023", "TABLE tenancy.before_wall", "GRANT INSERT ON tenancy.before_wall TO {app}");
}

const LOOSE_KEYS: &str = "ALTER TABLE agents ADD CONSTRAINT one UNIQUE (id);
    ALTER TABLE canvases ADD CONSTRAINT loose FOREIGN KEY (agent_id) REFERENCES agents (id) ON DELETE CASCADE";

#[test]
fn l32_l33_l59_r030_a_foreign_key_without_the_tenant() {
    broken_and_mended("R030", "canvases constraint loose", LOOSE_KEYS);
}

#[test]
fn l58_r031_a_unique_key_without_the_tenant() {
    broken_and_mended("R031", "agents key one", LOOSE_KEYS);
}

#[test]
fn l58_r031_a_unique_index_without_the_tenant() {
    broken_and_mended(
        "R031",
        "agents key \"odd (name\"",
        "CREATE UNIQUE INDEX \"odd (name\" ON agents (name) WHERE name <> ''",
    );
}

#[test]
fn r032_no_index_begins_with_the_tenant() {
    broken_and_mended(
        "R032",
        "canvases",
        "ALTER TABLE canvases DROP CONSTRAINT canvases_pkey; DROP INDEX canvases_by_title;
         ALTER TABLE canvases ADD PRIMARY KEY (id, tenant_id)",
    );
}

#[test]
fn r090_keys_that_the_application_reads() {
    sealed_broken_and_mended(
        "R090",
        "tenancy.sealing_keys",
        "GRANT SELECT (inner_pad) ON tenancy.sealing_keys TO PUBLIC",
    );
}

#[test]
fn r091_no_keys() {
    sealed_broken_and_mended("R091", "tenancy.sealing_keys", "DROP TABLE tenancy.sealing_keys");
}

#[test]
fn r092_keys_that_the_function_does_not_read() {
    sealed_broken_and_mended(
        "R092",
        "tenancy.sealing_keys",
        "ALTER TABLE tenancy.sealing_keys OWNER TO CURRENT_USER",
    );
}

#[test]
fn r094_no_key_is_installed() {
    sealed_broken_and_mended("R094", "tenancy.sealing_keys", "TRUNCATE tenancy.sealing_keys");
}

#[test]
fn r095_seals_that_the_database_does_not_take() {
    let database = Database::walled("rule_r095", RowSecurity::sealed);
    let wall = database.wall().sealed();
    let key = |id, secret| SealingKey::new(id, [secret; 32]).unwrap();
    let sealer = |id, secret| Sealer::new(key(id, secret));
    let found = |sealer: &Sealer, inspection: Inspection<'_>| {
        let report = report_as(&database, &inspection.sealed_by(sealer), "app");
        assert!(
            report.findings.iter().all(|finding| finding.code == "R095" && finding.refuses()),
            "{report}"
        );
        report.findings.first().map(|finding| finding.reason.clone()).unwrap_or_default()
    };
    let direct = || Inspection::new(&wall);
    assert_eq!(found(&sealer(1, 1), direct()), "");
    for other in [sealer(2, 1), sealer(1, 2)] {
        assert!(found(&other, direct()).contains("no seal of a known key"));
    }
    let mut superuser = database.superuser();
    superuser
        .batch_execute(
            "REVOKE EXECUTE ON FUNCTION pg_stat_get_activity(integer), pg_stat_get_backend_activity(integer) FROM PUBLIC",
        )
        .unwrap();
    assert_eq!(found(&sealer(1, 1), direct().behind_pooler()), "");
    // For direct connections only.
    superuser.batch_execute(&key(1, 1).install(Binding::Backend)).unwrap();
    assert!(found(&sealer(1, 1), direct().behind_pooler()).contains("a seal of no backend"));
    assert_eq!(found(&sealer(1, 1), direct()), "");
    // Retired, and still in the table's file.
    superuser.batch_execute(&SealingKey::retire(1)).unwrap();
    assert!(found(&sealer(1, 1), direct()).contains("no seal of a known key"));
}

#[test]
fn r093_seals_of_no_backend_that_other_sessions_read() {
    broken_and_mended_as(
        "R093",
        "pg_stat_get_activity(integer)",
        "SELECT 1",
        RowSecurity::sealed,
        |inspection| inspection.behind_pooler(),
        "app",
    );
}

#[test]
fn r082_a_wall_for_citus_where_it_is_not_installed() {
    let database = Database::walled("rule_r082", |wall| wall);
    let wall = database.wall().citus().unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert!(report.refusals().any(|finding| finding.code == "R082" && finding.object == "citus"), "{report}");
}

#[test]
fn r082_a_wall_for_postgresql_where_citus_is_installed() {
    let database = Database::walled("rule_r082", |wall| wall);
    let wall = database.wall();
    // Its name is what is looked at, and the extension need not be on the tests' machine.
    database
        .superuser()
        .batch_execute(
            "SET allow_system_table_mods = on;
             INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
             SELECT 99999, 'citus', 10, 'pg_catalog'::regnamespace, false, '13.2-1'",
        )
        .unwrap();
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert!(report.refusals().any(|finding| finding.code == "R082"), "{report}");
}
