//! Who sees and writes what, in every table of a schema: by the typed statements alone, and by raw SQL behind the wall alone.

use diesel::connection::SimpleConnection as _;
use tenancy_diesel::Scoped;
use tenancy_rls::{Manifest, RowSecurity, Waivers};

use crate::database::{Database, lines, opening};
use crate::declared::{Facts, Read, Write};
use crate::fixture::{Fixture, Whose, undone};

/// At least nine of ten tables that hold somebody's data are owned: `nobodys` of the global ones hold none.
///
/// # Panics
///
/// If they are less, or if a typed statement of a table is missing.
pub fn assert_owned(tables: &tenancy_rls::Tables, facts: &[Facts], globals: &[&str], nobodys: &[&str]) {
    let mut declared: Vec<_> =
        tables.iter().map(|table| (tables.schema_of(table).to_owned(), table.name())).collect();
    let all = declared.len();
    declared.retain(|(_, name)| !globals.contains(name));
    let mut named: Vec<_> = facts.iter().map(|facts| (facts.schema.to_owned(), facts.name)).collect();
    declared.sort_unstable();
    named.sort_unstable();
    assert_eq!(declared, named, "each table is among the typed statements or the global ones");
    let somebodys = all - nobodys.len();
    println!(
        "{} of {somebodys} tables that hold somebody's data are owned by type, of {all} in all",
        facts.len()
    );
    assert!(facts.len() * 10 >= somebodys * 9, "{} of {somebodys}", facts.len());
}

/// The typed statements, as a superuser for whom there is no wall.
///
/// # Panics
///
/// If one reads or deletes a row of another tenant, or not all of its own.
pub fn typed<I>(
    database: &Database,
    fixture: &Fixture,
    statements: &[(Facts, Read<I>, Write<I>)],
    scopes: [(&Scoped<I>, Whose); 2],
) {
    let mut db = database.superuser();
    // Rows are deleted whatever refers to them: each is asked for, and none of another table.
    db.batch_execute("SET session_replication_role = replica").unwrap();
    for (facts, read, write) in statements {
        let table = format!("{}.{}", facts.schema, facts.name);
        let row = fixture.tables.iter().find(|other| other.sql_name() == table).unwrap().row();
        for (scope, whose) in scopes {
            let own = fixture.identities(&table, &[whose]);
            let mut seen = read(scope, &row, &mut db).unwrap_or_else(|error| panic!("{table}: {error}"));
            seen.sort_unstable();
            assert_eq!(seen, own, "{whose:?} {table}");
            let Some(delete) = write else { continue };
            db.batch_execute("BEGIN").unwrap();
            let all = format!("SELECT {row} AS line FROM {table}");
            let before = lines(&mut db, &all).unwrap();
            let deleted = delete(scope, &mut db).unwrap_or_else(|error| panic!("{table}: {error}"));
            let after = lines(&mut db, &all).unwrap();
            db.batch_execute("ROLLBACK").unwrap();
            assert_eq!(deleted, own.len(), "{whose:?} {table}");
            let mut gone: Vec<_> = before.into_iter().filter(|row| !after.contains(row)).collect();
            gone.sort_unstable();
            assert_eq!(gone, own, "{whose:?} {table}");
        }
    }
}

/// Raw SQL of the application's role of `kind` behind the wall.
///
/// # Panics
///
/// If it reads, changes, deletes or plants a row of another tenant, or cannot read its own.
pub fn raw(
    database: &Database,
    fixture: &mut Fixture,
    kind: &str,
    wall: &RowSecurity,
    facts: &[Facts],
    tenants: [(&str, Whose); 2],
) {
    let mut app = database.login(&format!("{kind}_app"));
    let (mut changed, mut planted) = (0, 0);
    for facts in facts {
        let table = format!("{}.{}", facts.schema, facts.name);
        let catalog = fixture.tables.iter().find(|other| other.sql_name() == table).unwrap().clone();
        let row = catalog.row();
        let select = format!("SELECT {row} AS line FROM {table} ORDER BY 1");
        assert_eq!(lines(&mut app, &select).unwrap(), [""; 0], "without a tenant: {table}");
        for (tenant, whose) in tenants {
            let begin = opening(wall, tenant);
            let own = fixture.identities(&table, &[whose]);
            app.batch_execute(&begin).unwrap();
            let mut seen = lines(&mut app, &select).unwrap();
            app.batch_execute("ROLLBACK").unwrap();
            seen.sort_unstable();
            assert_eq!(seen, fixture.identities(&table, &[whose, Whose::Shared]), "{whose:?} {table}");
            // Every column, none of which becomes another value; a table of keys only has none but those.
            for column in &catalog.columns {
                let update = format!("UPDATE {table} SET {0:?} = {0:?}", column.name);
                match undone(&mut app, &begin, &update) {
                    Ok(count) => {
                        assert_eq!(count, own.len(), "{whose:?} {update}");
                        changed += count;
                    }
                    Err(error) => assert!(
                        error.contains("permission denied")
                            || error.contains("can only be updated to DEFAULT"),
                        "{update}: {error}"
                    ),
                }
            }
            match undone(&mut app, &begin, &format!("DELETE FROM {table}")) {
                Ok(count) => assert_eq!(count, own.len(), "{whose:?} {table}"),
                Err(error) => assert!(
                    error.contains("permission denied") || error.contains("violates foreign key"),
                    "{table}: {error}"
                ),
            }
            let other = if whose == Whose::Ours { Whose::Theirs } else { Whose::Ours };
            let plant = fixture.another(&table, other);
            let refused = undone(&mut app, &begin, &plant).expect_err(&plant);
            assert!(
                refused.contains("row-level security") || refused.contains("permission denied"),
                "{plant}: {refused}"
            );
            let add = fixture.another(&table, whose);
            match undone(&mut app, &begin, &add) {
                Ok(count) => planted += count,
                Err(error) => assert!(
                    facts.by_link && error.contains("permission denied")
                        || !error.contains("row-level security"),
                    "{add}: {error}"
                ),
            }
        }
    }
    println!("raw SQL changed {changed} values of its own and added {planted} rows");
    assert!(planted >= facts.len(), "what tenants may add, they add");
}

/// Runs the wall's migration as the tables' owner: that of the wall as its manifest has it.
///
/// # Panics
///
/// If it fails, or the manifest says another wall.
pub fn walled(database: &Database, wall: &RowSecurity) {
    let read: Manifest = Manifest::of(wall).to_string().parse().unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(read.row_security(), wall);
    let migration = read.row_security().migration();
    assert_eq!((migration.up(), migration.down()), (wall.migration().up(), wall.migration().down()));
    database.login("owner").batch_execute(&migration.up()).unwrap_or_else(|error| panic!("{error}"));
}

/// What the inspection refuses and `accepted` does not list, in lines of a rule's code, an object, ` -- ` and why it is accepted; and
/// what is listed and not found any more.
///
/// # Panics
///
/// If a line has no reason, or the database is not clean with what is listed waived.
pub fn unaccepted(database: &Database, kind: &str, wall: &RowSecurity, accepted: &str) -> Vec<String> {
    let report = database.inspected(kind, wall, Waivers::new());
    let refusals: Vec<_> =
        report.refusals().map(|found| format!("{} {}", found.code, found.object)).collect();
    let (mut waivers, mut listed) = (Waivers::new(), Vec::new());
    for line in accepted.lines() {
        let (finding, reason) = line.split_once(" -- ").unwrap_or_else(|| panic!("without a reason: {line}"));
        let (code, object) = finding.split_once(' ').unwrap_or_else(|| panic!("without an object: {line}"));
        waivers = waivers.waive(code, object, reason).unwrap();
        listed.push(finding.to_owned());
    }
    let new = refusals.iter().filter(|found| !listed.contains(found)).cloned();
    let gone = listed
        .iter()
        .filter(|found| !refusals.contains(found))
        .map(|found| format!("listed, not found: {found}"));
    let wrong: Vec<_> = new.chain(gone).collect();
    if wrong.is_empty() {
        let report = database.inspected(kind, wall, waivers);
        assert!(report.is_clean(), "{}", report.in_full());
        println!(
            "{kind}: {} findings accepted, {} notices",
            listed.len(),
            report.findings.len() - listed.len()
        );
    }
    wrong
}
