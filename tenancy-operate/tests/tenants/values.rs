//! Values that a restore has to make of others: sequences that have not begun, numbers within texts, columns that are computed.

use tenancy_operate::tenants::{Keep, Restore};

use crate::clone::cloned;
use crate::database::{Database, without_empty};
use crate::erase::{erasure, run, suspended};
use crate::restore::{erased, exported, restored};

#[tokio::test]
async fn a_sequence_that_has_not_begun_passes_its_first_value() {
    let database = Database::of_three("tenants_first");
    let place = exported(&database, "2", "first").await;
    let id = database.one("SELECT id::text AS line FROM settings WHERE tenant_id = 2");
    erased(&database, "2").await;
    database.run(&format!(
        "DELETE FROM settings WHERE id > {id}; ALTER SEQUENCE settings_id_seq RESTART WITH {id}"
    ));
    restored(&database, &place, Restore::new()).await.unwrap();
    database.run("INSERT INTO settings (tenant_id, name, value) VALUES (1, 'x', 'y')");
}

#[tokio::test]
async fn a_text_with_a_sequences_number_in_it_comes_back_and_is_drawn_anew_for_a_clone() {
    let database = Database::of_three("tenants_drawn");
    database.run(
        "INSERT INTO organisations VALUES (9, 'nine'); CREATE SEQUENCE codes; ALTER TABLE accounts ADD COLUMN code text NOT NULL UNIQUE DEFAULT 'A-' || nextval('codes')",
    );
    let copy = cloned(&database, Restore::new()).await.unwrap();
    assert!(
        copy.fresh_keys.iter().any(|key| key.column == "code" && key.count == 3),
        "{:?}",
        copy.fresh_keys
    );
    let codes = database.lines("SELECT DISTINCT code AS line FROM accounts WHERE tenant_id IN (1, 9)");
    assert!(codes.len() == 6 && codes.iter().all(|code| code.starts_with("A-")), "{codes:?}");
    let (place, own) = (exported(&database, "2", "drawn").await, database.own("2"));
    erased(&database, "2").await;
    restored(&database, &place, Restore::new()).await.unwrap();
    assert_eq!(database.own("2"), own);
}

#[tokio::test]
async fn a_key_that_is_computed_from_the_tenant_is_computed_for_a_clone() {
    let database = Database::of_three("tenants_computed");
    database.run("INSERT INTO organisations VALUES (9, 'nine'); ALTER TABLE accounts ADD COLUMN slug text UNIQUE GENERATED ALWAYS AS (tenant_id::text || '-' || name) STORED");
    cloned(&database, Restore::new()).await.unwrap();
    assert_eq!(database.one("SELECT min(slug) AS line FROM accounts WHERE tenant_id = 9"), "9-account 1");
}

#[tokio::test]
async fn what_an_erasure_kept_is_no_restored_tenant() {
    let database = Database::of_three("tenants_kept");
    let place = exported(&database, "2", "kept").await;
    erased(&database, "2").await;
    restored(&database, &place, Restore::new()).await.unwrap();
    suspended(&database, "2").await;
    run(&database, erasure("2").keep(Keep::new("invoices", "ten years").unwrap())).await.unwrap();
    let kept = without_empty(database.own("2"));
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(error.to_string().contains("has rows already"), "{error}");
    assert_eq!((without_empty(database.own("2")), database.status("2")), (kept, "deleted".to_owned()));
}
