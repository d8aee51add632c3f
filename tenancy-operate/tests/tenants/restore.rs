//! Restores: what was exported, exactly, or nothing.

use std::path::{Path, PathBuf};
use std::time::Duration;

use tenancy_operate::tenants::{
    Afterwards, Erasure, Export, IfThere, NoHooks, NoProgress, OperateError, OperateErrorKind, Restore,
    Restored, Scrub, Triggers, erase, export, restore, suspend,
};

use crate::database::{Database, folder, key, tables, without_empty};

pub(crate) async fn exported(database: &Database, tenant: &str, name: &str) -> PathBuf {
    let place = folder(name).join(tenant);
    export(&database.session().await, &tables(), &key(tenant), &place, IfThere::Refuse, &NoProgress)
        .await
        .unwrap();
    place
}

pub(crate) async fn erased(database: &Database, tenant: &str) {
    let session = database.session().await;
    suspend(&session, &key(tenant), &NoHooks).await.unwrap();
    let erasure = Erasure::new(key(tenant), tenant).unwrap().settle(Duration::ZERO);
    erase(&session, &tables(), &erasure, &NoHooks, &NoProgress).await.unwrap();
}

pub(crate) async fn restored(
    database: &Database,
    place: &Path,
    how: Restore,
) -> Result<Restored, OperateError> {
    let export = Export::open(place, &NoProgress).await.unwrap();
    restore(&database.session().await, &tables(), &export, &how, &NoHooks, &NoProgress).await
}

#[tokio::test]
async fn what_was_erased_comes_back_exactly_beside_the_others_that_went_on() {
    let database = Database::of_three("tenants_restore");
    let own = database.own("2");
    let place = exported(&database, "2", "restore").await;
    erased(&database, "2").await;
    // The others go on.
    database.run("INSERT INTO documents (tenant_id, body) SELECT 1, 'x' FROM generate_series(1, 20); DELETE FROM keyless WHERE tenant_id = 3");
    let others = database.others("2");
    let done = restored(&database, &place, Restore::new()).await.unwrap();
    assert_eq!(database.own("2"), own);
    let mut now = database.others("2");
    now.get_mut("public.people").unwrap().extend(own["public.people"].clone());
    now.get_mut("public.people").unwrap().sort();
    assert_eq!(now, others);
    assert_eq!((done.was_done, database.status("2")), (false, "suspended".to_owned()));
    // Again, and served.
    let again = restored(&database, &place, Restore::new().afterwards(Afterwards::Active)).await.unwrap();
    assert!(again.was_done);
    // Another export, or one that is to be another's, is not the same.
    let error = restored(&database, &exported(&database, "2", "restore-again").await, Restore::new())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("has rows already: public.accounts (3), public.users (2)"), "{error}");
}

#[tokio::test]
async fn an_empty_database_of_the_same_tables_takes_it_and_its_sequences_go_on() {
    let database = Database::of_three("tenants_from");
    let own = database.own("3");
    let place = exported(&database, "3", "elsewhere").await;
    let other = Database::empty("tenants_to");
    let error = restored(&other, &place, Restore::new()).await.unwrap_err();
    // Named before anything is written.
    let said = error.to_string();
    assert!(
        said.contains("those of public.organisations") && said.contains("those of public.plans"),
        "{said}"
    );
    let values = error.values().unwrap();
    assert!(
        values.contains("(3) of public.organisations") && values.contains("(1) of public.plans"),
        "{values}"
    );
    assert!(without_empty(other.own("3")).is_empty());
    other
        .run("INSERT INTO organisations VALUES (3, 'organisation 3'); INSERT INTO plans VALUES (1, 'small')");
    restored(&other, &place, Restore::new().afterwards(Afterwards::Active)).await.unwrap();
    assert_eq!(other.own("3"), own);
    assert_eq!(other.status("3"), "active");
    // None of these meets a key that was restored.
    other.run("INSERT INTO organisations VALUES (4, 'four'); INSERT INTO accounts (tenant_id, name) VALUES (4, 'new'); INSERT INTO documents (tenant_id) VALUES (4); INSERT INTO people (name) VALUES ('new')");
}

#[tokio::test]
async fn keys_that_others_have_by_now_are_named_before_anything_is_written() {
    let database = Database::of_three("tenants_taken_keys");
    let place = exported(&database, "2", "taken-keys").await;
    erased(&database, "2").await;
    let document = database.one("SELECT min(id)::text AS line FROM documents WHERE tenant_id = 1");
    database
        .run("UPDATE documents SET id = (SELECT max(id) + 1 FROM documents WHERE tenant_id = 1) WHERE false");
    let taken = std::fs::read_to_string(place.join("tables/0002-public.documents.csv")).unwrap();
    let taken = taken.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
    database.run(&format!("INSERT INTO documents (id, tenant_id) VALUES ({taken}, 1)"));
    let others = database.others("2");
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(error.to_string().ends_with("public.documents by documents_pkey"), "{error} {document}");
    // What the keys are is a tenant's: neither in the text nor in what a log writes of the error, but for whoever asks.
    assert!(!format!("{error:?}").contains(&format!("({taken})")), "{error:?}");
    assert_eq!(error.values(), Some(format!("public.documents by documents_pkey: ({taken})").as_str()));
    assert_eq!(error.kind(), OperateErrorKind::Conflict);
    assert!(without_empty(database.own("2")).is_empty());
    assert_eq!(database.others("2"), others);
}

#[tokio::test]
async fn a_trigger_that_changes_rows_is_found_and_may_be_left_out() {
    let database = Database::of_three("tenants_triggers");
    let own = database.own("1");
    let place = exported(&database, "1", "triggers").await;
    erased(&database, "1").await;
    database.run(
        "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.text := 'stamped'; RETURN NEW; END $$;
         CREATE TRIGGER stamps_text BEFORE INSERT ON comments FOR EACH ROW EXECUTE FUNCTION stamp()",
    );
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(
        error.to_string().contains("public.comments became others")
            && error.to_string().contains("stamps_text"),
        "{error}"
    );
    assert!(without_empty(database.own("1")).is_empty());
    restored(&database, &place, Restore::new().triggers(Triggers::Skip)).await.unwrap();
    assert_eq!(database.own("1"), own);
}

#[tokio::test]
async fn an_export_with_rows_of_another_tenant_is_refused_hashes_and_all() {
    let database = Database::of_three("tenants_forged");
    let place = exported(&database, "2", "forged").await;
    erased(&database, "2").await;
    let (others, victim) = (
        database.others("2"),
        database.one("SELECT min(id)::text AS line FROM documents WHERE tenant_id = 1"),
    );
    for (file, from, into) in
        [("0009-sales.invoices.csv", "\n2,1,", "\n1,77,".to_owned()), ("0003-public.tags.csv", "", victim)]
    {
        let copy = folder("forged-copy").join("export");
        let status = std::process::Command::new("cp").arg("-r").arg(&place).arg(&copy).status().unwrap();
        assert!(status.success());
        let path = copy.join("tables").join(file);
        let text = std::fs::read_to_string(&path).unwrap();
        let text = if from.is_empty() {
            let key = text.lines().nth(1).unwrap().split(',').next().unwrap().to_owned();
            text.replacen(&format!("\n{key},"), &format!("\n{into},"), 1)
        } else {
            text.replacen(from, &into, 1)
        };
        std::fs::write(&path, &text).unwrap();
        forge(&copy);
        let error = restored(&database, &copy, Restore::new()).await.unwrap_err();
        assert!(error.to_string().contains("are not of the tenant \"2\""), "{file}: {error}");
        assert_eq!(database.others("2"), others);
    }
    // A name that leads out of the folder.
    let manifest = std::fs::read_to_string(place.join("manifest.json")).unwrap();
    std::fs::write(place.join("manifest.json"), manifest.replace("tables/0003", "tables/../0003")).unwrap();
    forge(&place);
    let error = Export::open(&place, &NoProgress).await.unwrap_err();
    assert!(error.to_string().contains("no name in tables/"), "{error}");
}

/// Writes the hashes anew, as whoever forges an export can.
pub(crate) fn forge(place: &Path) {
    let sum = |path: &Path| {
        let output = std::process::Command::new("sha256sum").arg(path).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split(' ').next().unwrap().to_owned()
    };
    let mut manifest = std::fs::read_to_string(place.join("manifest.json")).unwrap();
    let mut sums = String::new();
    for line in std::fs::read_to_string(place.join("SHA256SUMS")).unwrap().lines() {
        let (old, file) = line.split_once("  ").unwrap();
        if file != "manifest.json" {
            let new = sum(&place.join(file));
            manifest = manifest.replace(old, &new);
            sums += &format!("{new}  {file}\n");
        }
    }
    std::fs::write(place.join("manifest.json"), manifest).unwrap();
    std::fs::write(
        place.join("SHA256SUMS"),
        format!("{sums}{}  manifest.json\n", sum(&place.join("manifest.json"))),
    )
    .unwrap();
}

#[tokio::test]
async fn a_table_that_has_changed_since_is_named() {
    let database = Database::of_three("tenants_changed");
    let place = exported(&database, "1", "changed").await;
    erased(&database, "1").await;
    for (change, back, said) in [
        (
            "ALTER TABLE comments RENAME text TO words",
            "ALTER TABLE comments RENAME words TO text",
            "a column text of public.comments",
        ),
        (
            "ALTER TABLE keyless ALTER text TYPE varchar(9)",
            "ALTER TABLE keyless ALTER text TYPE text",
            "character varying(9) here",
        ),
        (
            "ALTER TABLE keyless ADD COLUMN extra integer NOT NULL",
            "ALTER TABLE keyless DROP COLUMN extra",
            "has a column extra here",
        ),
    ] {
        // Without rows it may be added as it stands.
        database.run("DELETE FROM keyless");
        database.run(change);
        let error = restored(&database, &place, Restore::new()).await.unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        database.run(back);
    }
    restored(&database, &place, Restore::new()).await.unwrap();
}

#[tokio::test]
async fn a_tenant_that_is_served_is_not_written_over() {
    let database = Database::of_three("tenants_active");
    let place = exported(&database, "1", "active").await;
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(error.to_string().contains("is active"), "{error}");
    let error = restored(&database, &place, Restore::new().into_tenant(key("2"))).await.unwrap_err();
    assert!(error.to_string().contains("\"2\" is active"), "{error}");
    assert!(Scrub::parse("users=email").is_err() && Scrub::parse("users.email=").is_err());
}

#[tokio::test]
async fn a_tenant_with_a_schema_of_its_own_is_exported_from_there_erased_there_and_restored_into_shared_tables()
 {
    let database = Database::of_three("tenants_schema");
    // Rows of the tenant 4 in both places: those in the shared tables are not its own.
    database.run(
        "CREATE SCHEMA tenant_four; INSERT INTO organisations VALUES (4, 'four'), (5, 'five');
         UPDATE tenancy.tenant_placements SET kind = 'shared' WHERE tenant = '1'",
    );
    for table in [
        "accounts",
        "users",
        "documents",
        "tags",
        "comments",
        "replies",
        "settings",
        "memberships",
        "people",
        "keyless",
    ] {
        database.run(&format!("CREATE TABLE tenant_four.{table} (LIKE public.{table} INCLUDING ALL)"));
    }
    database.run(
        "INSERT INTO tenancy.tenant_placements (tenant, status, kind, schema_name) VALUES ('4', 'active', 'schema', 'tenant_four');
         INSERT INTO tenant_four.keyless VALUES (4, 'of four'), (5, 'somebody else''s');
         INSERT INTO tenant_four.documents (tenant_id, body) VALUES (4, 'x'), (4, 'y');
         INSERT INTO tenant_four.tags SELECT id, 'tag' FROM tenant_four.documents;
         INSERT INTO keyless VALUES (4, 'not there')",
    );
    let place = exported(&database, "4", "schema").await;
    let export = Export::open(&place, &NoProgress).await.unwrap();
    let rows: Vec<_> = export
        .manifest()
        .tables
        .iter()
        .filter(|table| table.rows > 0)
        .map(|table| (table.schema.as_str(), table.table.as_str(), table.rows))
        .collect();
    assert_eq!(
        rows,
        [("tenant_four", "documents", 2), ("tenant_four", "tags", 2), ("tenant_four", "keyless", 1)]
    );
    let others = database.others("4");
    erased(&database, "4").await;
    assert_eq!(
        database.lines("SELECT k::text AS line FROM tenant_four.keyless AS k"),
        ["(5,\"somebody else's\")"]
    );
    assert_eq!(database.one("SELECT count(*)::text AS line FROM tenant_four.tags"), "0");
    assert_eq!(database.others("4"), others);
    // What was in the shared tables is gone as well.
    assert!(without_empty(database.own("4")).is_empty());
    // Back where it was, and as another in the shared tables.
    restored(&database, &place, Restore::new()).await.unwrap();
    assert_eq!(database.one("SELECT count(*)::text AS line FROM tenant_four.tags"), "2");
    restored(&database, &place, Restore::new().into_tenant(key("5"))).await.unwrap();
    assert_eq!(
        database.lines("SELECT k::text AS line FROM keyless AS k WHERE tenant_id = 5"),
        ["(5,\"of four\")"]
    );
    assert_eq!(database.own("5")["public.tags"].len(), 2);
    database.run("UPDATE tenancy.tenant_placements SET kind = 'database', database_name = 'silo', schema_name = NULL WHERE tenant = '4'");
    let session = database.session().await;
    let error = export_of(&session, "4").await.unwrap_err();
    assert!(error.to_string().contains("no address of the database \"silo\""), "{error}");
    assert_eq!(error.database_without_address().unwrap().as_str(), "silo");
}

async fn export_of(session: &tenancy_operate::tenants::Session, tenant: &str) -> Result<(), OperateError> {
    let place = folder("schema-none").join(tenant);
    export(session, &tables(), &key(tenant), &place, IfThere::Refuse, &NoProgress).await.map(drop)
}
