//! What an erasure finds in tables of other schemas.

use std::time::Duration;

use tenancy_core::placement::DatabaseAddress;
use tenancy_operate::tenants::{Erasure, LeftWhat, NoHooks, NoProgress, Session, erase, suspend};

use crate::database::{Database, key, tables, without_empty};
use crate::erase::{erasure, run, suspended};

/// A schema of the tenant 3's own, with its rows, one of the tenant 1's that belongs by its column and two that belong through it.
const SCHEMA: &str = "
CREATE SCHEMA three;
CREATE TABLE three.documents (id serial PRIMARY KEY, tenant_id integer NOT NULL, author_id uuid);
CREATE TABLE three.comments (id bigserial PRIMARY KEY, document_id integer NOT NULL, text text NOT NULL);
CREATE TABLE three.replies (id bigserial PRIMARY KEY, comment_id bigint NOT NULL, text text NOT NULL);
CREATE TABLE three.tags (document_id text NOT NULL, tag text NOT NULL);
INSERT INTO three.documents (tenant_id) VALUES (3), (1);
INSERT INTO three.comments (document_id, text) SELECT id, 'c' FROM three.documents;
INSERT INTO three.replies (comment_id, text) SELECT id, 'r' FROM three.comments;
INSERT INTO three.tags VALUES ('1', 'of another type: another table of that name');
UPDATE tenancy.tenant_placements SET kind = 'schema', schema_name = 'three' WHERE tenant = '3'";

#[tokio::test]
async fn rows_that_belong_through_parents_in_another_schema_are_found() {
    let database = Database::of_three("traces_parents");
    database.run(SCHEMA);
    suspended(&database, "1").await;
    let erased = run(&database, erasure("1")).await.unwrap();
    let left: Vec<_> = erased
        .sealed
        .certificate
        .left
        .iter()
        .filter(|left| left.schema == "three")
        .map(|left| (left.table.as_str(), left.what, left.rows))
        .collect();
    assert_eq!(
        left,
        [
            ("documents", LeftWhat::NamesTenant, Some(1)),
            ("comments", LeftWhat::OtherPlace, Some(1)),
            ("replies", LeftWhat::OtherPlace, Some(1)),
        ]
    );
    assert_eq!(database.one("SELECT count(*)::text AS line FROM three.replies"), "2");
}

/// As behind the wall: the role sees every row by a policy, and is above none.
#[tokio::test]
async fn a_schema_of_another_tenants_behind_the_wall_is_looked_into_and_is_not_unknown() {
    let database = Database::of_three("traces_wall");
    database.run(SCHEMA);
    database.run("DELETE FROM three.documents WHERE tenant_id = 1; DELETE FROM three.comments WHERE id = 2; DELETE FROM three.replies WHERE id = 2");
    let role = format!("across_{}", database.url.rsplit('/').next().unwrap().split('?').next().unwrap());
    database.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'tenancy'; GRANT pg_read_all_stats TO {role};
         GRANT USAGE ON SCHEMA sales, tenancy, three TO {role}"
    ));
    let session = database.session().await;
    suspend(&session, &key("1"), &NoHooks).await.unwrap();
    erase(&session, &tables(), &erasure("2"), &NoHooks, &NoProgress).await.unwrap_err();
    database.run(&format!("GRANT ALL ON ALL TABLES IN SCHEMA public, sales, tenancy, three TO {role}"));
    for table in ["three.documents", "three.comments", "three.replies", "keyless"] {
        database.run(&format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
             CREATE POLICY tenancy_across ON {table} TO {role} USING (true)"
        ));
    }
    // One that nothing says is all to be seen.
    database.run(
        "CREATE TABLE three.hidden (tenant_id integer); ALTER TABLE three.hidden ENABLE ROW LEVEL SECURITY",
    );
    database.run(&format!("GRANT SELECT ON three.hidden TO {role}"));
    let across = Session::open(&DatabaseAddress::new(database.url_as(&role)).unwrap()).await.unwrap();
    let erasure = Erasure::new(key("1"), "1").unwrap().settle(Duration::ZERO);
    let erased = erase(&across, &tables(), &erasure, &NoHooks, &NoProgress).await.unwrap();
    assert!(without_empty(database.own("1")).is_empty());
    let left: Vec<_> = erased
        .sealed
        .certificate
        .left
        .iter()
        .filter(|left| left.schema == "three")
        .map(|left| (left.table.as_str(), left.rows))
        .collect();
    assert_eq!(left, [("hidden", None)]);
}
