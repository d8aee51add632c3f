//! Erasures: all of a tenant, nothing of another, and a certificate that says so.

use std::time::Duration;

use tenancy_core::Reason;
use tenancy_operate::tenants::{
    Erased, Erasure, Keep, KeptBy, LeftWhat, NoHooks, NoProgress, OperateError, OperateErrorKind, SigningKey,
    erase, suspend,
};

use tenancy_tests::server::postgres_is_older_than;

use crate::database::{Database, key, tables, without_empty};

pub(crate) fn erasure(tenant: &str) -> Erasure {
    Erasure::new(key(tenant), tenant).unwrap().settle(Duration::ZERO)
}

pub(crate) async fn run(database: &Database, erasure: Erasure) -> Result<Erased, OperateError> {
    erase(&database.session().await, &tables(), &erasure, &NoHooks, &NoProgress).await
}

pub(crate) async fn suspended(database: &Database, tenant: &str) {
    suspend(&database.session().await, &key(tenant), &NoHooks).await.unwrap();
}

#[tokio::test]
async fn every_row_of_the_tenant_goes_and_no_other_is_touched() {
    let database = Database::of_three("tenants_erase");
    let (own, others) = (database.own("2"), database.others("2"));
    suspended(&database, "2").await;
    let erased = run(&database, erasure("2").sign(SigningKey::new([3; 32]).unwrap())).await.unwrap();
    // The person that only this tenant linked is nobody's now.
    let mut expected = others.clone();
    expected.get_mut("public.people").unwrap().extend(own["public.people"].clone());
    expected.get_mut("public.people").unwrap().sort();
    expected.get_mut("public.people").unwrap().dedup();
    assert_eq!(database.others("2"), expected);
    assert!(without_empty(database.own("2")).is_empty());
    assert_eq!(database.status("2"), "deleted");
    let certificate = &erased.sealed.certificate;
    for table in &certificate.tables {
        let name = format!("{}.{}", table.schema, table.table);
        assert_eq!((table.erased, table.kept.len()), (own[&name].len() as u64, 0), "{name}");
    }
    assert_eq!(certificate.tables.len(), 10);
    let left: Vec<_> =
        certificate.left.iter().map(|left| (left.table.as_str(), left.what, left.rows)).collect();
    assert_eq!(
        left,
        [("people", LeftWhat::Unlinked, Some(1)), ("organisations", LeftWhat::TenantRow, Some(1))],
        "{certificate:?}"
    );
    assert!(!erased.is_clean() && erased.sealed.holds(Some(&SigningKey::new([3; 32]).unwrap())));
    // Again.
    let again = run(&database, erasure("2").sign(SigningKey::new([3; 32]).unwrap())).await.unwrap();
    assert!(again.was_done);
    assert_eq!(again.sealed, erased.sealed);
    assert_eq!(database.others("2"), expected);
}

#[tokio::test]
async fn a_tenant_that_is_served_or_was_a_moment_ago_is_not_erased() {
    let database = Database::of_three("tenants_served");
    let before = database.own("1");
    let error = run(&database, erasure("1")).await.unwrap_err();
    assert!(error.to_string().contains("is active"), "{error}");
    assert!(error.to_do().unwrap().contains("tenancy tenants suspend 1"));
    suspended(&database, "1").await;
    let error = run(&database, Erasure::new(key("1"), "1").unwrap()).await.unwrap_err();
    assert!(error.to_do().unwrap().contains("again in 60 seconds"), "{:?}", error.to_do());
    // A transaction from before.
    database.run("UPDATE tenancy.tenant_placements SET status = 'active' WHERE tenant = '1'");
    let (url, name) = (database.url.clone(), "erase_open_transaction");
    let open = std::thread::spawn(move || {
        let database = Database { url };
        database.run(&format!("BEGIN; SET application_name = '{name}'; INSERT INTO keyless VALUES (1, 'late'); SELECT pg_sleep(60)"));
    });
    let wait = format!(
        "SELECT count(*)::text AS line FROM pg_stat_activity WHERE application_name = '{name}' AND wait_event = 'PgSleep'"
    );
    while database.one(&wait) == "0" {
        std::thread::sleep(Duration::from_millis(5));
    }
    suspended(&database, "1").await;
    let error = run(&database, erasure("1")).await.unwrap_err();
    assert!(error.to_string().contains("transactions from before"), "{error}");
    database.run(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '{name}'"
    ));
    assert!(open.join().is_err());
    assert_eq!(database.own("1"), before);
    run(&database, erasure("1")).await.unwrap();
}

#[tokio::test]
async fn an_id_that_is_not_said_twice_and_one_that_is_unknown_erase_nothing() {
    assert_eq!(Erasure::new(key("1"), "2").unwrap_err().kind(), OperateErrorKind::Request);
    let database = Database::of_three("tenants_unknown");
    let error = run(&database, erasure("9")).await.unwrap_err();
    assert!(error.to_string().contains("is not in the catalog"), "{error}");
    database.run("DROP TABLE tenancy.tenant_placements");
    let error = run(&database, erasure("1")).await.unwrap_err();
    assert!(error.to_string().contains("there is no catalog"), "{error}");
    let reason = Reason::new("the application has none, and is stopped").unwrap();
    let erased = run(&database, erasure("1").without_catalog(reason)).await.unwrap();
    assert_eq!(
        erased.sealed.certificate.without_catalog.as_deref(),
        Some("the application has none, and is stopped")
    );
    assert!(without_empty(database.own("1")).is_empty());
}

#[tokio::test]
async fn what_the_law_keeps_is_kept_with_whatever_it_refers_to() {
    let database = Database::of_three("tenants_law");
    let others = database.others("1");
    suspended(&database, "1").await;
    let error = run(&database, erasure("1").keep(Keep::new("nothing", "a duty").unwrap())).await.unwrap_err();
    assert!(error.to_string().contains("no declared table"), "{error}");
    assert!(Keep::new("sales.invoices", " ").is_err());
    let keep = Keep::new("sales.invoices", "invoices are kept for ten years").unwrap();
    let erased = run(&database, erasure("1").keep(keep)).await.unwrap();
    let own = without_empty(database.own("1"));
    // The invoices' account, its owner, and the owner's account.
    let kept: Vec<_> = own.iter().map(|(table, rows)| (table.as_str(), rows.len())).collect();
    assert_eq!(kept, [("public.accounts", 1), ("public.users", 1), ("sales.invoices", 4)]);
    let of = |name: &str| erased.sealed.certificate.tables.iter().find(|table| table.table == name).unwrap();
    assert_eq!(
        (of("invoices").erased, of("invoices").kept[0].rows, of("invoices").kept[0].by),
        (0, 4, KeptBy::Law)
    );
    assert_eq!(of("invoices").kept[0].reason, "invoices are kept for ten years");
    assert_eq!(
        (of("accounts").erased, of("accounts").kept[0].rows, of("accounts").kept[0].by),
        (2, 1, KeptBy::Reference)
    );
    assert!(of("accounts").kept[0].reason.contains("invoices_account_id_fkey"), "{:?}", of("accounts").kept);
    let mut now = database.others("1");
    now.get_mut("public.people").unwrap().retain(|row| others["public.people"].contains(row));
    assert_eq!(now, others);
}

#[tokio::test]
async fn rows_of_others_that_refer_to_the_tenants_are_named_and_neither_deleted_nor_changed() {
    let database = Database::of_three("tenants_refer");
    database.run(
        "CREATE TABLE exports_queue (id serial PRIMARY KEY, document_id integer REFERENCES documents ON DELETE CASCADE);
         INSERT INTO exports_queue (document_id) SELECT min(id) FROM documents WHERE tenant_id = 1;
         CREATE TABLE audit_log (id serial, tenant_id integer, what text); INSERT INTO audit_log (tenant_id, what) VALUES (1, 'x'), (1, 'y'), (2, 'z');
         CREATE TABLE grants (id serial, organisation integer REFERENCES organisations); INSERT INTO grants (organisation) VALUES (1), (2);
         CREATE TABLE other_type (tenant_id text); INSERT INTO other_type VALUES ('1');
         UPDATE users SET manager_id = (SELECT id FROM users WHERE email = 'U1@1.test') WHERE email = 'U2@2.test'",
    );
    let others = database.others("1");
    let queue = database.lines("SELECT q::text AS line FROM exports_queue AS q");
    suspended(&database, "1").await;
    let erased = run(&database, erasure("1")).await.unwrap();
    assert_eq!(
        database.lines("SELECT q::text AS line FROM exports_queue AS q"),
        queue,
        "the cascade took it along"
    );
    let mut now = database.others("1");
    now.get_mut("public.people").unwrap().retain(|row| others["public.people"].contains(row));
    assert_eq!(now, others, "another tenant's user lost its manager");
    let left: Vec<_> = erased
        .sealed
        .certificate
        .left
        .iter()
        .map(|left| (left.what, left.table.as_str(), left.columns[0].as_str(), left.rows))
        .collect();
    assert_eq!(
        left,
        [
            (LeftWhat::Refers, "exports_queue", "document_id", Some(1)),
            (LeftWhat::Refers, "users", "manager_id", Some(1)),
            (LeftWhat::Unlinked, "people", "id", Some(1)),
            (LeftWhat::TenantRow, "organisations", "id", Some(1)),
            (LeftWhat::NamesTenant, "audit_log", "tenant_id", Some(2)),
            (LeftWhat::NamesTenant, "grants", "organisation", Some(1)),
        ]
    );
    let kept: Vec<_> =
        without_empty(database.own("1")).into_iter().map(|(table, rows)| (table, rows.len())).collect();
    let expected = [("public.accounts", 1), ("public.documents", 1), ("public.users", 1)]
        .map(|(t, n)| (t.to_owned(), n));
    assert_eq!(kept, expected);
}

#[tokio::test]
async fn a_trigger_that_holds_rows_stops_the_erasure() {
    let database = Database::of_three("tenants_trigger");
    database.run(
        "CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER hold BEFORE DELETE ON keyless FOR EACH ROW EXECUTE FUNCTION hold()",
    );
    let before = database.own("3");
    suspended(&database, "3").await;
    let error = run(&database, erasure("3")).await.unwrap_err();
    assert!(error.to_string().contains("4 rows of public.keyless are there"), "{error}");
    assert_eq!((database.own("3"), database.status("3")), (before, "suspended".to_owned()));
    database.run("DROP TRIGGER hold ON keyless");
    assert!(!run(&database, erasure("3")).await.unwrap().was_done);
}

/// As a role that serves requests may be given it.
#[tokio::test]
async fn a_limit_of_transactions_is_no_erasures() {
    if postgres_is_older_than(17) {
        return;
    }
    let database = Database::of_three("tenants_limit");
    let name = database.url.rsplit('/').next().unwrap().split('?').next().unwrap();
    database.run(&format!(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.4); RETURN OLD; END';
         CREATE TRIGGER slowly BEFORE DELETE ON keyless FOR EACH ROW EXECUTE FUNCTION slowly();
         ALTER DATABASE {name} SET transaction_timeout = '300ms'"
    ));
    suspended(&database, "2").await;
    run(&database, erasure("2")).await.unwrap();
    assert_eq!(database.status("2"), "deleted");
}
