//! What is read before anybody is admitted: `TenantPool::before_admission`.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::testing::{self, RecordedEvent, RecordingSink};
use tenancy_diesel::{AdmissionDoor, WrongTenant};
use tenancy_pool::{PoolError, RunQueryDsl, StatementRefused};
use tenancy_tests::fixture::{ACME, GLOBEX, acme};

use super::super::open_with_members;

tenancy_diesel::table! {
    #![tenant_global(organisations)]

    organisations (id) { id -> Integer, name -> VarChar, }
    #[tenant_scoped(tenant_id, admission(person, token, read(role)), filter = left_at.is_null())]
    members (tenant_id, person) {
        tenant_id -> Integer, person -> Integer, token -> VarChar, role -> VarChar, notes -> VarChar, left_at -> Nullable<Integer>,
    }
}
diesel::allow_tables_to_appear_in_same_query!(organisations, members);

pub(crate) const TABLES: &str = "
CREATE TABLE organisations (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE members (tenant_id INTEGER NOT NULL, person INTEGER NOT NULL, token VARCHAR(20) NOT NULL, role VARCHAR(20) NOT NULL,
    notes VARCHAR(20) NOT NULL, left_at INTEGER, PRIMARY KEY (tenant_id, person));
INSERT INTO organisations VALUES (1, 'Acme'), (2, 'Globex'), (3, 'Initech');
INSERT INTO members VALUES (1, 7, 'a', 'owner', 'x', NULL), (2, 7, 'b', 'guest', 'y', NULL), (2, 8, 'c', 'guest', 'z', NULL),
    (3, 7, 'd', 'guest', 'left', 5);
";

fn door() -> AdmissionDoor {
    AdmissionDoor::new("sign-in").unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn l01_l75_a_stranger_finds_the_rows_of_what_was_brought_before_there_is_a_scope() {
    let Some((tenants, _database)) = open_with_members().await else { return };
    let sink = RecordingSink::new();
    let door = door().with_audit_sink(sink.clone());
    let mut db = tenants.before_admission(&door);
    let mine = || {
        let mine =
            members::table.before_admission(&door, members::person, 7).or_filter(members::person.gt(0));
        mine.select(members::tenant_id).order(members::tenant_id)
    };
    let line = line!() - 3;
    assert_eq!(db.load::<_, _, i32>(mine()).await.unwrap(), [ACME, GLOBEX], "without the one that they left");
    let [RecordedEvent::ReadBeforeAdmission { reason, location, table, column }] = &sink.events()[..] else {
        panic!("{sink:?}");
    };
    assert_eq!((&**reason, *table, *column), ("sign-in", "members", "person"));
    assert_eq!((location.file(), location.line()), (file!(), line));

    assert_eq!(db.get_result::<_, _, i32>(mine()).await.unwrap(), ACME);
    assert_eq!(db.first::<_, _, i32>(mine()).await.unwrap(), ACME);
    let nobody = members::table.before_admission(db.door(), members::token, "x").select(members::tenant_id);
    let none = db.first::<_, _, i32>(nobody).await;
    assert!(matches!(none, Err(PoolError::Query(Error::NotFound))), "{none:?}");
    // The verbs, of the handle and of a transaction.
    assert_eq!(mine().load::<i32>(&mut db).await.unwrap(), [ACME, GLOBEX]);
    let role = members::table.before_admission(&door, members::token, "c".to_owned()).select(members::role);
    assert_eq!(role.first::<String>(&mut db).await.unwrap(), "guest");
    let of_a_token = members::table.before_admission(&door, members::token, "c").count();
    let counted = db
        .transaction(async |tx| {
            assert_eq!(of_a_token.get_result::<i64>(tx).await?, 1);
            Ok::<_, PoolError>(mine().load::<i32>(tx).await?.len())
        })
        .await;
    assert_eq!(counted.unwrap(), 2);
}

/// A column that is not declared is not in the statement, so no statement has it.
#[tokio::test(flavor = "multi_thread")]
async fn no_other_column_than_the_declared_is_read() {
    let Some((tenants, _database)) = open_with_members().await else { return };
    let (door, mut db) = (door(), tenants.before_admission(&door()));
    let mine = || members::table.before_admission(&door, members::person, 7);
    let results = [
        mine().select(members::notes).load::<String>(&mut db).await.map(drop),
        mine().filter(members::notes.eq("x")).count().get_result::<i64>(&mut db).await.map(drop),
        mine().order(members::notes).select(members::person).load::<i32>(&mut db).await.map(drop),
        mine().select(members::left_at).load::<Option<i32>>(&mut db).await.map(drop),
    ];
    for (place, result) in results.into_iter().enumerate() {
        let Err(Error::DatabaseError(_, information)) = &result else { panic!("{place}: {result:?}") };
        let said = information.message().to_lowercase();
        assert!(said.contains("column"), "{place}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn global_tables_are_read_beside_it() {
    let Some((tenants, _database)) = open_with_members().await else { return };
    let (door, mut db) = (door(), tenants.before_admission(&door()));
    let named: Vec<(i32, String)> = members::table
        .before_admission(&door, members::person, 7)
        .inner_join(organisations::table.on(organisations::id.eq(members::tenant_id)))
        .select((members::tenant_id, organisations::name))
        .order(members::tenant_id)
        .load(&mut db)
        .await
        .unwrap();
    assert_eq!(named, [(ACME, "Acme".to_owned()), (GLOBEX, "Globex".to_owned())]);
    assert_eq!(organisations::table.count().get_result::<i64>(&mut db).await.unwrap(), 3);
}

fn refused<T: std::fmt::Debug>(
    result: QueryResult<T>,
    what: usize,
) -> Box<dyn std::error::Error + Send + Sync> {
    match result {
        Err(Error::QueryBuilderError(source)) => source,
        other => panic!("{what}: not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_belongs_to_somebody_is_refused_where_the_compiler_does_not_look() {
    let Some((tenants, _database)) = open_with_members().await else { return };
    let (door, acme, across) = (door(), acme(), testing::cross_tenant("a test"));
    let mut opened = tenants.before_admission(&door).begin().await.unwrap();
    let tx = &mut opened;
    let scoped = || members::table.scoped(&acme).select(members::person);
    let all = || members::table.across_tenants(&across).select(members::person);
    let results = [
        organisations::table.filter(exists(scoped())).count().get_result::<i64>(tx).await.map(drop),
        organisations::table
            .filter(organisations::id.eq_any(scoped()))
            .count()
            .get_result::<i64>(tx)
            .await
            .map(drop),
        organisations::table.filter(exists(all())).count().get_result::<i64>(tx).await.map(drop),
    ];
    for (place, result) in results.into_iter().enumerate() {
        let why = refused(result, place);
        assert_eq!(why.downcast_ref(), Some(&StatementRefused::BeforeAdmission), "{place}: {why}");
    }
    opened.commit().await.unwrap();
    // And the other way round: nobody who is admitted reads as a stranger, and nobody's transaction does.
    let stranger = || members::table.before_admission(&door, members::person, 8).select(members::person);
    let mut tx = tenants.begin(&acme).await.unwrap();
    let read = organisations::table.filter(exists(stranger())).count().get_result::<i64>(&mut tx).await;
    let why = refused(read, 3);
    assert_eq!(why.downcast_ref(), Some(&WrongTenant::BeforeAdmission), "{why}");
    let mut db = tenants.global();
    let read = organisations::table.filter(exists(stranger())).count().get_result::<i64>(&mut db).await;
    let why = refused(read, 4);
    assert_eq!(why.downcast_ref(), Some(&StatementRefused::TenantTable), "{why}");
}

/// Within a tenant it is a table like any other.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_writes_its_own_and_no_other_s() {
    let Some((tenants, _database)) = open_with_members().await else { return };
    let acme = acme();
    let row =
        (members::person.eq(9), members::token.eq("e"), members::role.eq("guest"), members::notes.eq("new"));
    let invited = tenancy_diesel::insert_into(members::table.scoped(&acme)).values(row);
    assert_eq!(tenants.execute(&acme, invited).await.unwrap(), 1);
    let door = door();
    let found: Vec<i32> = tenants
        .before_admission(&door)
        .load(members::table.before_admission(&door, members::person, 9).select(members::tenant_id))
        .await
        .unwrap();
    assert_eq!(found, [ACME]);
    let left = tenancy_diesel::update(members::table.scoped(&acme)).filter(members::person.eq(8));
    assert_eq!(tenants.execute(&acme, left.set(members::left_at.eq(1))).await.unwrap(), 0, "theirs");
}
