//! What an erasure sets going: keys, triggers and sessions that nobody thought of take no row of another tenant along, and none is left untold.

use tenancy_core::Reason;
use tenancy_core::placement::DatabaseAddress;
use tenancy_operate::tenants::{
    Keep, LeftWhat, NoHooks, NoProgress, OperateErrorKind, Restore, Session, erase, suspend,
};

use crate::database::{Database, key, tables};
use crate::erase::{erasure, run, suspended};
use crate::restore::{erased, exported, restored};

/// An inheriting table is found by the same catalog as a partition.
#[tokio::test]
async fn a_key_to_a_part_of_a_table_takes_no_row_of_others_along() {
    let database = Database::of_three("tenants_part");
    database.run(
        "CREATE TABLE old_documents (PRIMARY KEY (id)) INHERITS (documents);
         INSERT INTO old_documents (tenant_id) VALUES (1), (1);
         CREATE TABLE views (id serial, document_id integer REFERENCES old_documents ON DELETE CASCADE);
         INSERT INTO views (document_id) SELECT min(id) FROM old_documents",
    );
    let views = database.lines("SELECT v::text AS line FROM views AS v");
    suspended(&database, "1").await;
    let erased = run(&database, erasure("1")).await.unwrap();
    assert_eq!(database.lines("SELECT v::text AS line FROM views AS v"), views, "the cascade took it along");
    let certificate = &erased.sealed.certificate;
    let refers: Vec<_> = certificate.left.iter().filter(|left| left.what == LeftWhat::Refers).collect();
    assert_eq!((refers.len(), refers[0].table.as_str(), refers[0].rows), (1, "views", Some(1)));
    // The rows of the part are the table's, told once.
    assert!(certificate.left.iter().all(|left| left.table != "old_documents"), "{certificate:?}");
    let documents = certificate.tables.iter().find(|table| table.table == "documents").unwrap();
    assert_eq!((documents.erased, documents.kept[0].rows), (7, 1));
    assert_eq!(database.one("SELECT count(*)::text AS line FROM documents WHERE tenant_id = 1"), "1");
}

#[tokio::test]
async fn what_triggers_write_down_meanwhile_is_left_and_told() {
    let database = Database::of_three("tenants_audited");
    database.run(
        "CREATE TABLE audit (tenant_id integer, what jsonb); CREATE TABLE trail (what text); CREATE TABLE totals (name text, rows integer);
         INSERT INTO totals VALUES ('keyless', 12);
         CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             INSERT INTO public.audit VALUES (OLD.tenant_id, to_jsonb(OLD)); INSERT INTO public.trail VALUES (OLD::text);
             UPDATE public.totals SET rows = rows - 1; RETURN OLD;
         END $$;
         CREATE TRIGGER told AFTER DELETE ON keyless FOR EACH ROW EXECUTE FUNCTION told()",
    );
    suspended(&database, "1").await;
    let erased = run(&database, erasure("1")).await.unwrap();
    let certificate = &erased.sealed.certificate;
    let audit = certificate.left.iter().find(|left| left.table == "audit").unwrap();
    assert_eq!((audit.what, audit.rows), (LeftWhat::NamesTenant, Some(4)));
    // One without the tenant in a column is found by what was written.
    let effects: Vec<_> = certificate
        .effects
        .iter()
        .map(|one| (one.table.as_str(), one.inserted, one.updated, one.deleted))
        .collect();
    assert_eq!(effects, [("audit", 4, 0, 0), ("totals", 0, 4, 0), ("trail", 4, 0, 0)]);
    assert!(!erased.is_clean());
}

#[tokio::test]
async fn a_trigger_that_deletes_rows_of_others_stops_the_erasure() {
    let database = Database::of_three("tenants_greedy");
    database.run(
        "CREATE FUNCTION greedy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM sales.invoices WHERE number = 1; RETURN OLD; END $$;
         CREATE TRIGGER greedy BEFORE DELETE ON keyless FOR EACH ROW EXECUTE FUNCTION greedy()",
    );
    let (own, others) = (database.own("1"), database.others("1"));
    suspended(&database, "1").await;
    let error = run(&database, erasure("1")).await.unwrap_err();
    assert!(
        error.to_string().contains("2 rows of sales.invoices would be deleted that are not the tenant's"),
        "{error}"
    );
    assert_eq!((database.own("1"), database.others("1")), (own, others));
    // One that deletes the tenant's own before their turn is counted right.
    database.run("CREATE OR REPLACE FUNCTION greedy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM sales.invoices WHERE tenant_id = OLD.tenant_id; RETURN OLD; END $$");
    let erased = run(&database, erasure("1")).await.unwrap();
    let invoices = erased.sealed.certificate.tables.iter().find(|table| table.table == "invoices").unwrap();
    assert_eq!(invoices.erased, 4);
}

#[tokio::test]
async fn what_a_trigger_puts_off_is_looked_at_as_well() {
    let database = Database::of_three("tenants_deferred");
    database.run(
        "CREATE FUNCTION tomb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.keyless VALUES (OLD.tenant_id, 'tombstone'); RETURN OLD; END $$;
         CREATE CONSTRAINT TRIGGER tomb AFTER DELETE ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tomb()",
    );
    let before = database.own("1");
    suspended(&database, "1").await;
    let error = run(&database, erasure("1")).await.unwrap_err();
    assert!(error.to_string().contains("2 rows of public.keyless are there"), "{error}");
    assert_eq!(database.own("1"), before);

    let place = exported(&database, "2", "deferred").await;
    database.run("DROP TRIGGER tomb ON users");
    erased(&database, "2").await;
    database.run(
        "CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE public.users SET email = 'x' || email WHERE id = NEW.id; RETURN NEW; END $$;
         CREATE CONSTRAINT TRIGGER later AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later()",
    );
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(error.to_string().contains("rows of public.users became others"), "{error}");
}

#[tokio::test]
async fn texts_that_the_database_takes_for_one_tenant_are_refused() {
    let database = Database::of_three("tenants_coarse");
    database.run(
        "CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
         ALTER TABLE settings ALTER tenant_id TYPE text COLLATE ci",
    );
    suspended(&database, "1").await;
    let error = run(&database, erasure("1")).await.unwrap_err();
    assert!(error.to_string().contains("a collation that is not deterministic"), "{error}");
}

#[tokio::test]
async fn a_tenant_that_is_being_moved_is_neither_erased_nor_restored() {
    let database = Database::of_three("tenants_on_the_way");
    suspended(&database, "1").await;
    database.run("CREATE TABLE tenancy.moves (tenant text, step text); INSERT INTO tenancy.moves VALUES ('1', 'copied'), ('2', 'undone')");
    let before = database.own("1");
    let error = run(&database, erasure("1")).await.unwrap_err();
    assert!(error.to_string().contains("is being moved (copied)"), "{error}");
    assert!(error.to_do().unwrap().contains("tenancy move 1 --undo"), "{error}");
    assert_eq!(database.own("1"), before);
    suspended(&database, "2").await;
    run(&database, erasure("2")).await.unwrap();
}

/// Two ways in which a role that may delete everything sees less than there is.
#[tokio::test]
async fn a_role_that_sees_less_than_there_is_erases_nothing() {
    let database = Database::of_three("tenants_blind");
    let role = format!("blind_{}", database.url.rsplit('/').next().unwrap().split('?').next().unwrap());
    database.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'tenancy'; GRANT USAGE ON SCHEMA sales, tenancy TO {role};
         CREATE TABLE hidden (id serial, document_id integer REFERENCES documents ON DELETE CASCADE);
         INSERT INTO hidden (document_id) SELECT min(id) FROM documents WHERE tenant_id = 1;
         ALTER TABLE hidden ENABLE ROW LEVEL SECURITY;
         ALTER TABLE keyless ENABLE ROW LEVEL SECURITY; CREATE POLICY tenancy_across ON keyless TO {role} USING (true)"
    ));
    let session = database.session().await;
    suspend(&session, &key("1"), &NoHooks).await.unwrap();
    // Its journal is made.
    erase(&session, &tables(), &erasure("2"), &NoHooks, &NoProgress).await.unwrap_err();
    database.run(&format!("GRANT ALL ON ALL TABLES IN SCHEMA public, sales, tenancy TO {role}"));
    let before = database.own("1");
    let blind = Session::open(&DatabaseAddress::new(database.url_as(&role)).unwrap()).await.unwrap();
    let run = async || erase(&blind, &tables(), &erasure("1"), &NoHooks, &NoProgress).await;

    // The first session is another role's, and may have begun to write before.
    let error = run().await.unwrap_err();
    assert_eq!(error.kind(), OperateErrorKind::Role, "{error}");
    assert!(error.to_do().unwrap().contains("GRANT pg_read_all_stats"), "{error}");
    database.run(&format!("GRANT pg_read_all_stats TO {role}"));
    let error = run().await.unwrap_err();
    assert!(error.to_string().contains("sees a part of the rows of public.hidden"), "{error}");
    assert_eq!(database.own("1"), before);
    database.run(&format!("CREATE POLICY tenancy_across ON hidden TO {role} USING (true)"));
    // A policy that has only the name of the wall's takes rows away all the same.
    database.run("CREATE POLICY tenancy_roles ON hidden AS RESTRICTIVE USING (id < 0)");
    let error = run().await.unwrap_err();
    assert!(error.to_string().contains("sees a part of the rows of public.hidden"), "{error}");
    assert_eq!(database.own("1"), before);
    // The wall's own takes none from a role that it names.
    let named = format!("pg_has_role('{role}', 'USAGE')");
    database.run(&format!("ALTER POLICY tenancy_roles ON hidden USING ((SELECT {named} OR {named}))"));
    run().await.unwrap();
    assert_eq!(database.one("SELECT count(*)::text AS line FROM hidden"), "1");
}

/// As many rows go as should, and another tenant's are among them.
#[tokio::test]
async fn a_trigger_that_swaps_rows_of_two_tenants_stops_the_erasure() {
    for (name, savepoint) in [("plain", ""), ("savepoint", "EXCEPTION WHEN division_by_zero THEN NULL;")] {
        let database = Database::of_three(&format!("tenants_swap_{name}"));
        database.run(&format!(
            "CREATE FUNCTION swap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF OLD.text = 'b' THEN
                     BEGIN
                         UPDATE public.settings SET tenant_id = 3 - tenant_id WHERE tenant_id IN (1, 2);
                     {savepoint} END;
                 END IF;
                 RETURN OLD;
             END $$;
             CREATE TRIGGER swap BEFORE DELETE ON keyless FOR EACH ROW EXECUTE FUNCTION swap()"
        ));
        let (own, others) = (database.own("1"), database.others("1"));
        suspended(&database, "1").await;
        let error = run(&database, erasure("1")).await.unwrap_err();
        assert!(
            error
                .to_string()
                .contains("1 rows of public.settings that are not the tenant's would be written"),
            "{error}"
        );
        assert!(error.to_do().unwrap().contains("--despite-triggers"), "{error}");
        assert_eq!((database.own("1"), database.others("1")), (own, others), "{name}");
        // Somebody looked at it, and says so.
        let reason = Reason::new("the two are one customer").unwrap();
        let erased = run(&database, erasure("1").despite_triggers(reason)).await.unwrap();
        assert_eq!(erased.sealed.certificate.despite_triggers.as_deref(), Some("the two are one customer"));
        assert!(!erased.is_clean());
    }
}

/// What a trigger writes of the tenant's own, before it goes or where it is kept, is nobody else's.
#[tokio::test]
async fn a_trigger_that_counts_in_the_tenants_own_rows_stops_nothing() {
    let database = Database::of_three("tenants_counts");
    database.run(
        "CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             UPDATE public.accounts SET name = name || '!' WHERE id = OLD.account_id; RETURN OLD;
         END $$;
         CREATE TRIGGER counts AFTER DELETE ON users FOR EACH ROW EXECUTE FUNCTION counts()",
    );
    suspended(&database, "1").await;
    let keep = Keep::new("sales.invoices", "invoices are kept for ten years").unwrap();
    let erased = run(&database, erasure("1").keep(keep)).await.unwrap();
    assert!(erased.sealed.certificate.despite_triggers.is_none());
}
