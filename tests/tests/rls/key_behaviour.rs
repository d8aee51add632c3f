//! What the keys do once the tenant is in them.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{RowSecurity, RowSecurityError, Tables, tables};
use tenancy_tests::server::postgres_is_older_than;

use crate::database::{Database, agents, canvases, declared, lines, value};
use crate::rules_of_keys::{found, walled};

tenancy_diesel::table! { teams (id) { id -> Integer, tenant_id -> Integer, } }
tenancy_diesel::table! { members (id) { id -> Integer, tenant_id -> Integer, } }
tenancy_diesel::table! { tokens (id) { id -> Integer, tenant_id -> Integer, token -> Text, } }
tenancy_diesel::table! { uses (id) { id -> Integer, tenant_id -> Integer, token -> Text, } }

/// Runs `sql` as the application, as `tenant`; what it changes stays.
fn as_tenant(database: &Database, tenant: i32, sql: &str) -> Result<(), String> {
    let mut app = database.app();
    app.batch_execute(&format!("BEGIN; SET LOCAL tenancy.tenant = '{tenant}'; {sql}; COMMIT"))
        .map_err(|error| error.to_string())
}

/// As [`as_tenant`], refused with these words.
fn refused(database: &Database, tenant: i32, sql: &str, words: &str) {
    let error = as_tenant(database, tenant, sql).expect_err(sql);
    assert!(error.contains(words), "{sql}: {error}");
}

#[test]
fn what_followed_a_key_on_its_update_follows_it_still() {
    for (action, follows) in [("SET NULL", "<>"), ("SET DEFAULT", "<9>"), ("CASCADE", "<8>")] {
        let sql = format!(
            "CREATE TABLE teams (id integer PRIMARY KEY, tenant_id integer NOT NULL, lead integer DEFAULT 9 REFERENCES teams ON UPDATE {action});
             CREATE TABLE members (id integer PRIMARY KEY, tenant_id integer NOT NULL,
                 team integer DEFAULT 9 REFERENCES teams ON UPDATE {action} DEFERRABLE INITIALLY DEFERRED);
             INSERT INTO teams VALUES (9, 1, NULL), (1, 1, 1), (2, 1, 1), (3, 2, NULL); INSERT INTO members VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3)"
        );
        let (database, wall) = walled("keys_follow", tables![teams, members], &sql);
        assert_eq!(found(&database, &wall).0, [""; 0]);
        as_tenant(&database, 1, "UPDATE teams SET id = 8 WHERE id = 1").unwrap();
        let mut superuser = database.superuser();
        assert_eq!(
            value(
                &mut superuser,
                "SELECT string_agg('<' || coalesce(team::text, '') || '>', '' ORDER BY id) FROM members"
            ),
            format!("{follows}<2><3>"),
            "{action}"
        );
        let leads = value(
            &mut superuser,
            "SELECT string_agg('<' || coalesce(lead::text, '') || '>', '' ORDER BY id) FROM teams WHERE id IN (2, 8)",
        );
        assert_eq!(leads, format!("{follows}{follows}"), "{action}");
        refused(&database, 1, "INSERT INTO members VALUES (4, 1, 3)", "members_team_fkey");
        database.owner().batch_execute(&wall.migration().down()).unwrap();
        database.owner().batch_execute("UPDATE teams SET id = 7 WHERE id = 2").unwrap();
    }
}

#[test]
fn match_full_is_all_or_none_still() {
    let sql = "CREATE TABLE teams (id integer, tenant_id integer NOT NULL, code text, PRIMARY KEY (id, code));
        CREATE TABLE members (id integer PRIMARY KEY, tenant_id integer NOT NULL, team integer, code text, FOREIGN KEY (team, code) REFERENCES teams MATCH FULL);
        INSERT INTO teams VALUES (1, 1, 'a')";
    let (database, _) = walled("keys_full", tables![teams, members], sql);
    as_tenant(&database, 1, "INSERT INTO members VALUES (1, 1, 1, 'a'), (2, 1, NULL, NULL)").unwrap();
    refused(&database, 1, "INSERT INTO members VALUES (3, 1, 1, NULL)", "_tenancy_full");
    refused(&database, 1, "INSERT INTO members VALUES (3, 1, 2, 'a')", "members_team_code_fkey");
    refused(&database, 2, "INSERT INTO members VALUES (3, 2, 1, 'a')", "members_team_code_fkey");
}

#[test]
fn a_foreign_key_that_is_not_valid_holds_for_new_rows() {
    let sql = "CREATE TABLE teams (id integer PRIMARY KEY, tenant_id integer NOT NULL);
        CREATE TABLE members (id integer PRIMARY KEY, tenant_id integer NOT NULL, team integer);
        INSERT INTO members VALUES (1, 1, 99); ALTER TABLE members ADD CONSTRAINT loose FOREIGN KEY (team) REFERENCES teams NOT VALID";
    let (database, wall) = walled("keys_not_valid", tables![teams, members], sql);
    refused(&database, 1, "INSERT INTO members VALUES (2, 1, 98)", "loose");
    let valid = "SELECT convalidated FROM pg_constraint WHERE conname = 'loose'";
    assert_eq!(value(&mut database.superuser(), valid), "f");
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(value(&mut database.superuser(), valid), "f");
}

/// What a constraint says of itself.
fn definition(database: &Database, constraint: &str) -> String {
    let query = format!("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{constraint}'");
    value(&mut database.superuser(), &query).trim_matches('"').to_owned()
}

#[test]
fn a_foreign_key_that_is_not_enforced_stays_so() {
    if postgres_is_older_than(18) {
        return;
    }
    let sql = "CREATE TABLE teams (id integer PRIMARY KEY, tenant_id integer NOT NULL);
        CREATE TABLE members (id integer PRIMARY KEY, tenant_id integer NOT NULL, team integer, lead integer,
            CONSTRAINT told FOREIGN KEY (team) REFERENCES teams ON DELETE CASCADE NOT ENFORCED,
            CONSTRAINT told_full FOREIGN KEY (lead) REFERENCES teams MATCH FULL DEFERRABLE NOT ENFORCED)";
    let (database, wall) = walled("keys_not_enforced", tables![teams, members], sql);
    assert_eq!(found(&database, &wall).0, [""; 0]);
    as_tenant(&database, 1, "INSERT INTO members VALUES (1, 1, 99, 98)").unwrap();
    let told = "FOREIGN KEY (tenant_id, team) REFERENCES teams(tenant_id, id) ON DELETE CASCADE NOT ENFORCED";
    assert_eq!(definition(&database, "told"), told);
    let full = "FOREIGN KEY (tenant_id, lead) REFERENCES teams(tenant_id, id) DEFERRABLE NOT ENFORCED";
    assert_eq!(definition(&database, "told_full"), full);
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    let told = "FOREIGN KEY (team) REFERENCES teams(id) ON DELETE CASCADE NOT ENFORCED";
    assert_eq!(definition(&database, "told"), told);
    let full = "FOREIGN KEY (lead) REFERENCES teams(id) MATCH FULL DEFERRABLE NOT ENFORCED";
    assert_eq!(definition(&database, "told_full"), full);
}

#[test]
fn a_tenant_column_that_is_not_null_for_new_rows_only_is_checked_where_a_key_takes_it() {
    if postgres_is_older_than(18) {
        return;
    }
    let sql = "CREATE TABLE teams (id integer PRIMARY KEY, tenant_id integer);
        ALTER TABLE teams ADD CONSTRAINT loosely NOT NULL tenant_id NOT VALID";
    let (database, wall) = walled("keys_loosely", tables![teams], sql);
    assert_eq!(definition(&database, "teams_pkey"), "PRIMARY KEY (tenant_id, id)");
    assert_eq!(definition(&database, "loosely"), "NOT NULL tenant_id");
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(definition(&database, "loosely"), "NOT NULL tenant_id NOT VALID");
}

/// Rooms that are one tenant's for a time, and bookings for which a room is there all the time.
const OVER_TIME: &str = "CREATE EXTENSION btree_gist;
    CREATE TABLE teams (id integer, tenant_id integer NOT NULL, during daterange, PRIMARY KEY (id, during WITHOUT OVERLAPS));
    CREATE TABLE members (id integer PRIMARY KEY, tenant_id integer NOT NULL, team integer, during daterange,
        CONSTRAINT of_a_team FOREIGN KEY (team, PERIOD during) REFERENCES teams (id, PERIOD during) MATCH FULL)";

#[test]
fn a_key_without_overlaps_is_of_one_tenants_rows() {
    if postgres_is_older_than(18) {
        return;
    }
    let (database, wall) = walled("keys_over_time", tables![teams, members], OVER_TIME);
    assert_eq!(found(&database, &wall).0, [""; 0], "{}", found(&database, &wall).1);
    for tenant in [1, 2] {
        let rows = format!(
            "INSERT INTO teams VALUES (1, {tenant}, '[2020-01-01,2021-01-01)'), (1, {tenant}, '[2021-01-01,2022-01-01)')"
        );
        as_tenant(&database, tenant, &rows).unwrap();
    }
    as_tenant(&database, 1, "INSERT INTO teams VALUES (2, 1, '[2020-01-01,2021-01-01)')").unwrap();
    refused(&database, 1, "INSERT INTO teams VALUES (1, 1, '[2020-06-01,2020-07-01)')", "teams_pkey");
    // Of two rows together.
    as_tenant(&database, 1, "INSERT INTO members VALUES (1, 1, 1, '[2020-06-01,2021-06-01)')").unwrap();
    let row = "INSERT INTO members VALUES (2, 1, 1, '[2020-06-01,2023-01-01)')";
    refused(&database, 1, row, "of_a_team");
    // Another tenant's.
    let row = "INSERT INTO members VALUES (2, 2, 2, '[2020-06-01,2020-07-01)')";
    refused(&database, 2, row, "of_a_team");
    refused(&database, 1, "INSERT INTO members VALUES (2, 1, 1, NULL)", "_tenancy_full");
    let walled = [
        ("teams_pkey", "PRIMARY KEY (tenant_id, id, during WITHOUT OVERLAPS)"),
        (
            "of_a_team",
            "FOREIGN KEY (tenant_id, team, PERIOD during) REFERENCES teams(tenant_id, id, PERIOD during)",
        ),
    ];
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    assert_eq!(walled.map(|(name, _)| definition(&database, name)), walled.map(|(_, text)| text.to_owned()));
    database.superuser().batch_execute("DELETE FROM members; DELETE FROM teams").unwrap();
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    let before = [
        ("teams_pkey", "PRIMARY KEY (id, during WITHOUT OVERLAPS)"),
        ("of_a_team", "FOREIGN KEY (team, PERIOD during) REFERENCES teams(id, PERIOD during) MATCH FULL"),
    ];
    assert_eq!(before.map(|(name, _)| definition(&database, name)), before.map(|(_, text)| text.to_owned()));
}

#[test]
fn a_key_without_overlaps_that_something_else_needs_gets_one_beside_it() {
    if postgres_is_older_than(18) {
        return;
    }
    let sql = format!(
        "{OVER_TIME}; CREATE TABLE legacy (team integer, during daterange, FOREIGN KEY (team, PERIOD during) REFERENCES teams (id, PERIOD during))"
    );
    let (database, wall) = walled("keys_over_time_held", tables![teams, members], &sql);
    assert_eq!(found(&database, &wall).0, ["R033 teams key teams_pkey"]);
    assert_eq!(
        definition(&database, "teams_pkey_tenancy_key"),
        "UNIQUE (tenant_id, id, during WITHOUT OVERLAPS)"
    );
    as_tenant(&database, 1, "INSERT INTO teams VALUES (1, 1, '[2020-01-01,2021-01-01)')").unwrap();
    let row = "INSERT INTO members VALUES (1, 2, 1, '[2020-06-01,2020-07-01)')";
    refused(&database, 2, row, "of_a_team");
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(definition(&database, "teams_pkey"), "PRIMARY KEY (id, during WITHOUT OVERLAPS)");
}

#[test]
fn an_exclusion_is_of_one_tenants_rows() {
    let sql = "CREATE TABLE teams (id integer PRIMARY KEY, tenant_id integer NOT NULL, during int4range, EXCLUDE USING gist (during WITH &&))";
    let (database, wall) = walled("keys_exclude", tables![teams], sql);
    as_tenant(&database, 1, "INSERT INTO teams VALUES (1, 1, '[1,5)')").unwrap();
    as_tenant(&database, 2, "INSERT INTO teams VALUES (1, 2, '[1,5)')").unwrap();
    refused(&database, 1, "INSERT INTO teams VALUES (2, 1, '[4,6)')", "teams_during_excl");
    let extension = "SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'";
    assert_eq!(value(&mut database.superuser(), extension), "1");
    database.superuser().batch_execute("TRUNCATE teams").unwrap();
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(value(&mut database.superuser(), extension), "0");
}

#[test]
fn an_exclusion_of_a_partitioned_table_is_of_one_tenants_rows() {
    if postgres_is_older_than(17) {
        return;
    }
    let sql = "CREATE EXTENSION btree_gist;
        CREATE TABLE teams (id integer NOT NULL, tenant_id integer NOT NULL, during int4range,
            CONSTRAINT once EXCLUDE USING gist (id WITH =, during WITH &&)) PARTITION BY LIST (id);
        CREATE TABLE teams_1 PARTITION OF teams FOR VALUES IN (1); CREATE TABLE teams_2 PARTITION OF teams DEFAULT";
    let (database, wall) = walled("keys_exclude_parts", tables![teams], sql);
    let constraints = "SELECT string_agg(conrelid::regclass || ' ' || pg_get_constraintdef(oid), '; ' ORDER BY conrelid::regclass::text)
        FROM pg_constraint WHERE contype = 'x'";
    let of_all = |definition: &str| {
        ["teams", "teams_1", "teams_2"].map(|table| format!("{table} {definition}")).join("; ")
    };
    let walled = of_all("EXCLUDE USING gist (tenant_id WITH =, id WITH =, during WITH &&)");
    for tenant in [1, 2] {
        as_tenant(
            &database,
            tenant,
            &format!("INSERT INTO teams VALUES (1, {tenant}, '[1,5)'), (2, {tenant}, '[1,5)')"),
        )
        .unwrap();
    }
    refused(&database, 1, "INSERT INTO teams VALUES (1, 1, '[4,6)')", "conflicting key value");
    for _ in 0..2 {
        assert_eq!(value(&mut database.superuser(), constraints).trim_matches('"'), walled);
        database.owner().batch_execute(&wall.migration().up()).unwrap();
    }
    assert_eq!(found(&database, &wall).1.refusals().count(), 0);
    database.superuser().batch_execute("TRUNCATE teams").unwrap();
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    let before = of_all("EXCLUDE USING gist (id WITH =, during WITH &&)");
    assert_eq!(value(&mut database.superuser(), constraints).trim_matches('"'), before);
}

#[test]
fn a_tenant_column_that_is_computed_when_it_is_read_is_an_obstacle() {
    if postgres_is_older_than(18) {
        return;
    }
    let error = obstacle(
        "keys_virtual",
        tables![teams],
        "SET ROLE {owner}; CREATE TABLE teams (id integer PRIMARY KEY, tenant_id integer GENERATED ALWAYS AS (id % 2) VIRTUAL)",
    );
    assert!(
        error.contains(
            "public.teams column tenant_id: the tenant column is computed when it is read (VIRTUAL)"
        ),
        "{error}"
    );
}

/// The migration's error on `sql`, after which everything is as it was.
fn obstacle(prefix: &str, tables: Tables, sql: &str) -> String {
    let database = Database::empty(prefix);
    database.superuser().batch_execute(&sql.replace("{owner}", &database.role("owner"))).unwrap();
    let wall = RowSecurity::new(tables, database.roles()).unwrap();
    // As Diesel runs a migration, and with what it tells.
    let mut owner = database.owner();
    owner.batch_execute("BEGIN").unwrap();
    let error = match owner.batch_execute(&wall.migration().up()).unwrap_err() {
        diesel::result::Error::DatabaseError(_, told) => {
            format!("{}\n{}\n{}", told.message(), told.details().unwrap_or(""), told.hint().unwrap_or(""))
        }
        other => other.to_string(),
    };
    owner.batch_execute("ROLLBACK").unwrap();
    assert_eq!(value(&mut owner, "SELECT count(*) FROM pg_namespace WHERE nspname = 'tenancy'"), "0");
    error
}

#[test]
fn what_cannot_be_done_says_what_why_and_how_to_mend_it() {
    const TEAMS: &str = "SET ROLE {owner}; CREATE TABLE teams (id integer PRIMARY KEY, tenant_id integer NOT NULL, code text)";
    for (sql, words) in [
        (
            format!("{TEAMS}; ALTER TABLE teams ADD CONSTRAINT once EXCLUDE USING hash (code WITH =)"),
            [
                "public.teams constraint once: an exclusion by hash cannot have the tenant in it",
                "create it again USING gist",
            ],
        ),
        (
            format!("{TEAMS}; RESET ROLE; CREATE PUBLICATION narrow FOR TABLE teams (id, code)"),
            [
                "public.teams publication narrow: it sends some of the columns and not tenant_id",
                "add tenant_id to its columns, there and at its subscribers",
            ],
        ),
        (
            format!(
                "{TEAMS}; ALTER TABLE teams ADD boss integer REFERENCES teams; INSERT INTO teams VALUES (1, 1, 'a', NULL), (2, 2, 'b', 1)"
            ),
            [
                "rows refer to another tenant's by the foreign key teams_boss_fkey of \"public\".\"teams\"",
                "Mend the rows, or make the key NOT VALID",
            ],
        ),
    ] {
        let error = obstacle("keys_obstacle", tables![teams], &sql);
        assert!(words.iter().all(|words| error.contains(words)), "{error}");
    }
}

#[test]
fn a_key_over_all_tenants_holds_over_all_of_them() {
    const SQL: &str = "CREATE TABLE tokens (id integer PRIMARY KEY, tenant_id integer NOT NULL, token text UNIQUE);
        CREATE TABLE uses (id integer PRIMARY KEY, tenant_id integer NOT NULL, token text REFERENCES tokens (token) ON UPDATE CASCADE)";
    let declared = || {
        tables![tokens, uses]
            .unique_over_all_tenants::<tokens::table>("tokens_token_key", "a token names its tenant")
    };
    let (database, wall) = walled("keys_over_all", declared(), SQL);
    as_tenant(
        &database,
        1,
        "INSERT INTO tokens VALUES (1, 1, 'same'); INSERT INTO uses VALUES (1, 1, 'same')",
    )
    .unwrap();
    refused(&database, 2, "INSERT INTO tokens VALUES (1, 2, 'same')", "tokens_token_key");
    // A reference to it pairs the tenants as any other.
    refused(&database, 2, "INSERT INTO uses VALUES (1, 2, 'same')", "uses_token_fkey");
    as_tenant(&database, 1, "UPDATE tokens SET token = 'other'").unwrap();
    assert_eq!(value(&mut database.superuser(), "SELECT token FROM uses"), "other");
    let (codes, report) = found(&database, &wall);
    assert_eq!(codes, ["R031 tokens key tokens_token_key"], "{report}");
    // Declared only after the wall went up, where a reference needs the key with the tenant: that one goes to another name.
    let (database, before) = walled("keys_over_all_later", tables![tokens, uses], SQL);
    let keys = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'tokens'::regclass AND contype IN ('u', 'p') ORDER BY 1";
    let first = lines(&mut database.superuser(), keys).unwrap();
    let wall = RowSecurity::new(declared(), database.roles()).unwrap();
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    assert_eq!(
        lines(&mut database.superuser(), keys).unwrap(),
        [
            "(tokens_pkey,\"PRIMARY KEY (tenant_id, id)\")",
            "(tokens_token_key,\"UNIQUE (token)\")",
            "(tokens_token_key_tenancy_key,\"UNIQUE (tenant_id, token)\")"
        ]
    );
    assert_eq!(found(&database, &wall).0, ["R031 tokens key tokens_token_key"]);
    for later_first in [&wall, &before] {
        database.owner().batch_execute(&later_first.migration().down()).unwrap();
    }
    assert_ne!(first, lines(&mut database.superuser(), keys).unwrap());
    assert_eq!(
        value(
            &mut database.superuser(),
            "SELECT count(*) FROM pg_constraint WHERE conname LIKE 'tokens_token%'"
        ),
        "1"
    );
}

#[test]
fn a_key_over_all_tenants_needs_a_reason_and_its_table() {
    let roles = || tenancy_rls::Roles::new("app", "across").unwrap();
    let without = |key, reason| {
        RowSecurity::new(declared().unique_over_all_tenants::<agents::table>(key, reason), roles())
    };
    assert!(matches!(without("agents_name_key", " "), Err(RowSecurityError::KeyWithoutReason { .. })));
    assert!(matches!(without("", "it is so"), Err(RowSecurityError::KeyWithoutReason { .. })));
    let elsewhere = tables![agents].unique_over_all_tenants::<canvases::table>("canvases_pkey", "it is so");
    assert!(matches!(RowSecurity::new(elsewhere, roles()), Err(RowSecurityError::KeyOfAnotherTable { .. })));
    assert!(without("agents_name_key", "a login").is_ok());
}

#[test]
fn a_shared_sequence_of_a_default_can_be_used() {
    let sql = "CREATE SEQUENCE numbers; GRANT SELECT ON SEQUENCE numbers TO PUBLIC;
        CREATE TABLE teams (id integer PRIMARY KEY DEFAULT nextval('numbers'), tenant_id integer NOT NULL)";
    let (database, wall) = walled("keys_sequence", tables![teams], sql);
    as_tenant(&database, 1, "INSERT INTO teams (tenant_id) VALUES (1)").unwrap();
    refused(&database, 1, "SELECT setval('numbers', 1)", "permission denied for sequence numbers");
    assert_eq!(found(&database, &wall).0, [""; 0]);
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    let granted = "SELECT has_sequence_privilege('{}_app', 'numbers', 'USAGE')".replace("{}", &database.name);
    assert_eq!(value(&mut database.superuser(), &granted), "f");
}
