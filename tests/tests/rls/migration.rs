//! The migration: twice is once, and down is back.

use std::fs;

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, RowSecurity, SealingKey};

use crate::database::{Database, declared, lines};
use crate::rules::report_as;

/// Everything about the database that the wall touches.
const CATALOG: &str = "
    SELECT 'policy', c.relname || '.' || p.polname, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
           p.polpermissive::text, p.polcmd::text, p.polroles::text
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text || '.' || conname, pg_get_constraintdef(oid), NULL, NULL, NULL, NULL
      FROM pg_constraint WHERE connamespace IN ('public'::regnamespace, to_regnamespace('tenancy'))
    UNION ALL
    SELECT 'index', indexrelid::regclass::text, pg_get_indexdef(indexrelid), NULL, NULL, NULL, NULL
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace IN ('public'::regnamespace, to_regnamespace('tenancy'))
    UNION ALL
    SELECT 'table', oid::regclass::text, relrowsecurity::text, relforcerowsecurity::text,
           ARRAY(SELECT grantee || privilege_type::text
                   FROM aclexplode(coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::\"char\", relowner)))
                  ORDER BY 1)::text, NULL, NULL
      FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace IN ('public'::regnamespace, to_regnamespace('tenancy'))
    UNION ALL
    SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid),
           p.proowner::text || ARRAY(SELECT grantee || privilege_type FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) ORDER BY 1)::text, NULL, NULL, NULL
      FROM pg_proc p WHERE pronamespace = to_regnamespace('tenancy')
    UNION ALL
    SELECT 'database', NULL, ARRAY(SELECT grantee || privilege_type FROM aclexplode(coalesce(datacl, acldefault('d', datdba))) ORDER BY 1)::text,
           NULL, NULL, NULL, NULL
      FROM pg_database WHERE datname = current_database()
    UNION ALL
    SELECT 'schema', nspname, ARRAY(SELECT grantee || privilege_type FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner))) ORDER BY 1)::text,
           NULL, NULL, NULL, NULL
      FROM pg_namespace WHERE nspname IN ('public', 'tenancy')
    UNION ALL
    SELECT 'setting', setrole::regrole::text, setconfig::text, NULL, NULL, NULL, NULL
      FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = current_database()
     ORDER BY 1, 2, 3";

pub(crate) fn catalog(database: &Database) -> Vec<String> {
    lines(&mut database.superuser(), CATALOG).unwrap()
}

fn up_twice_and_down(prefix: &str, make: impl Fn(RowSecurity) -> RowSecurity) {
    let database = Database::unwalled(prefix);
    // Grants that were there, to be there again.
    database
        .owner()
        .batch_execute(&format!(
            "GRANT SELECT, TRUNCATE ON agents TO {0}_app; GRANT INSERT ON plans TO PUBLIC; GRANT CREATE ON SCHEMA public TO PUBLIC",
            database.name
        ))
        .unwrap();
    let before = catalog(&database);
    let migration = make(database.wall()).migration();

    database.owner().batch_execute(&migration.up()).unwrap();
    let walled = catalog(&database);
    assert_ne!(before, walled);
    database.owner().batch_execute(&migration.up()).unwrap();
    assert_eq!(walled, catalog(&database), "twice is once");

    database.owner().batch_execute(&migration.down()).unwrap();
    assert_eq!(before, catalog(&database), "down is back");
    database.owner().batch_execute(&migration.up()).unwrap();
    assert_eq!(walled, catalog(&database), "and up again");
}

#[test]
fn twice_is_once_and_down_is_back() {
    up_twice_and_down("rls_plain", |wall| wall);
}

#[test]
fn twice_is_once_and_down_is_back_when_sealed() {
    up_twice_and_down("rls_sealed", RowSecurity::sealed);
}

#[test]
fn a_plain_wall_becomes_a_sealed_one_by_the_other_migration() {
    let database = Database::walled("rls_change", |wall| wall);
    database.owner().batch_execute(&database.wall().sealed().migration().up()).unwrap();
    let sealed = Database::walled("rls_changed", RowSecurity::sealed);
    let names = |database: &Database| {
        let function =
            lines(&mut database.superuser(), "SELECT pg_get_functiondef('tenancy.tenant()'::regprocedure)");
        function.unwrap()
    };
    assert_eq!(names(&database), names(&sealed));
}

#[test]
fn keys_get_the_tenant_and_keep_everything_else() {
    let database = Database::walled("rls_keys", |wall| wall);
    let keys = lines(
        &mut database.superuser(),
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('c', 'n') ORDER BY 1",
    )
    .unwrap();
    assert_eq!(
        keys,
        [
            "(agents_name_key,\"UNIQUE (tenant_id, name)\")",
            "(agents_pkey,\"PRIMARY KEY (tenant_id, id)\")",
            "(agents_plan_id_fkey,\"FOREIGN KEY (plan_id) REFERENCES plans(id)\")",
            "(canvases_agent_id_fkey,\"FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id) \
             ON DELETE SET NULL (agent_id)\")",
            "(canvases_pkey,\"PRIMARY KEY (tenant_id, id)\")",
            "(plans_pkey,\"PRIMARY KEY (id)\")",
        ]
    );
    let index =
        lines(&mut database.superuser(), "SELECT pg_get_indexdef('canvases_by_title'::regclass)").unwrap();
    assert_eq!(
        index,
        [
            "(\"CREATE UNIQUE INDEX canvases_by_title ON public.canvases USING btree (tenant_id, title) WHERE (score > 0)\")"
        ]
    );
}

#[test]
fn statement_by_statement_no_moment_is_unprotected() {
    let database = Database::unwalled("rls_live");
    database.owner().batch_execute("GRANT SELECT ON agents, canvases TO PUBLIC").unwrap();
    // As the application, before and after each statement, each in a transaction of its own.
    let everything = |database: &Database| {
        lines(&mut database.app(), "SELECT count(*) FROM agents").unwrap_or_default() != ["(0)"]
            && lines(&mut database.app(), "SELECT count(*) FROM agents").is_ok()
    };
    let migration = database.wall().migration();
    let mut seen = vec![everything(&database)];
    for (up, _) in migration.messages() {
        database.owner().batch_execute(up).unwrap();
        seen.push(everything(&database));
    }
    for (up, _) in migration.messages() {
        database.owner().batch_execute(up).unwrap();
        seen.push(everything(&database));
    }
    let first_closed = seen.iter().position(|open| !open).expect("the wall is up");
    assert!(first_closed > 0, "it was open before");
    assert!(seen[first_closed..].iter().all(|open| !open), "{seen:?}");
}

/// The text without what stands between dollar quotes.
fn outside_of_bodies(sql: &str) -> String {
    let (mut outside, mut rest) = (String::new(), sql);
    while let Some(begin) = rest.find("$tenancy") {
        let tag = rest[begin + 1..].find('$').map_or("", |end| &rest[begin..begin + end + 2]);
        outside += &rest[..begin];
        rest = rest[begin + tag.len()..].split_once(tag).map_or("", |(_, after)| after);
    }
    outside + rest
}

#[test]
fn a_folder_is_written_as_diesel_reads_it_and_never_overwritten() {
    let database = "rls_folder";
    let roles = tenancy_rls::Roles::new("app", "across").unwrap();
    let wall = RowSecurity::new(declared(), roles).unwrap();
    let folder = std::env::temp_dir().join(format!("{database}_{}", std::process::id()));
    let made = wall.migration().write_to(&folder, "2026-11-22-120000").unwrap();
    assert_eq!(made, [folder.join("2026-11-22-120000_tenancy_wall")]);
    let named = wall.migration().named("2026-11-22-120000");
    assert_eq!(fs::read_to_string(made[0].join("up.sql")).unwrap(), named.up());
    assert_eq!(fs::read_to_string(made[0].join("down.sql")).unwrap(), named.down());
    assert_ne!(named.up(), wall.migration().up(), "the text has its name");
    assert!(wall.migration().write_to(&folder, "2026-11-22-120000").is_err());
    assert!(wall.migration().write_to(&folder, "../elsewhere").is_err());

    let citus = wall.citus().unwrap().migration().write_to(&folder, "2026-11-23-120000").unwrap();
    assert!(citus.len() > 20);
    for one in citus {
        let up = fs::read_to_string(one.join("up.sql")).unwrap();
        let outside_of_bodies = outside_of_bodies(&up);
        assert_eq!(outside_of_bodies.matches(';').count(), 1, "one statement a message: {up}");
    }
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn citus_gets_no_sub_select_in_a_policy_and_a_function_that_propagates() {
    let roles = tenancy_rls::Roles::new("app", "across").unwrap();
    let wall = RowSecurity::new(declared(), roles).unwrap().citus().unwrap();
    let up = wall.migration().up();
    assert!(!up.contains("(SELECT tenancy"), "{up}");
    assert!(up.contains("SET citus.propagate_set_commands = 'local'"));
}

#[test]
fn a_key_is_in_no_migration() {
    let key = SealingKey::new(1, [b'x'; 32]).unwrap();
    let roles = tenancy_rls::Roles::new("app", "across").unwrap();
    let up = RowSecurity::new(declared(), roles).unwrap().sealed().migration().up();
    assert!(!up.contains("INSERT INTO tenancy.sealing_keys"));
    assert!(key.install(tenancy_rls::Binding::Any).starts_with("INSERT INTO tenancy.sealing_keys"));
}

#[test]
fn a_tenants_own_schema_gets_the_same_wall_and_takes_nothing_from_the_others() {
    let database = Database::walled("rls_bridge", |wall| wall);
    let public = catalog(&database);
    database
        .owner()
        .batch_execute(
            "CREATE SCHEMA tenant_7; SET search_path = tenant_7;
             CREATE TABLE agents (id integer PRIMARY KEY, tenant_id integer NOT NULL, plan_id integer, name text NOT NULL);
             CREATE TABLE canvases (id integer PRIMARY KEY, tenant_id integer NOT NULL, agent_id integer REFERENCES agents,
                                    title text NOT NULL, score integer NOT NULL);
             INSERT INTO agents VALUES (1, 7, NULL, 'own'), (2, 8, NULL, 'strayed')",
        )
        .unwrap();
    let tables = declared().tenant_tables_in_schema("tenant_7");
    let own = RowSecurity::new(tables, database.roles()).unwrap();
    for _ in 0..2 {
        database.owner().batch_execute(&own.tables_migration().up()).unwrap();
    }
    let mut app = database.app();
    app.batch_execute("BEGIN; SET LOCAL tenancy.tenant = '7'").unwrap();
    assert_eq!(lines(&mut app, "SELECT name FROM tenant_7.agents").unwrap(), ["(own)"]);
    app.batch_execute("ROLLBACK").unwrap();
    let report = report_as(&database, &Inspection::new(&own), "app");
    assert!(report.findings.is_empty(), "{report}");
    database.owner().batch_execute(&own.tables_migration().down()).unwrap();
    assert!(lines(&mut app, "SELECT name FROM tenant_7.agents").is_err(), "down took the grants");
    assert_eq!(public, catalog(&database), "the others are as they were");
}

mod odd {
    tenancy_diesel::table! {
        #![tenant_column(org)]
        #[sql_name = "odd \"name\" (it's)"]
        things (id) {
            id -> Integer,
            #[sql_name = "Org id"]
            org -> Text,
        }
    }
}

#[test]
fn odd_names_and_text_tenants_are_quoted_and_recognised() {
    let database = Database::empty("rls_odd");
    database
        .owner()
        .batch_execute(
            "CREATE SCHEMA \"Odd.schema\"; CREATE TABLE \"Odd.schema\".\"odd \"\"name\"\" (it's)\" (id serial PRIMARY KEY, \"Org id\" varchar(20) NOT NULL)",
        )
        .unwrap();
    let tables = tenancy_rls::Tables::new().table::<odd::things::table>().in_schema("Odd.schema");
    let wall = RowSecurity::new(tables, database.roles()).unwrap();
    let before = catalog(&database);
    for _ in 0..2 {
        database.owner().batch_execute(&wall.migration().up()).unwrap();
    }
    let report = report_as(&database, &Inspection::new(&wall), "app");
    assert!(report.findings.is_empty(), "{report}");
    let mut app = database.app();
    let insert = |org: &str| {
        format!("INSERT INTO \"Odd.schema\".\"odd \"\"name\"\" (it's)\" (\"Org id\") VALUES ('{org}')")
    };
    app.batch_execute(&format!("BEGIN; SET LOCAL tenancy.tenant = 'o''neil'; {}", insert("o''neil")))
        .unwrap();
    assert!(app.batch_execute(&insert("acme")).is_err());
    app.batch_execute("ROLLBACK").unwrap();
    database.owner().batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(before, catalog(&database));
}
