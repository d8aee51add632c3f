//! Hostile statements, put together of everything that SQL lets stand in each other.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Texts to choose from, each of which is a part of its own.
fn one_of(parts: &'static [&'static str]) -> BoxedStrategy<String> {
    select(parts).prop_map(str::to_owned).boxed()
}

/// Tenants' tables, however named.
fn table() -> BoxedStrategy<String> {
    one_of(&[
        "agents",
        "canvases",
        "public.agents",
        "public.canvases",
        "tenant_3.agents",
        "tenant_3.canvases",
        "tenant_4.canvases",
        "ONLY agents",
    ])
}

/// Texts that a setting may be given.
fn setting() -> BoxedStrategy<String> {
    one_of(&["2", "3", "", "v1.1.0.0.99999999999.32.00", "1'' OR ''1''=''1"])
}

/// Calls that can stand wherever a value can, and do something.
fn call() -> BoxedStrategy<String> {
    prop_oneof![
        3 => (setting(), any::<bool>()).prop_map(|(value, local)| format!("set_config('tenancy.tenant', '{value}', {local})")),
        1 => setting().prop_map(|value| format!("tenancy.set_tenant('{value}')::text")),
        1 => one_of(&[
            "set_config('search_path', 'tenant_3, public', false)",
            "set_config('search_path', 'tenant_3, public', true)",
            "set_config('row_security', 'off', false)",
            "set_config('role', '{across}', true)",
            "set_config('session_replication_role', 'replica', true)",
            "current_setting('tenancy.tenant')",
            "tenancy.tenant()",
        ]),
        2 => table().prop_map(|table| format!("query_to_xml('SELECT * FROM {table}', true, false, '')::text")),
        1 => (table(), setting()).prop_map(|(table, value)| {
            format!("query_to_xml('SELECT set_config(''tenancy.tenant'', ''{}'', true), x.* FROM {table} AS x', true, false, '')::text", value.replace('\'', ""))
        }),
    ]
    .boxed()
}

/// What a row is asked for.
fn predicate(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop_oneof![
        2 => one_of(&["true", "tenant_id = 2", "tenant_id <> 1", "id = 1 OR true", "id > 0) OR (true", "1 / (id - 1) > 0", "NOT (tenant_id = 1)"]),
        2 => call().prop_map(|call| format!("{call} IS NOT NULL")),
        1 => inner.clone().prop_map(|read| format!("EXISTS ({read})")),
        1 => inner.prop_map(|read| format!("id::text NOT IN ({read})")),
    ]
    .boxed()
}

/// What is read from: with `id` and `tenant_id`.
fn source(inner: BoxedStrategy<String>) -> BoxedStrategy<String> {
    prop_oneof![
        5 => table().prop_map(|table| format!("{table} AS t")),
        1 => table().prop_map(|table| format!("(TABLE {}) AS t", table.replace("ONLY ", ""))),
        1 => (table(), table()).prop_map(|(left, right)| format!("{left} AS t LEFT JOIN {right} AS u USING (tenant_id, id)")),
        1 => (table(), inner).prop_map(|(table, read)| format!("{table} AS t, LATERAL ({read}) AS l")),
        1 => (call(), table()).prop_map(|(call, table)| format!("(SELECT {call} AS called) AS c, {table} AS t")),
        1 => table().prop_map(|table| format!("{} AS t TABLESAMPLE SYSTEM (100)", table.replace("ONLY ", ""))),
    ]
    .boxed()
}

/// A read of one text column `line`.
fn read() -> BoxedStrategy<String> {
    let leaf = table().prop_map(|table| format!("SELECT t::text AS line FROM {table} AS t")).boxed();
    leaf.prop_recursive(3, 12, 2, |inner| {
        let inner = inner.boxed();
        prop_oneof![
            4 => (source(inner.clone()), predicate(inner.clone()), prop::option::of(call()))
                .prop_map(|(source, predicate, order)| {
                    let order = order.map_or_else(String::new, |call| format!(" ORDER BY {call}"));
                    format!("SELECT t::text AS line FROM {source} WHERE ({predicate}){order}")
                }),
            2 => (call(), source(inner.clone())).prop_map(|(call, source)| format!("SELECT {call} || t::text AS line FROM {source}")),
            1 => (inner.clone(), one_of(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT ALL"]), inner.clone())
                .prop_map(|(left, operator, right)| format!("({left}) {operator} ({right})")),
            1 => inner.clone().prop_map(|read| format!("SELECT (SELECT string_agg(line, ',') FROM ({read}) AS s) AS line")),
            1 => (inner.clone(), inner.clone())
                .prop_map(|(first, second)| format!("WITH w AS MATERIALIZED ({first}) SELECT w.line FROM w UNION ALL ({second})")),
            1 => (call(), inner).prop_map(|(call, read)| format!("WITH w AS MATERIALIZED (SELECT {call} AS line) SELECT line FROM w UNION ALL ({read})")),
        ]
    })
    // The outermost has its column's name even where a set operation begins with a parenthesis.
    .prop_map(|read| format!("SELECT coalesce(line, '') AS line FROM ({read}) AS q"))
    .boxed()
}

/// A change of rows.
fn write() -> BoxedStrategy<String> {
    let predicate = || predicate(read());
    prop_oneof![
        (table(), one_of(&["id = id", "tenant_id = 2", "tenant_id = 1", "id = id + 50"]), predicate())
            .prop_map(|(table, set, predicate)| format!("UPDATE {table} SET {set} WHERE {predicate}")),
        (table(), predicate()).prop_map(|(table, predicate)| format!("DELETE FROM {table} AS t WHERE {predicate} RETURNING t::text AS line")),
        (one_of(&["agents", "tenant_3.agents"]), 1..4_i32, 1..60_i32, one_of(&[
            "",
            " ON CONFLICT DO NOTHING",
            " ON CONFLICT (tenant_id, id) DO UPDATE SET name = 'owned'",
            " ON CONFLICT (tenant_id, id) DO UPDATE SET tenant_id = 2 RETURNING agents::text AS line",
        ]))
            .prop_map(|(table, tenant, id, conflict)| {
                format!("INSERT INTO {table} (tenant_id, id, name) VALUES ({tenant}, {id}, 'planted'){conflict}")
            }),
        (table(), 1..4_i32).prop_map(|(table, tenant)| {
            format!("INSERT INTO agents (tenant_id, id, name) SELECT {tenant}, id + 900, x::text FROM {table} AS x")
        }),
        (table(), read()).prop_map(|(table, read)| {
            format!("WITH gone AS (DELETE FROM {table} AS d RETURNING d::text AS line) SELECT line AS line FROM gone UNION ALL ({read})")
        }),
        (call(), table()).prop_map(|(call, table)| format!("WITH s AS MATERIALIZED (SELECT {call} AS x) UPDATE {table} AS t SET id = t.id FROM s WHERE s.x IS NOT NULL")),
        one_of(&["MERGE INTO agents USING tenant_3.agents AS o ON agents.id = o.id WHEN MATCHED THEN UPDATE SET name = o.name"]),
    ]
    .boxed()
}

/// What changes the session or its transaction.
fn session() -> BoxedStrategy<String> {
    prop_oneof![
        (one_of(&["SET", "SET LOCAL", "SET SESSION"]), setting())
            .prop_map(|(set, value)| format!("{set} tenancy.tenant = '{value}'")),
        (
            one_of(&["SET", "SET LOCAL"]),
            one_of(&[
                "search_path = tenant_3",
                "search_path = pg_temp, tenant_3, public",
                "row_security = off",
                "ROLE {across}",
                "ROLE {owner}",
                "SESSION AUTHORIZATION {owner}",
                "session_replication_role = replica",
                "plan_cache_mode = force_generic_plan",
                "enable_indexscan = off",
                "transform_null_equals = on",
                "default_transaction_read_only = on",
                "quote_all_identifiers = on",
            ])
        )
            .prop_map(|(set, what)| format!("{set} {what}")),
        one_of(&[
            "RESET tenancy.tenant",
            "RESET ALL",
            "RESET ROLE",
            "DISCARD ALL",
            "DISCARD PLANS",
            "DISCARD TEMP",
            "DEALLOCATE ALL",
            "CLOSE ALL",
            "COMMIT",
            "ROLLBACK",
            "BEGIN",
            "COMMIT AND CHAIN",
            "ROLLBACK AND CHAIN",
            "START TRANSACTION READ WRITE",
            "SAVEPOINT tenancy_1",
            "SAVEPOINT own",
            "ROLLBACK TO SAVEPOINT tenancy_1",
            "ROLLBACK TO SAVEPOINT own",
            "RELEASE SAVEPOINT tenancy_1",
            "PREPARE TRANSACTION 'x'",
            "LISTEN x",
            "NOTIFY x",
            "LOCK TABLE agents IN ROW EXCLUSIVE MODE",
            "TRUNCATE agents CASCADE",
            "TRUNCATE tenant_3.canvases",
            "CREATE TEMP TABLE agents (tenant_id integer, id integer)",
            "CREATE TEMP VIEW agents AS TABLE tenant_3.agents",
            "CREATE VIEW public.leak AS TABLE agents",
            "CREATE FUNCTION pg_temp.f() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "ALTER TABLE agents DISABLE ROW LEVEL SECURITY",
            "GRANT ALL ON agents TO PUBLIC",
            "GRANT {across} TO {app}",
            "EXECUTE kept",
            "FETCH ALL FROM held",
            "MOVE FORWARD ALL IN held",
            "SELECT cursor_to_xml('held', 100, true, false, '')::text AS line",
            "SELECT a::text AS line FROM pg_stat_activity AS a WHERE pid <> pg_backend_pid()",
            "SELECT p::text AS line FROM pg_prepared_statements AS p",
            "SELECT s::text AS line FROM pg_stats AS s WHERE tablename = 'agents'",
        ]),
    ]
    .boxed()
}

/// A statement in another.
fn wrapped() -> BoxedStrategy<String> {
    let quoted = |statement: String| statement.replace('\'', "''");
    prop_oneof![
        (prop_oneof![read(), write(), session()], any::<bool>()).prop_map(move |(statement, caught)| {
            let caught = if caught { " EXCEPTION WHEN OTHERS THEN NULL;" } else { "" };
            format!("DO $do$ BEGIN EXECUTE '{}';{caught} END $do$", quoted(statement))
        }),
        read().prop_map(|read| format!("DO $do$ DECLARE r text; BEGIN FOR r IN {read} LOOP RAISE EXCEPTION 'read %', r; END LOOP; END $do$")),
        (call(), write()).prop_map(move |(call, write)| {
            format!("DO $do$ BEGIN PERFORM {call}; EXECUTE '{}'; EXCEPTION WHEN OTHERS THEN NULL; END $do$", quoted(write))
        }),
        prop_oneof![read(), write()].prop_map(|statement| format!("PREPARE kept AS {statement}")),
        read().prop_map(|read| format!("DECLARE held CURSOR WITH HOLD FOR {read}")),
        prop_oneof![read(), write()].prop_map(|statement| format!("EXPLAIN (ANALYZE, VERBOSE) {statement}")),
        read().prop_map(|read| format!("COPY ({read}) TO STDOUT")),
        read().prop_map(move |read| format!("SELECT query_to_xml('{}', true, false, '')::text AS line", quoted(read))),
    ]
    .boxed()
}

/// A hostile statement.
fn statement() -> BoxedStrategy<String> {
    prop_oneof![3 => read(), 3 => write(), 3 => session(), 3 => wrapped()].boxed()
}

/// What an attacker sends in one transaction, and whether it is committed.
pub(crate) fn attack() -> BoxedStrategy<(Vec<String>, bool)> {
    (vec(statement(), 1..6), any::<bool>()).boxed()
}

/// A read that asks for everything: what comes last, to see what the others have brought about.
pub(crate) fn look() -> [String; 4] {
    ["agents", "canvases", "tenant_3.agents", "tenant_3.canvases"]
        .map(|table| format!("SELECT t::text AS line FROM {table} AS t"))
}
