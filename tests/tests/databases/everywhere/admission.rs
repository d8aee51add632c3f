//! Tables that are read before anybody is admitted, by what a stranger has brought.

use diesel::prelude::*;
use tenancy_diesel::testing::{RecordedEvent, RecordingSink};
use tenancy_diesel::{AdmissionDoor, insert_into, update};
use tenancy_tests::fixture::{ACME, GLOBEX, acme};

use super::{Connection, RunQueryDsl, connect, run};

tenancy_diesel::table! {
    #![tenant_global(organisations)]

    organisations (id) { id -> Integer, name -> VarChar, }
    #[tenant_scoped(tenant_id, admission(person, token), filter = left_at.is_null())]
    members (tenant_id, person) { tenant_id -> Integer, person -> Integer, token -> VarChar, left_at -> Nullable<Integer>, }
}
diesel::allow_tables_to_appear_in_same_query!(organisations, members);

const TABLES: &str = "
CREATE TABLE organisations (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE members (tenant_id INTEGER NOT NULL, person INTEGER NOT NULL, token VARCHAR(20) NOT NULL, left_at INTEGER,
    PRIMARY KEY (tenant_id, person));
INSERT INTO organisations VALUES (1, 'Acme'), (2, 'Globex'), (3, 'Initech');
INSERT INTO members VALUES (1, 7, 'a', NULL), (2, 7, 'b', NULL), (2, 8, 'c', NULL), (3, 7, 'd', 5);
";

async fn arena() -> Option<Connection> {
    let mut connection = connect().await?;
    run(&mut connection, TABLES).await.expect("the tables");
    Some(connection)
}

#[tokio::test]
async fn a_stranger_finds_the_rows_of_what_was_brought_and_it_is_audited() {
    let Some(connection) = &mut arena().await else { return };
    let sink = RecordingSink::new();
    let door = AdmissionDoor::new("sign-in").unwrap().with_audit_sink(sink.clone());
    let line = line!() + 2;
    let mine = members::table
        .before_admission(&door, members::person, 7)
        .or_filter(members::person.gt(0))
        .select(members::tenant_id)
        .order(members::tenant_id);
    assert_eq!(mine.load::<i32>(connection).await.unwrap(), [ACME, GLOBEX], "without the one that they left");
    let [RecordedEvent::ReadBeforeAdmission { reason, location, table, column }] = &sink.events()[..] else {
        panic!("{sink:?}");
    };
    assert_eq!((&**reason, *table, *column), ("sign-in", "members", "person"));
    assert_eq!((location.file(), location.line()), (file!(), line));
    let by_token: Vec<(i32, String)> = members::table
        .before_admission(&door, members::token, "c".to_owned())
        .inner_join(organisations::table.on(organisations::id.eq(members::tenant_id)))
        .select((members::person, organisations::name))
        .load(connection)
        .await
        .unwrap();
    assert_eq!(by_token, [(8, "Globex".to_owned())]);
    let nobody = members::table.before_admission(&door, members::token, "x").count();
    assert_eq!(nobody.get_result::<i64>(connection).await.unwrap(), 0);
}

#[tokio::test]
async fn within_a_tenant_it_is_a_table_like_any_other() {
    let Some(connection) = &mut arena().await else { return };
    let mine = members::table.scoped(&acme());
    let row = (members::person.eq(9), members::token.eq("e"));
    assert_eq!(insert_into(mine).values(row).execute(connection).await.unwrap(), 1);
    let left =
        update(mine).filter(members::person.eq(7)).set(members::left_at.eq(1)).execute(connection).await;
    assert_eq!(left.unwrap(), 1);
    let found: Vec<i32> = mine.select(members::person).load(connection).await.unwrap();
    assert_eq!(found, [9]);
}
