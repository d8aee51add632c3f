//! A wall that changes: each migration is an increment, and its way down leads to the state before it.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_rls::{Inspection, Migration, Roles, RowSecurity, tables};

use crate::database::{Database, agents, canvases, declared, lines};
use crate::migration::catalog;
use crate::rules::report_as;

tenancy_diesel::table! { invoices (id) { id -> Integer, tenant_id -> Integer, agent_id -> Nullable<Integer>, total -> Integer, } }

const INVOICES: &str = "
CREATE TABLE invoices (id serial PRIMARY KEY, tenant_id integer NOT NULL, agent_id integer, total integer NOT NULL UNIQUE);
INSERT INTO invoices (tenant_id, agent_id, total) VALUES (1, 1, 10), (2, 3, 20);
";

fn run(database: &Database, sql: &str) {
    database.owner().batch_execute(sql).unwrap_or_else(|error| panic!("{error}\n{sql}"));
}

fn is_clean(database: &Database, wall: &RowSecurity) {
    let report = report_as(database, &Inspection::new(wall), "app");
    assert!(report.findings.is_empty(), "{report}");
}

/// Up, up, up again, down, down: each state is the one before.
pub(crate) fn there_and_back(database: &Database, first: &Migration, second: &Migration) -> [Vec<String>; 2] {
    let before = catalog(database);
    run(database, &first.up());
    let one = catalog(database);
    run(database, &second.up());
    let two = catalog(database);
    run(database, &second.up());
    assert_eq!(two, catalog(database), "twice is once");
    run(database, &second.down());
    assert_eq!(one, catalog(database), "down of the second is the first");
    run(database, &second.up());
    assert_eq!(two, catalog(database), "and up again");
    run(database, &second.down());
    run(database, &first.down());
    assert_eq!(before, catalog(database), "down of the first is a database without a wall");
    [one, two]
}

fn with_invoices(database: &Database) -> RowSecurity {
    RowSecurity::new(declared().table::<invoices::table>(), database.roles()).unwrap()
}

#[test]
fn a_new_table() {
    let database = Database::unwalled("inc_table");
    run(&database, INVOICES);
    let (first, second) = (database.wall(), with_invoices(&database));
    let [one, two] = there_and_back(&database, &first.migration().named("1"), &second.migration().named("2"));
    assert_ne!(one, two);
    run(&database, &first.migration().named("1").up());
    is_clean(&database, &first);
    run(&database, &second.migration().named("2").up());
    is_clean(&database, &second);
}

/// A reference from the new table's rows to a table that is walled: its owner's check of the key reads both.
#[test]
fn a_new_table_that_refers_to_a_walled_one() {
    for sealed in [false, true] {
        let database = Database::unwalled("inc_refers");
        let make = |wall: RowSecurity| if sealed { wall.sealed() } else { wall };
        let (first, second) = (make(database.wall()), make(with_invoices(&database)));
        run(&database, &first.migration().named("1").up());
        let one = catalog(&database);
        database.install_key(&first);
        run(&database, INVOICES);
        run(
            &database,
            "ALTER TABLE invoices ADD FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id) NOT VALID",
        );
        run(&database, &second.migration().named("2").up());
        is_clean(&database, &second);
        run(&database, &second.migration().named("2").down());
        run(&database, "DROP TABLE invoices");
        assert_eq!(one, catalog(&database));
    }
}

/// FORCE keeps the rows from their owner as well, who checks a foreign key by reading them.
#[test]
fn a_key_that_was_broken_since_is_checked_when_it_gets_the_tenant() {
    let database = Database::walled("inc_checked", |wall| wall);
    database
        .superuser()
        .batch_execute(
            "ALTER TABLE agents ADD UNIQUE (id); ALTER TABLE canvases DROP CONSTRAINT canvases_agent_id_fkey;
             ALTER TABLE canvases ADD FOREIGN KEY (agent_id) REFERENCES agents (id);
             UPDATE canvases SET agent_id = 3 WHERE id = 1",
        )
        .unwrap();
    let second = database.wall().migration().named("2");
    for session in ["", "SET row_security = on; "] {
        let error =
            database.owner().batch_execute(&format!("{session}{}", second.up())).unwrap_err().to_string();
        assert!(
            error.contains("rows refer to another tenant's by the foreign key canvases_agent_id_fkey"),
            "{error}"
        );
    }
    database.superuser().batch_execute("UPDATE canvases SET agent_id = 1 WHERE id = 1").unwrap();
    run(&database, &second.up());
    is_clean(&database, &database.wall());
}

/// `diesel migration run` again, by a team that generates its migration again: the same text, another version.
#[test]
fn the_same_wall_under_another_version() {
    let database = Database::unwalled("inc_same");
    let wall = database.wall();
    let [one, two] = there_and_back(&database, &wall.migration().named("1"), &wall.migration().named("2"));
    assert_eq!(one, two);
}

#[test]
fn from_plain_to_sealed() {
    let database = Database::unwalled("inc_sealed");
    let (plain, sealed) = (database.wall(), database.wall().sealed());
    there_and_back(&database, &plain.migration().named("1"), &sealed.migration().named("2"));
    there_and_back(&database, &plain.migration().named("1"), &sealed.mode_migration().named("2"));
    there_and_back(
        &database,
        &plain.migration().named("1"),
        &plain.accepting_both().mode_migration().named("2"),
    );
}

#[test]
fn other_roles() {
    let database = Database::unwalled("inc_roles");
    let names = ["app2", "across2"].map(|role| database.role(role));
    database
        .superuser()
        .batch_execute(&format!(
            "CREATE ROLE {} LOGIN PASSWORD 'tenancy'; CREATE ROLE {}",
            names[0], names[1]
        ))
        .unwrap();
    let first = database.wall();
    let second = RowSecurity::new(declared(), Roles::new(&names[0], &names[1]).unwrap()).unwrap();
    there_and_back(&database, &first.migration().named("1"), &second.migration().named("2"));
    run(&database, &first.migration().named("1").up());
    run(&database, &second.migration().named("2").up());
    let report = report_as(&database, &Inspection::new(&second), "app2");
    assert!(report.findings.is_empty(), "{report}");
    let mut earlier = database.app();
    earlier.batch_execute("SET tenancy.tenant = '1'").unwrap();
    for table in ["agents", "canvases"] {
        assert!(
            lines(&mut earlier, &format!("SELECT * FROM {table}")).is_err(),
            "the earlier role has no grant on {table}"
        );
    }
    assert!(lines(&mut earlier, "SELECT nextval('agents_id_seq')").is_err());
}

mod later {
    tenancy_diesel::table! {
        #![tenant_global(plans, canvases = "a catalogue of all")]
        agents (id) { id -> Integer, tenant_id -> Integer, plan_id -> Nullable<Integer>, name -> Text, }
        canvases (id) { id -> Integer, tenant_id -> Integer, agent_id -> Nullable<Integer>, title -> Text, score -> Integer, }
        plans (id) { id -> Integer, name -> Text, }
    }
}

fn with_global_canvases(roles: Roles) -> RowSecurity {
    RowSecurity::new(tables![later::agents, later::canvases, later::plans], roles).unwrap()
}

/// What was a tenant's is everybody's to read, and nobody's to write who was not granted it anew.
#[test]
fn a_tenants_table_that_becomes_global() {
    let database = Database::unwalled("inc_global");
    let (first, second) = (database.wall(), with_global_canvases(database.roles()));
    there_and_back(&database, &first.migration().named("1"), &second.migration().named("2"));
    there_and_back(&database, &second.migration().named("1"), &first.migration().named("2"));
    run(&database, &first.migration().named("1").up());
    run(&database, &second.migration().named("2").up());
    is_clean(&database, &second);
    let mut app = database.app();
    app.batch_execute("SET tenancy.tenant = '1'").unwrap();
    assert_eq!(lines(&mut app, "SELECT id FROM canvases").unwrap().len(), 4);
    assert_eq!(lines(&mut app, "SELECT id FROM agents").unwrap().len(), 2);
    for write in [
        "UPDATE canvases SET score = 0",
        "DELETE FROM canvases",
        "INSERT INTO canvases VALUES (9, 1, NULL, '', 1)",
    ] {
        let error = app.batch_execute(write).unwrap_err().to_string();
        assert!(error.contains("permission denied"), "{error}");
    }
    run(&database, &second.migration().named("2").down());
    is_clean(&database, &first);
}

#[test]
fn row_security_that_was_there_before_the_wall_stays() {
    let database = Database::unwalled("inc_own");
    let (first, second) = (database.wall(), with_global_canvases(database.roles()));
    run(&database, "ALTER TABLE canvases ENABLE ROW LEVEL SECURITY");
    there_and_back(&database, &first.migration().named("1"), &second.migration().named("2"));
    run(&database, &first.migration().named("1").up());
    run(&database, &second.migration().named("2").up());
    let mut app = database.app();
    assert_eq!(lines(&mut app, "SELECT id FROM canvases").unwrap().len(), 0);
}

/// Global in one set of tables, and of tenants in another: the other's wall stays.
#[test]
fn a_table_of_another_wall_keeps_its_policies() {
    let database = Database::walled("inc_others", |wall| wall);
    let names = ["app2", "across2"].map(|role| database.role(role));
    database
        .superuser()
        .batch_execute(&format!("CREATE ROLE {} LOGIN; CREATE ROLE {}", names[0], names[1]))
        .unwrap();
    let second = with_global_canvases(Roles::new(&names[0], &names[1]).unwrap());
    // Its agents become those of the second wall, as in `other_roles`.
    run(&database, &second.migration().named("2").up());
    let mut app = database.app();
    app.batch_execute("SET tenancy.tenant = '1'").unwrap();
    assert_eq!(lines(&mut app, "SELECT id FROM canvases").unwrap().len(), 2);
}

/// The table goes by the team's own migration, and comes back by its way down: without a wall, and without grants.
#[test]
fn a_dropped_table() {
    let database = Database::unwalled("inc_dropped");
    run(&database, INVOICES);
    let before = catalog(&database);
    let (first, second) = (with_invoices(&database), database.wall());
    run(&database, &first.migration().named("1").up());
    run(&database, "DROP TABLE invoices");
    let dropped = catalog(&database);
    run(&database, &second.migration().named("2").up());
    is_clean(&database, &second);
    run(&database, &second.migration().named("2").down());
    assert_eq!(dropped, catalog(&database));
    // Without its coming back as well.
    run(&database, &first.migration().named("1").down());
    run(&database, INVOICES);
    assert_eq!(before, catalog(&database));
}

/// Another set of tables, with roles of its own, in the same database.
#[test]
fn a_second_set() {
    let database = Database::unwalled("inc_set");
    run(&database, INVOICES);
    let names = ["app2", "across2"].map(|role| database.role(role));
    database
        .superuser()
        .batch_execute(&format!(
            "CREATE ROLE {} LOGIN PASSWORD 'tenancy'; CREATE ROLE {}",
            names[0], names[1]
        ))
        .unwrap();
    let first = database.wall();
    let own = Roles::new(&names[0], &names[1]).unwrap();
    let second = RowSecurity::new(tables![invoices], own.clone()).unwrap();
    there_and_back(&database, &first.migration().named("1"), &second.migration().named("billing"));
    run(&database, &first.migration().named("1").up());
    run(&database, &second.migration().named("billing").up());
    is_clean(&database, &first);

    // The other way round they share what is in the schema `tenancy`, so it is refused, and nothing is lost.
    let both = catalog(&database);
    let error = database.owner().batch_execute(&first.migration().named("1").down()).unwrap_err().to_string();
    assert!(error.contains("the wall's migration 1 cannot be taken down: billing came after it"), "{error}");
    assert_eq!(both, catalog(&database));
}

#[test]
fn one_that_is_not_the_last_is_not_run_again() {
    let database = Database::unwalled("inc_last");
    let (plain, sealed) = (database.wall(), database.wall().sealed());
    run(&database, &plain.migration().named("1").up());
    run(&database, &sealed.migration().named("2").up());
    let two = catalog(&database);
    let error = database.owner().batch_execute(&plain.migration().named("1").up()).unwrap_err().to_string();
    assert!(error.contains("the wall's migration 1 cannot be run again: 2 came after it"), "{error}");
    assert_eq!(two, catalog(&database));
}

#[test]
fn a_sealed_wall_does_not_become_plain_by_mistake() {
    let database = Database::unwalled("inc_unsealed");
    run(&database, &database.wall().sealed().migration().up());
    let sealed = catalog(&database);
    for migration in [database.wall().migration(), database.wall().mode_migration()] {
        let error = database.owner().batch_execute(&migration.up()).unwrap_err().to_string();
        assert!(
            error.contains("the wall of this database is sealed, and this migration would make it plain"),
            "{error}"
        );
    }
    assert_eq!(sealed, catalog(&database));
    // By way of both it is said twice.
    run(&database, &database.wall().accepting_both().mode_migration().up());
    run(&database, &database.wall().mode_migration().up());
    is_clean(&database, &database.wall());
}

/// A tenant's own schema is its own: walls come and go there, whatever came after.
#[test]
fn schemas_of_tenants_go_one_by_one() {
    let database = Database::walled("inc_schemas", |wall| wall);
    let own = |schema: &str| {
        RowSecurity::new(tables![agents, canvases].tenant_tables_in_schema(schema), database.roles())
            .unwrap()
            .tables_migration()
    };
    let public = catalog(&database);
    for schema in ["tenant_7", "tenant_8"] {
        run(
            &database,
            &format!(
                "CREATE SCHEMA {schema}; CREATE TABLE {schema}.agents (LIKE agents INCLUDING ALL);
                 CREATE TABLE {schema}.canvases (LIKE canvases INCLUDING ALL)"
            ),
        );
        run(&database, &own(schema).up());
    }
    run(&database, &own("tenant_7").down());
    run(&database, "DROP SCHEMA tenant_8 CASCADE");
    run(&database, &own("tenant_8").down());
    assert_eq!(public, catalog(&database));
}

/// What the versions before this one wrote, and teams have in their folders.
#[test]
fn over_a_wall_that_an_older_version_put_up() {
    let database = Database::unwalled("inc_older");
    run(&database, INVOICES);
    let before = catalog(&database);
    let older = |text: &str| {
        text.replace("{app}", &database.role("app")).replace("{across}", &database.role("across"))
    };
    run(&database, &older(include_str!("older/up.sql")));
    let one = catalog(&database);
    let second = with_invoices(&database).sealed().migration().named("2");
    run(&database, &second.up());
    database.install_key(&database.wall().sealed());
    is_clean(&database, &with_invoices(&database).sealed());
    run(&database, &second.down());
    assert_eq!(one, catalog(&database));
    run(&database, &older(include_str!("older/down.sql")));
    assert_eq!(before, catalog(&database));
    let _: PgConnection = PgConnection::establish(&database.url("owner")).unwrap();
}

/// The same, and what had a tenant column belongs through its parent by then, whose key had become the tenant's.
#[test]
fn over_a_wall_that_an_older_version_put_up_a_table_belongs_through_its_parent() {
    mod through {
        tenancy_diesel::table! {
            #![tenant_global(plans)]
            agents (id) { id -> Integer, tenant_id -> Integer, plan_id -> Nullable<Integer>, name -> Text, }
            #[tenant_scoped(through = agents(agent_id))]
            canvases (id) { id -> Integer, agent_id -> Integer, title -> Text, score -> Integer, }
            plans (id) { id -> Integer, name -> Text, }
        }
    }
    let database = Database::unwalled("inc_older_through");
    run(
        &database,
        "ALTER TABLE canvases DROP CONSTRAINT canvases_agent_id_fkey; ALTER TABLE canvases ALTER agent_id SET NOT NULL",
    );
    let before = catalog(&database);
    let older = |text: &str| {
        text.replace("{app}", &database.role("app")).replace("{across}", &database.role("across"))
    };
    run(&database, &older(include_str!("older/up.sql")));
    let one = catalog(&database);
    let tables = tables![through::agents, through::canvases, through::plans];
    let wall = RowSecurity::new(tables, database.roles()).unwrap();
    let second = wall.migration().named("2");
    run(&database, &second.up());
    let report = report_as(&database, &Inspection::new(&wall), "app");
    let refused: Vec<_> = report.refusals().map(|finding| finding.code.as_str()).collect();
    assert_eq!(refused, ["R037"], "the team has dropped the reference: {report}");
    let mut app = database.app();
    app.batch_execute("SET tenancy.tenant = '2'").unwrap();
    assert_eq!(lines(&mut app, "SELECT id FROM canvases ORDER BY 1").unwrap(), ["(3)", "(4)"]);
    run(&database, &second.down());
    assert_eq!(one, catalog(&database));
    run(&database, &older(include_str!("older/down.sql")));
    assert_eq!(before, catalog(&database));
}
