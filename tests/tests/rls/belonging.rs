//! Tables that belong to tenants through a parent or a link, and rows that all tenants share: what the wall gives of them.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, Roles, RowSecurity, RowSecurityError, Tables, tables};

use crate::belonging_tables::{
    TABLES, boards, declared, labels, marks, members, notes, opening, seen, walled,
};
use crate::database::{Database, lines};
use crate::rules::report_as;
use crate::sealed::sealer;

const READS: [(&str, &str, &str); 8] = [
    ("SELECT id FROM boards ORDER BY 1", "1", "2"),
    ("SELECT id FROM notes WHERE id > 0 OR true ORDER BY 1", "10", "20"),
    ("SELECT mark FROM marks ORDER BY 1", "x", "y"),
    ("SELECT name FROM people ORDER BY 1", "Ann", "Ann Bob"),
    ("SELECT person_id FROM members ORDER BY 1", "7", "7 8"),
    ("SELECT id FROM presets ORDER BY 1", "1 2", "1 3"),
    ("SELECT id FROM labels ORDER BY 1", "1 2", "1 3"),
    ("SELECT label_id FROM hints ORDER BY 1", "1 2", "1 3"),
];

#[test]
fn a_tenant_reads_what_is_its_own_what_it_links_and_what_all_share() {
    for make in [(|wall| wall) as fn(RowSecurity) -> RowSecurity, RowSecurity::sealed] {
        let (database, wall) = walled("belong_read", make);
        let mut app = database.app();
        let [one, two, three] = ["1", "2", "3"].map(|tenant| opening(&wall, tenant));
        for (query, ours, theirs) in READS {
            assert_eq!(seen(&mut app, &one, query), ours, "{query}");
            assert_eq!(seen(&mut app, &two, query), theirs, "{query}");
            let shared = if query.contains("presets") || query.contains("labels") || query.contains("hints") {
                "1"
            } else {
                ""
            };
            assert_eq!(seen(&mut app, &three, query), shared, "of a tenant that has nothing: {query}");
            assert_eq!(seen(&mut app, "BEGIN", query), "", "without a tenant: {query}");
            assert!(lines(&mut database.across(), query).unwrap().len() > 1, "across tenants: {query}");
        }
    }
}

#[test]
fn the_owner_and_whoever_is_granted_the_tables_see_nothing() {
    let (database, _) = walled("belong_others", |wall| wall);
    let role = database.role("other");
    database.superuser().batch_execute(&format!(
        "CREATE ROLE {role}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}; GRANT USAGE ON SCHEMA tenancy TO {role};
         GRANT EXECUTE ON FUNCTION tenancy.tenant() TO {role}; CREATE POLICY all_ ON notes TO {role} USING (true)"
    )).unwrap();
    for (query, ..) in READS {
        let mut owner = database.owner();
        owner.batch_execute("SET row_security = on; SET tenancy.tenant = '1'").unwrap();
        assert_eq!(lines(&mut owner, query).unwrap().len(), 0, "{query}");
        let mut superuser = database.superuser();
        superuser.batch_execute(&format!("SET ROLE {role}; SET tenancy.tenant = '1'")).unwrap();
        assert_eq!(lines(&mut superuser, query).unwrap().len(), 0, "{query}");
    }
}

#[test]
fn a_walled_database_of_every_kind_has_nothing_to_refuse() {
    for make in [(|wall| wall) as fn(RowSecurity) -> RowSecurity, RowSecurity::sealed] {
        let (database, wall) = walled("belong_clean", make);
        let sealer = sealer();
        let inspections = [Inspection::new(&wall).sealed_by(&sealer), Inspection::new(&wall).catalog_only()];
        for inspection in inspections {
            // With the tables' schema in the search path, and without it.
            for path in ["public", "pg_catalog"] {
                database
                    .superuser()
                    .batch_execute(&format!("ALTER DATABASE {} SET search_path = {path}", database.name))
                    .unwrap();
                let report = report_as(&database, &inspection, "app");
                assert!(report.is_clean(), "{report}");
                let found: Vec<_> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
                // Keys that the rows of others need as they are, and that of notes, which are numbered.
                assert_eq!(found, ["R033", "R033", "R033", "R038"], "{report}");
            }
        }
        let (one, mut app) = (opening(&wall, "1"), database.app());
        assert_eq!(seen(&mut app, &one, "SELECT id FROM public.notes"), "10", "and nothing is left behind");
    }
}

/// Names that have to be quoted, types that are compared as others, and tables elsewhere.
#[test]
fn conditions_are_recognised_whatever_the_names_and_types() {
    mod odd {
        tenancy_diesel::table! {
            #[tenant_scoped(tenant)]
            #[sql_name = "Owner boards"]
            owner_boards (id) { #[sql_name = "Tenant"] tenant -> VarChar, id -> VarChar, }
            #[tenant_scoped(through = owner_boards(board))]
            #[sql_name = "owner_1"]
            owner_1 (id) { id -> Integer, #[sql_name = "Board id"] board -> VarChar, }
            #[tenant_scoped(tenant, shared = "it's all")]
            kinds (id) { id -> Integer, tenant -> VarChar, }
        }
    }
    let database = Database::empty("belong_odd");
    database
        .owner()
        .batch_execute(
            "CREATE TABLE \"Owner boards\" (\"Tenant\" varchar(20) NOT NULL, id varchar(20) NOT NULL UNIQUE, PRIMARY KEY (\"Tenant\", id));
             CREATE TABLE owner_1 (id integer PRIMARY KEY, \"Board id\" varchar(20) NOT NULL REFERENCES \"Owner boards\" (id));
             CREATE TABLE kinds (tenant varchar(20) NOT NULL, id integer NOT NULL, PRIMARY KEY (tenant, id));
             INSERT INTO \"Owner boards\" VALUES ('acme', 'a'), ('globex', 'g'); INSERT INTO owner_1 VALUES (1, 'a'), (2, 'g');
             INSERT INTO kinds VALUES ('acme', 1), ('globex', 2), ('it''s all', 3)",
        )
        .unwrap();
    // One kind of owner, by two names.
    let declared = [tables![odd::owner_boards, odd::owner_1], tables![odd::kinds]];
    for (declared, query, expected) in [
        (&declared[0], "SELECT id FROM owner_1", "1"),
        (&declared[1], "SELECT id FROM kinds ORDER BY 1", "1 3"),
    ] {
        let wall = RowSecurity::new(declared.clone(), database.roles()).unwrap();
        database.owner().batch_execute(&wall.migration().up()).unwrap();
        let report = report_as(&database, &Inspection::new(&wall), "app");
        assert!(report.is_clean(), "{report}");
        assert_eq!(seen(&mut database.app(), &opening(&wall, "acme"), query), expected);
        database.owner().batch_execute(&wall.migration().down()).unwrap();
    }
}

#[test]
fn what_has_no_wall_is_refused_by_name() {
    let roles = || Roles::new("app", "across").unwrap();
    let refused = |tables: Tables| RowSecurity::new(tables, roles()).unwrap_err();
    let [notes, marks, boards] = ["notes", "marks", "boards"].map(|name| format!("\"public\".\"{name}\""));
    assert_eq!(
        refused(tables![marks, notes]),
        RowSecurityError::ParentOfAnother { table: notes.clone(), parent: boards.clone() }
    );
    assert_eq!(
        refused(tables![boards, marks]),
        RowSecurityError::ParentOfAnother { table: marks, parent: notes.clone() }
    );
    assert_eq!(
        refused(declared().linked_by_tenants::<members::table>(" ")),
        RowSecurityError::LinkWithoutReason { table: "\"public\".\"members\"".to_owned() }
    );
    assert_eq!(
        refused(declared().linked_by_tenants::<boards::table>("why not")),
        RowSecurityError::NoLink { table: boards }
    );
    assert!(RowSecurity::new(declared(), roles()).is_ok());
    assert_eq!(
        RowSecurity::new(declared(), roles()).unwrap().citus().unwrap_err(),
        RowSecurityError::NotOnCitus { table: notes }
    );
    let shared = RowSecurity::new(tables![labels], roles()).unwrap().citus().unwrap_err();
    assert!(
        shared.to_string().contains("there is no wall for \"public\".\"labels\": give it a tenant column"),
        "{shared}"
    );
}

tenancy_diesel::table! {
    #[tenant_scoped(org_id)]
    orgs (id) { id -> Integer, org_id -> Integer, }
    #[tenant_scoped(through = orgs(of_org))]
    sites (id) { id -> Integer, of_org -> Integer, }
}

#[test]
fn a_table_is_its_root_s_kind() {
    let roles = || Roles::new("app", "across").unwrap();
    let two = RowSecurity::new(tables![boards, notes, orgs, sites], roles()).unwrap_err();
    assert!(
        matches!(&two, RowSecurityError::TwoKindsOfOwner { owner, other_owner, .. } if owner == "tenant_id" && other_owner == "org_id"),
        "{two}"
    );
    let own = tables![boards, notes, orgs, sites].same_owner_as::<sites::table>();
    assert_eq!(own, tables![orgs, sites]);
    assert!(RowSecurity::new(own, roles()).is_ok());
}

/// A chain stays within the schema of a tenant that has one of its own.
#[test]
fn in_a_tenant_s_own_schema_the_parents_are_those_beside() {
    let (database, wall) = walled("belong_schema", |wall| wall);
    let mut owner = database.owner();
    owner.batch_execute("CREATE SCHEMA of_acme; SET search_path = of_acme").unwrap();
    owner.batch_execute(TABLES).unwrap();
    owner.batch_execute("UPDATE boards SET tenant_id = 3 - tenant_id").unwrap();
    let own = wall.in_tenant_schema(&"of_acme".parse().unwrap());
    owner.batch_execute(&own.tables_migration().up()).unwrap();
    for wall in [&wall, &own] {
        let report = report_as(&database, &Inspection::new(wall), "app");
        assert!(report.is_clean(), "{report}");
        // The tables of the other schema have a wall of their own, which says the same.
        let beside = |code: &str| ["R040", "R070"].contains(&code);
        assert!(!report.findings.iter().any(|finding| beside(&finding.code)), "{report}");
    }
    // It is known by what it says, and not by its name.
    for (table, code) in [("notes", "R070"), ("presets", "R040"), ("people", "R070")] {
        let trusted = format!("ALTER POLICY tenancy_tenant ON of_acme.{table} USING (true)");
        owner.batch_execute(&trusted).unwrap();
        let report = report_as(&database, &Inspection::new(&wall), "app");
        let object = format!("of_acme.{table}");
        let found = report.findings.iter().any(|finding| finding.code == code && finding.object == object);
        assert!(found, "{code} {object}: {report}");
        owner.batch_execute(&own.tables_migration().up()).unwrap();
    }
    a_wall_of_one_role_is_none_for_another(&database, &wall, &own);
    let mut app = database.app();
    let one = opening(&wall, "1");
    let [public, of_acme] =
        ["public", "of_acme"].map(|schema| seen(&mut app, &one, &format!("SELECT id FROM {schema}.notes")));
    assert_eq!((public.as_str(), of_acme.as_str()), ("10", "20"));
    owner.batch_execute(&own.tables_migration().down()).unwrap();
    assert!(report_as(&database, &Inspection::new(&wall), "app").is_clean());
}

/// A role that the application can become, and that the tables' own walls elsewhere do not name, is let in by another policy.
fn a_wall_of_one_role_is_none_for_another(database: &Database, wall: &RowSecurity, own: &RowSecurity) {
    let (app, reporting) = (database.role("app"), database.role("reporting"));
    let mut superuser = database.superuser();
    superuser
        .batch_execute(&format!(
            "CREATE ROLE {reporting}; GRANT {reporting} TO {app}; GRANT USAGE ON SCHEMA of_acme TO {reporting}"
        ))
        .unwrap();
    for (table, code) in [("notes", "R070"), ("presets", "R040"), ("people", "R070")] {
        let found = |database: &Database| {
            let report = report_as(database, &Inspection::new(wall), "app");
            let found: Vec<_> = report
                .findings
                .iter()
                .filter(|finding| finding.object == format!("of_acme.{table}"))
                .map(|finding| (finding.code.clone(), finding.mend.contains(&reporting)))
                .collect();
            found
        };
        superuser.batch_execute(&format!("GRANT SELECT ON of_acme.{table} TO {reporting}")).unwrap();
        assert_eq!(found(database), [], "{table}: no policy lets it in");
        let let_in = format!("CREATE POLICY let_in ON of_acme.{table} TO {reporting} USING (true)");
        superuser.batch_execute(&let_in).unwrap();
        assert_eq!(
            found(database),
            [(code.to_owned(), true)],
            "{table}: the wall holds for the application only"
        );
        superuser
            .batch_execute(&format!("ALTER POLICY tenancy_tenant ON of_acme.{table} TO PUBLIC"))
            .unwrap();
        assert_eq!(found(database), [], "{table}: the wall holds for everybody");
        superuser.batch_execute(&format!("DROP POLICY let_in ON of_acme.{table}")).unwrap();
        database
            .owner()
            .batch_execute(&format!("SET search_path = of_acme; {}", own.tables_migration().up()))
            .unwrap();
        superuser.batch_execute(&format!("REVOKE ALL ON of_acme.{table} FROM {reporting}")).unwrap();
    }
    superuser.batch_execute(&format!("DROP OWNED BY {reporting}; DROP ROLE {reporting}")).unwrap();
}
