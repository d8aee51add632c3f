//! The inspection of the shared tables beside very many schemas of tenants of their own.

use std::time::Instant;

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Tables, tables};

use crate::database::Database;

macro_rules! twenty {
    ($($name:ident)*) => {
        tenancy_diesel::table! {
            $($name (id) { id -> BigInt, tenant_id -> Integer, body -> Text, })*
        }

        fn declared() -> Tables {
            tables![$($name),*]
        }

        /// As a migration of the application has them.
        const CREATED: &str = concat!($(
            "CREATE TABLE ", stringify!($name), " (id bigserial PRIMARY KEY, tenant_id integer NOT NULL, body text NOT NULL);"
        ),*);
    };
}

twenty!(t01 t02 t03 t04 t05 t06 t07 t08 t09 t10 t11 t12 t13 t14 t15 t16 t17 t18 t19 t20);

/// So many schemas with the tables of the one that has its wall from a migration, and with a wall or none. One transaction would hold more
/// locks than the server has room for.
fn others(first: usize, last: usize, wall: bool) -> String {
    let wall = if wall {
        "EXECUTE format('ALTER TABLE %I.%I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', target, one.relname);
         FOR policy IN SELECT * FROM pg_policies WHERE schemaname = 'of_0000' AND tablename = one.relname LOOP
             EXECUTE format('CREATE POLICY %I ON %I.%I AS %s FOR %s TO %s', policy.policyname, target, one.relname, policy.permissive, policy.cmd,
                            array_to_string(policy.roles, ', '))
                     || coalesce(' USING (' || policy.qual || ')', '') || coalesce(' WITH CHECK (' || policy.with_check || ')', '');
         END LOOP;"
    } else {
        ""
    };
    format!(
        "DO $$ DECLARE target text; one record; policy record; granted record; BEGIN
             FOR number IN {first}..{last} LOOP
                 target := 'of_' || to_char(number, 'FM0000');
                 EXECUTE format('CREATE SCHEMA %I', target);
                 FOR granted IN SELECT grantee::regrole AS role FROM pg_namespace, aclexplode(nspacl)
                                 WHERE nspname = 'of_0000' AND privilege_type = 'USAGE' AND grantee <> nspowner LOOP
                     EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', target, granted.role);
                 END LOOP;
                 FOR one IN SELECT oid, relname, relacl, relowner FROM pg_class WHERE relnamespace = 'of_0000'::regnamespace AND relkind = 'r' LOOP
                     EXECUTE format('CREATE TABLE %I.%I (LIKE of_0000.%I INCLUDING ALL)', target, one.relname, one.relname);
                     FOR granted IN SELECT DISTINCT grantee::regrole AS role, privilege_type FROM aclexplode(one.relacl) WHERE grantee <> one.relowner LOOP
                         EXECUTE format('GRANT %s ON %I.%I TO %s', granted.privilege_type, target, one.relname, granted.role);
                     END LOOP;
                     {wall}
                 END LOOP;
                 COMMIT;
             END LOOP;
         END $$"
    )
}

/// `TENANCY_SCHEMAS=1000 cargo test --workspace --test wall -- --ignored --nocapture beside_a_thousand`
#[test]
#[ignore = "it takes minutes: what is measured is in tenancy-rls/docs/rules.md"]
fn an_inspection_beside_a_thousand_schemas_is_measured() {
    let count = std::env::var("TENANCY_SCHEMAS").ok().and_then(|count| count.parse().ok()).unwrap_or(1000);
    let database = Database::new("tool_many");
    let wall = database.wall(declared());
    let mut owner = database.as_role("owner");
    owner.batch_execute(CREATED).unwrap();
    database.declare(&wall);
    owner.batch_execute(&wall.migration().up()).unwrap();
    let timed = |what: &str, code: i32| {
        for turn in ["first", "second"] {
            let begun = Instant::now();
            let report = database.json(&["inspect", "--catalog-only"], "app", code);
            let found = report["findings"].as_array().unwrap();
            let beside =
                found.iter().filter(|one| one["object"].as_str().unwrap().starts_with("of_")).count();
            println!("{what}, {turn}: {:.2} s, {beside} findings there", begun.elapsed().as_secs_f64());
        }
    };
    timed("the shared tables alone", 0);
    owner.batch_execute("CREATE SCHEMA of_0000; SET search_path = of_0000").unwrap();
    owner.batch_execute(CREATED).unwrap();
    let own = wall.in_tenant_schema(&"of_0000".parse().unwrap());
    owner.batch_execute(&own.tables_migration().up()).unwrap();
    owner.batch_execute("SET search_path = public").unwrap();
    timed("one schema", 0);
    let mut made = 0;
    for part in [10, 4, 2, 1] {
        let more = count / part;
        owner.batch_execute(&others(made + 1, more, true)).unwrap();
        made = more;
        timed(&format!("{more} schemas with a wall"), 0);
    }
    owner.batch_execute(&others(count + 1, count + count / 10, false)).unwrap();
    timed(&format!("{} more without one", count / 10), 1);
}
