//! Tenants that live in another database than the catalog's: the same life, and nothing left on either side.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tenancy_operate::tenants::{
    Erased, Erasure, Export, IfThere, LeftWhat, NoHooks, NoProgress, OperateError, OperateErrorKind, Restore,
    Restored, Session, clone, erase, export, list, restore, resume, suspend,
};
use tenancy_pool::placement::Placement;
use tenancy_tests::server::FreshPostgres;

use crate::database::{Database, folder, key, tables, without_empty};

/// A catalog's database with the tenants 1 to 3, and one that it calls `silo` with the tenant 4.
fn two(prefix: &str) -> (Database, Database) {
    let home = Database::of_three(prefix);
    let silo = Database::of_one(&format!("{prefix}_silo"), "4");
    home.run("INSERT INTO tenancy.tenant_placements VALUES ('4', 'active', 'database', NULL, 'silo'); INSERT INTO organisations VALUES (4, 'four')");
    (home, silo)
}

async fn exported(session: &Session, tenant: &str, name: &str) -> Result<PathBuf, OperateError> {
    let place = folder(name).join(tenant);
    export(session, &tables(), &key(tenant), &place, IfThere::Refuse, &NoProgress).await.map(|_| place)
}

async fn erased(session: &Session, tenant: &str) -> Result<Erased, OperateError> {
    let erasure = Erasure::new(key(tenant), tenant).unwrap().settle(Duration::ZERO);
    erase(session, &tables(), &erasure, &NoHooks, &NoProgress).await
}

async fn restored(session: &Session, place: &Path, how: Restore) -> Result<Restored, OperateError> {
    let export = Export::open(place, &NoProgress).await.unwrap();
    restore(session, &tables(), &export, &how, &NoHooks, &NoProgress).await
}

#[tokio::test]
async fn a_tenant_of_another_database_is_exported_erased_and_brought_back_there() {
    let (home, silo) = two("elsewhere");
    let session = home.session_with(&silo).await;
    // Of people there are others with the same key in either database, which nobody is to be linked to.
    silo.run("DELETE FROM memberships WHERE person_id <> 1");
    let (own, others) = (silo.own("4"), home.others("4"));
    let listed = list(&session).await.unwrap();
    assert_eq!(listed.last().unwrap().database.as_deref(), Some("silo"));
    let place = exported(&session, "4", "elsewhere").await.unwrap();
    let manifest = Export::open(&place, &NoProgress).await.unwrap().manifest().clone();
    for table in &manifest.tables {
        let rows = own[&format!("{}.{}", table.schema, table.table)].len();
        assert_eq!(table.rows, rows as u64, "{}", table.table);
    }
    // What a move left behind, and what names the tenant on both sides.
    home.run("INSERT INTO keyless VALUES (4, 'left by a move'); CREATE TABLE trail (tenant_id integer); INSERT INTO trail VALUES (4), (1)");
    silo.run("CREATE TABLE trail (tenant_id integer); INSERT INTO trail VALUES (4), (4)");

    suspend(&session, &key("4"), &NoHooks).await.unwrap();
    let done = erased(&session, "4").await.unwrap();
    assert!(without_empty(silo.own("4")).keys().all(|table| table == "public.people"), "{:?}", silo.own("4"));
    assert!(without_empty(home.own("4")).is_empty());
    assert_eq!((home.others("4"), home.status("4")), (others.clone(), "deleted".to_owned()));
    let certificate = &done.sealed.certificate;
    let elsewhere = certificate.elsewhere.as_ref().unwrap();
    assert_eq!(elsewhere.name, "silo");
    assert!(silo.url.contains(&elsewhere.database) && home.url.contains(&certificate.database));
    for table in certificate.tables.iter().filter(|table| table.elsewhere.is_some()) {
        let rows = own[&format!("{}.{}", table.schema, table.table)].len();
        assert_eq!(table.erased, rows as u64, "{}", table.table);
    }
    let here: Vec<_> = certificate
        .tables
        .iter()
        .filter(|table| table.elsewhere.is_none())
        .map(|table| (table.table.as_str(), table.erased))
        .collect();
    assert_eq!(here, [("keyless", 1)]);
    let left: Vec<_> = certificate
        .left
        .iter()
        .map(|left| (left.elsewhere.as_deref(), left.table.as_str(), left.what, left.rows))
        .collect();
    assert_eq!(
        left,
        [
            (Some("silo"), "people", LeftWhat::Unlinked, Some(1)),
            (Some("silo"), "organisations", LeftWhat::TenantRow, Some(1)),
            (Some("silo"), "trail", LeftWhat::NamesTenant, Some(2)),
            (None, "organisations", LeftWhat::TenantRow, Some(1)),
            (None, "trail", LeftWhat::NamesTenant, Some(1)),
        ]
    );
    // Again.
    let again = erased(&session, "4").await.unwrap();
    assert!(again.was_done);
    assert_eq!(again.sealed, done.sealed);
    // What has come since, on either side, is erased as well.
    for database in [&home, &silo] {
        database.run("INSERT INTO keyless VALUES (4, 'late')");
        let late = erased(&session, "4").await.unwrap();
        assert!(!late.was_done);
        assert_eq!(database.own("4")["public.keyless"], [""; 0]);
        let certificate = &late.sealed.certificate;
        let erased: u64 = certificate.tables.iter().map(|table| table.erased).sum();
        assert_eq!(erased, 1, "{certificate:?}");
    }

    // Back to where the catalog has it, and as another one in the shared tables.
    let back = restored(&session, &place, Restore::new()).await.unwrap();
    assert_eq!((back.was_done, home.status("4")), (false, "suspended".to_owned()));
    assert_eq!(silo.own("4"), own);
    assert!(without_empty(home.own("4")).is_empty());
    assert!(restored(&session, &place, Restore::new()).await.unwrap().was_done);
    resume(&session, &key("4"), &NoHooks).await.unwrap();
    home.run("INSERT INTO organisations VALUES (9, 'nine')");
    restored(&session, &place, Restore::new().into_tenant(key("9"))).await.unwrap();
    let count = |database: &Database, tenant| {
        database.own(tenant).into_iter().map(|(table, rows)| (table, rows.len())).collect::<Vec<_>>()
    };
    assert_eq!(count(&home, "9"), count(&silo, "4"));
    assert_eq!(
        home.one("SELECT kind || status AS line FROM tenancy.tenant_placements WHERE tenant = '9'"),
        "sharedsuspended"
    );
}

#[tokio::test]
async fn a_tenant_is_restored_and_cloned_to_a_place_that_is_named_and_to_no_other_tenants() {
    let (home, silo) = two("elsewhere_to");
    let session = home.session_with(&silo).await;
    let there = || Placement::Database("silo".parse().unwrap());
    // Of people there are others with the same key there, which nobody is to be linked to.
    home.run("DELETE FROM memberships WHERE person_id <> 1");
    let own = home.own("1");
    let place = exported(&session, "1", "elsewhere-to").await.unwrap();
    suspend(&session, &key("1"), &NoHooks).await.unwrap();
    // It has rows where it is.
    let error = restored(&session, &place, Restore::new().to(there())).await.unwrap_err();
    assert!(error.to_string().contains("has rows already: public.accounts (3)"), "{error}");
    assert!(error.to_do().unwrap().contains("leave out `--to`"), "{error}");
    erased(&session, "1").await.unwrap();
    silo.run("INSERT INTO organisations VALUES (1, 'one'), (8, 'eight')");
    // Beside what is there, keys of others are in the way: as in the shared tables.
    let error = restored(&session, &place, Restore::new().to(there())).await.unwrap_err();
    assert!(error.to_string().contains("rows of others have keys"), "{error}");
    let again = restored(&session, &place, Restore::new()).await.unwrap();
    assert_eq!((again.was_done, home.own("1")), (false, own));

    let clone_of = async |into: &str, how: Restore| {
        let workplace = folder("elsewhere-clone");
        clone(&session, &tables(), &key("1"), &key(into), &how, &workplace, &NoHooks, &NoProgress).await
    };
    clone_of("8", Restore::new().to(there())).await.unwrap();
    assert_eq!(silo.own("8")["public.documents"].len(), 6);
    assert!(without_empty(home.own("8")).is_empty());
    assert_eq!(
        home.one("SELECT database_name AS line FROM tenancy.tenant_placements WHERE tenant = '8'"),
        "silo"
    );
    assert!(clone_of("8", Restore::new().to(there())).await.unwrap().was_done);
    // A schema that is or was another's is not given.
    home.run("INSERT INTO tenancy.tenant_placements VALUES ('5', 'deleted', 'schema', 'five')");
    home.run("CREATE SCHEMA five; CREATE TABLE five.keyless (LIKE keyless)");
    let schema = Placement::Schema("five".parse().unwrap());
    let error = clone_of("7", Restore::new().to(schema)).await.unwrap_err();
    assert!(error.to_string().contains("is or was the tenant \"5\"'s"), "{error}");
}

#[tokio::test]
async fn a_database_that_cannot_be_found_is_named_and_nothing_is_done() {
    let (home, silo) = two("elsewhere_lost");
    let session = home.session().await;
    suspend(&session, &key("4"), &NoHooks).await.unwrap();
    let before = silo.own("4");
    for error in [
        exported(&session, "4", "elsewhere-lost").await.map(drop).unwrap_err(),
        erased(&session, "4").await.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), OperateErrorKind::Request, "{error}");
        assert_eq!(error.database_without_address().unwrap().as_str(), "silo");
    }
    assert_eq!((silo.own("4"), home.status("4")), (before, "suspended".to_owned()));
    // Nothing is begun, so that something else may be.
    resume(&session, &key("4"), &NoHooks).await.unwrap();
}

#[tokio::test]
async fn a_name_that_leads_home_is_one_database_and_one_transaction() {
    let home = Database::of_three("elsewhere_home");
    let session = home.session_with(&home).await;
    home.run("UPDATE tenancy.tenant_placements SET kind = 'database', database_name = 'silo', status = 'suspended' WHERE tenant = '2'");
    let others = home.others("1");
    let done = erased(&session, "2").await.unwrap();
    assert!(done.sealed.certificate.elsewhere.is_none() && without_empty(home.own("2")).is_empty());
    assert_eq!(others["public.keyless"].len(), 8);
    assert_eq!(home.others("1")["public.keyless"].len(), 4);
}

#[tokio::test]
async fn what_a_transaction_in_the_other_database_may_still_write_keeps_it_from_being_erased() {
    let (home, silo) = two("elsewhere_open");
    let session = home.session_with(&silo).await;
    let url = silo.url.clone();
    let open = std::thread::spawn(move || {
        let silo = Database { url };
        silo.run("BEGIN; SET application_name = 'elsewhere_open'; INSERT INTO keyless VALUES (4, 'late'); SELECT pg_sleep(60)");
    });
    let wait = "SELECT count(*)::text AS line FROM pg_stat_activity WHERE application_name = 'elsewhere_open' AND wait_event = 'PgSleep'";
    while silo.one(wait) == "0" {
        std::thread::sleep(Duration::from_millis(5));
    }
    suspend(&session, &key("4"), &NoHooks).await.unwrap();
    let error = erased(&session, "4").await.unwrap_err();
    assert!(error.to_string().contains("transactions from before"), "{error}");
    silo.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'elsewhere_open'",
    );
    assert!(open.join().is_err());
    erased(&session, "4").await.unwrap();
}

/// On the server, a database that has the numbers of `home`, as one has that came of a copy of the files: a replica that was promoted.
fn copy_of(home: &Database, server: &FreshPostgres) -> Database {
    let first = server.fresh_database("elsewhere_other");
    let (server, first) = first.rsplit_once('/').unwrap();
    let root = Database { url: format!("{server}/postgres") };
    root.run(&format!("DROP DATABASE {first}"));
    let number = home.one("SELECT oid::text AS line FROM pg_database WHERE datname = current_database()");
    root.run(&format!("CREATE DATABASE copied TEMPLATE template0 OID = {number}"));
    let silo = Database::of_one_at(format!("{server}/copied"), "4");
    let system = "SELECT system_identifier::text AS line FROM pg_control_system()";
    silo.run(&format!(
        "SET allow_system_table_mods = on;
         UPDATE pg_proc SET proname = 'pg_control_system_of_its_own' WHERE proname = 'pg_control_system';
         CREATE FUNCTION pg_catalog.pg_control_system(OUT pg_control_version integer, OUT catalog_version_no integer,
             OUT system_identifier bigint, OUT pg_control_last_modified timestamptz)
         LANGUAGE sql AS 'SELECT 0, 0, {}, now()'",
        home.one(system)
    ));
    assert_eq!(silo.one(system), home.one(system));
    silo
}

#[tokio::test]
async fn a_tenant_on_another_server_has_the_same_life_also_where_that_is_a_copy_of_this_one() {
    let server = tenancy_tests::server::fresh_postgres();
    let home = Database::of_three("elsewhere_server");
    let silo = copy_of(&home, &server);
    home.run("INSERT INTO tenancy.tenant_placements VALUES ('4', 'active', 'database', NULL, 'silo')");
    let session = home.session_with(&silo).await;
    let (own, others) = (silo.own("4"), home.others("4"));
    let place = exported(&session, "4", "elsewhere-server").await.unwrap();
    suspend(&session, &key("4"), &NoHooks).await.unwrap();
    let done = erased(&session, "4").await.unwrap();
    assert_eq!(done.sealed.certificate.elsewhere.as_ref().unwrap().name, "silo");
    assert!(without_empty(silo.own("4")).is_empty());
    restored(&session, &place, Restore::new()).await.unwrap();
    assert_eq!((silo.own("4"), home.others("4")), (own, others));
    // What is done there is in the journal of either.
    let journal = "SELECT string_agg(kind, ' ' ORDER BY started_at) AS line FROM tenancy.tenant_operations WHERE finished_at IS NOT NULL";
    assert_eq!(silo.one(journal), "erase restore");
    assert_eq!(home.one(journal), "suspend erase restore");
}
