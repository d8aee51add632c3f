//! A sealed wall whose `tenancy.tenant()` is that of an older version, which had a `search_path` of its own.

use std::time::SystemTime;

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, Migration, RowSecurity};

use crate::database::{Database, value};
use crate::migration::catalog;
use crate::rules::report_as;
use crate::sealed::{begin, everything, refusal, sealer};

const OLDER: &str = include_str!("older/sealed_function.sql");

/// The codes of what is found.
fn found(database: &Database, wall: &RowSecurity) -> Vec<String> {
    let report = report_as(database, &Inspection::new(wall), "app");
    report.findings.iter().map(|finding| finding.code.as_str().to_owned()).collect()
}

/// Seals open their tenant, and only these.
fn serves(database: &Database) {
    let mut app = database.app();
    let good = sealer().seal("1", None, SystemTime::now());
    begin(&mut app, &good);
    assert_eq!(everything(&mut app).unwrap().len(), 4);
    app.batch_execute("ROLLBACK").unwrap();
    let forged = good.replace(".31.", ".32.");
    assert!(refusal(&mut app, &forged).contains("no seal of a known key"));
}

#[test]
fn the_next_increment_replaces_it_and_its_way_down_brings_it_back() {
    let next: [fn(&RowSecurity) -> Migration; 2] = [RowSecurity::migration, RowSecurity::mode_migration];
    for next in next {
        let database = Database::walled("older_function", RowSecurity::sealed);
        let wall = database.wall().sealed();
        assert_eq!(found(&database, &wall), [""; 0]);
        let fresh = catalog(&database);
        database.owner().batch_execute(OLDER).unwrap();
        let older = catalog(&database);
        assert_ne!(fresh, older);
        serves(&database);
        assert_eq!(found(&database, &wall), ["R022"]);

        let next = next(&wall).named("2");
        for _ in 0..2 {
            database.owner().batch_execute(&next.up()).unwrap();
            assert_eq!(fresh, catalog(&database));
            serves(&database);
            assert_eq!(found(&database, &wall), [""; 0]);
        }
        let settings = "SELECT proconfig IS NULL FROM pg_proc WHERE oid = 'tenancy.tenant()'::regprocedure";
        assert_eq!(value(&mut database.superuser(), settings), "t");

        database.owner().batch_execute(&next.down()).unwrap();
        assert_eq!(older, catalog(&database));
        serves(&database);
    }
}

/// A session that has called the older one does not keep it.
#[test]
fn a_session_goes_on_with_the_new_one() {
    let database = Database::walled("older_session", RowSecurity::sealed);
    database.owner().batch_execute(OLDER).unwrap();
    let mut app = database.app();
    let read = |app: &mut PgConnection| {
        begin(app, &sealer().seal("1", None, SystemTime::now()));
        let rows = everything(app).unwrap().len();
        app.batch_execute("ROLLBACK").unwrap();
        rows
    };
    assert_eq!(read(&mut app), 4);
    database.owner().batch_execute(&database.wall().sealed().mode_migration().named("2").up()).unwrap();
    assert_eq!(read(&mut app), 4);
}
