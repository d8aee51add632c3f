//! Bulk inserts: an array for each column.
#![allow(clippy::unwrap_used, reason = "a failure is a failed test")]

use std::time::{Duration, UNIX_EPOCH};

use diesel::prelude::*;
use diesel::result::Error;
use diesel::sql_types::BigInt;
use tenancy_diesel::insert_into;
use tenancy_diesel::statement::{ArrayColumn, MixedDefaults};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{Connection, RunQueryDsl, connect, run};

#[derive(Insertable, Clone)]
#[diesel(table_name = agents)]
struct Hire {
    id: i32,
    name: String,
    manager_id: Option<i32>,
}

#[derive(Insertable)]
#[diesel(table_name = agents, treat_none_as_default_value = false)]
struct HireOrNull<'a> {
    id: i32,
    name: &'a str,
    manager_id: Option<i32>,
}

fn hires(ids: std::ops::Range<i32>) -> Vec<Hire> {
    ids.map(|id| Hire { id, name: format!("agent {id}"), manager_id: None }).collect()
}

type Agent = (i32, i32, String, Option<i32>);

async fn hired(connection: &mut Connection) -> Vec<Agent> {
    let mut found = Vec::new();
    for scope in [acme(), globex()] {
        let rows: Vec<Agent> = agents::table
            .scoped(&scope)
            .filter(agents::id.ge(100))
            .order(agents::id)
            .select((agents::tenant_id, agents::id, agents::name, agents::manager_id))
            .load(connection)
            .await
            .unwrap();
        found.extend(rows);
    }
    found
}

#[tokio::test]
async fn every_row_is_the_tenants_and_as_it_was_given() {
    let Some(connection) = &mut connect().await else { return };
    let rows = [
        HireOrNull { id: 100, name: "it's \"quoted\" \\ 🦀", manager_id: None },
        HireOrNull { id: 101, name: "", manager_id: Some(1) },
        HireOrNull { id: 102, name: "NULL", manager_id: None },
        HireOrNull { id: 103, name: "{a,b}", manager_id: Some(-7) },
    ];
    let inserted = insert_into(agents::table.scoped(&globex())).bulk(rows).execute(connection).await.unwrap();
    assert_eq!(inserted, 4);
    let row = |id, name: &str, manager| (2, id, name.to_owned(), manager);
    assert_eq!(
        hired(connection).await,
        [
            row(100, "it's \"quoted\" \\ 🦀", None),
            row(101, "", Some(1)),
            row(102, "NULL", None),
            row(103, "{a,b}", Some(-7)),
        ]
    );
}

#[tokio::test]
async fn no_rows_insert_none() {
    let Some(connection) = &mut connect().await else { return };
    let scope = acme();
    assert_eq!(insert_into(agents::table.scoped(&scope)).bulk(hires(0..0)).execute(connection).await, Ok(0));
    assert_eq!(hired(connection).await, []);
}

#[tokio::test]
async fn any_number_of_rows_is_one_prepared_statement() {
    let Some(connection) = &mut connect().await else { return };
    let scope = acme();
    for ids in [100..101, 200..205, 300..1300] {
        let count = ids.len();
        let rows = ids.map(|id| (agents::id.eq(id), agents::name.eq(format!("agent {id}"))));
        assert_eq!(insert_into(agents::table.scoped(&scope)).bulk(rows).execute(connection).await, Ok(count));
    }
    assert_eq!(hired(connection).await.len(), 1006);
    let prepared =
        "SELECT count(*) AS count FROM pg_prepared_statements WHERE statement LIKE 'INSERT%unnest%'";
    assert_eq!(counted(connection, prepared).await, 1);
}

#[tokio::test]
async fn a_column_that_all_rows_leave_out_gets_its_default() {
    let Some(connection) = &mut connect().await else { return };
    run(connection, "ALTER TABLE agents ALTER COLUMN manager_id SET DEFAULT 42").await.unwrap();
    let scope = acme();
    insert_into(agents::table.scoped(&scope)).bulk(hires(100..103)).execute(connection).await.unwrap();
    assert!(hired(connection).await.iter().all(|(tenant, .., manager)| (*tenant, *manager) == (1, Some(42))));
}

#[tokio::test]
async fn a_column_that_some_rows_leave_out_is_refused() {
    let Some(connection) = &mut connect().await else { return };
    let scope = acme();
    let mut rows = hires(100..103);
    rows[1].manager_id = Some(1);
    let refused = insert_into(agents::table.scoped(&scope)).bulk(rows).execute(connection).await.unwrap_err();
    let Error::QueryBuilderError(cause) = &refused else { panic!("{refused:?}") };
    assert_eq!(cause.downcast_ref::<MixedDefaults>().map(|mixed| mixed.column), Some("manager_id"));
    assert_eq!(hired(connection).await, []);
}

#[tokio::test]
async fn it_returns_rows_and_handles_conflicts() {
    let Some(connection) = &mut connect().await else { return };
    let scope = acme();
    let rows =
        || [1, 2, 9].map(|id| (canvases::id.eq(id), canvases::agent_id.eq(1), canvases::title.eq("new")));
    let ids = insert_into(canvases::table.scoped(&scope))
        .bulk(rows())
        .on_conflict_do_nothing()
        .returning(canvases::id)
        .get_results::<i32>(connection)
        .await
        .unwrap();
    assert_eq!(ids, [9]);
    let titles: Vec<String> = insert_into(canvases::table.scoped(&scope))
        .bulk(rows())
        .on_conflict(canvases::id)
        .do_update()
        .set(canvases::title.eq(diesel::upsert::excluded(canvases::title)))
        .returning(canvases::title)
        .get_results(connection)
        .await
        .unwrap();
    assert_eq!(titles, ["new", "new", "new"]);
    let others: Vec<String> =
        canvases::table.scoped(&globex()).select(canvases::title).load(connection).await.unwrap();
    assert!(!others.iter().any(|title| title == "new"), "{others:?}");
}

mod types {
    #![allow(missing_docs)]
    tenancy_diesel::table! {
        use diesel::sql_types::*;
        use super::super::Mood;

        samples (id) {
            id -> BigInt,
            tenant_id -> Integer,
            key -> Uuid,
            at -> Timestamp,
            details -> Jsonb,
            bytes -> Nullable<Bytea>,
            flag -> Bool,
            ratio -> Double,
            mood -> Mood,
        }

        use diesel::sql_types::*;
        use super::super::Mood;

        tagged (id) {
            id -> Integer,
            tenant_id -> Integer,
            mood -> Mood,
            tags -> Array<Text>,
            aliases -> Nullable<Array<Text>>,
        }
    }
}

/// An enum of the database's: its type is looked up by name.
#[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "mood"))]
pub struct Mood;

#[derive(Debug, Clone, Copy, PartialEq, diesel::expression::AsExpression)]
#[diesel(sql_type = Mood)]
enum Feeling {
    Glad,
    Sad,
}

impl diesel::serialize::ToSql<Mood, diesel::pg::Pg> for Feeling {
    fn to_sql<'b>(
        &'b self,
        out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
    ) -> diesel::serialize::Result {
        std::io::Write::write_all(out, if *self == Self::Glad { b"glad" } else { b"sad" })?;
        Ok(diesel::serialize::IsNull::No)
    }
}

#[tokio::test]
async fn values_of_all_kinds_arrive_as_with_values() {
    use types::samples;
    let Some(connection) = &mut connect().await else { return };
    run(
        connection,
        "CREATE TYPE mood AS ENUM ('glad', 'sad');
         CREATE TABLE samples (id bigint PRIMARY KEY, tenant_id int NOT NULL, key uuid NOT NULL, at timestamp NOT NULL,  details jsonb NOT NULL, bytes bytea, flag bool NOT NULL, ratio float8 NOT NULL,
            mood mood NOT NULL)",
    )
    .await
    .unwrap();
    let row = |id: i64| {
        (
            samples::id.eq(id),
            samples::key.eq(uuid::Uuid::from_u128(id.unsigned_abs().into())),
            samples::at.eq(UNIX_EPOCH + Duration::from_secs(id.unsigned_abs())),
            samples::details.eq(serde_json::json!({ "id": id })),
            samples::bytes.eq((id % 3 > 0).then(|| vec![0_u8, 255, 7])),
            samples::flag.eq(id > 2),
            samples::ratio.eq(1.0 / (id as f64 + 0.5)),
            samples::mood.eq(if id % 2 == 0 { Feeling::Glad } else { Feeling::Sad }),
        )
    };
    let (bulk, values) = (acme(), globex());
    insert_into(samples::table.scoped(&bulk)).bulk((0..7).map(row)).execute(connection).await.unwrap();
    run(connection, "CREATE TEMP TABLE bulk AS SELECT * FROM samples; TRUNCATE samples").await.unwrap();
    let rows: Vec<_> = (0..7).map(row).collect();
    insert_into(samples::table.scoped(&values)).values(rows).execute(connection).await.unwrap();
    // But for the tenant.
    let different = "SELECT count(*) AS count FROM
        (SELECT (to_jsonb(bulk) - 'tenant_id')::text FROM bulk EXCEPT SELECT (to_jsonb(samples) - 'tenant_id')::text FROM samples)
        AS different, (SELECT count(*) AS count FROM bulk WHERE tenant_id = 1) AS tenants WHERE tenants.count = 7";
    assert_eq!(counted(connection, different).await, 0);
    assert_eq!(counted(connection, "SELECT count(*) AS count FROM bulk").await, 7);
}

#[tokio::test]
async fn a_column_of_arrays_is_refused_by_its_name() {
    use types::tagged;
    let Some(connection) = &mut connect().await else { return };
    run(
        connection,
        "CREATE TYPE mood AS ENUM ('glad', 'sad');
         CREATE TABLE tagged (id int PRIMARY KEY, tenant_id int NOT NULL, mood mood NOT NULL DEFAULT 'sad',
            tags text[] NOT NULL DEFAULT '{}', aliases text[])",
    )
    .await
    .unwrap();
    let table = tagged::table.scoped(&acme());
    let refused = |done: QueryResult<usize>| match done {
        Err(Error::SerializationError(cause)) => cause.downcast_ref::<ArrayColumn>().unwrap().column,
        done => panic!("{done:?}"),
    };
    let rows = [(tagged::id.eq(1), tagged::mood.eq(Feeling::Glad), tagged::tags.eq(vec!["a", "b"]))];
    assert_eq!(refused(insert_into(table).bulk(rows).execute(connection).await), "tags");
    let rows = [(tagged::id.eq(1), tagged::aliases.eq(Some(vec!["a"])))];
    assert_eq!(refused(insert_into(table).bulk(rows).execute(connection).await), "aliases");
    let rows = vec![(tagged::id.eq(1), tagged::aliases.eq(None::<Vec<String>>))];
    assert_eq!(refused(insert_into(table).bulk(rows.clone()).execute(connection).await), "aliases");
    assert_eq!(insert_into(table).values(rows).execute(connection).await, Ok(1));
    assert_eq!(counted(connection, "SELECT count(*) AS count FROM tagged").await, 1);
}

async fn counted(connection: &mut Connection, query: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    diesel::sql_query(query).get_result::<Count>(connection).await.unwrap().count
}

/// Tables whose rows belong to tenants through boards.
mod children {
    tenancy_diesel::table! {
        boards (id) { id -> Integer, tenant_id -> Integer, }
        #[tenant_scoped(through = boards(board_id))]
        notes (id) { id -> Integer, board_id -> Integer, body -> Nullable<Text>, }
    }
}

#[tokio::test]
async fn children_in_bulk_need_parents_of_the_same_tenant() {
    use children::notes;

    let Some(connection) = &mut connect().await else { return };
    let tables = "
        CREATE TABLE boards (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, board_id INTEGER NOT NULL, body TEXT DEFAULT 'empty');
        INSERT INTO boards VALUES (1, 1), (2, 2), (3, 1);
    ";
    run(connection, tables).await.unwrap();
    let scope = acme();
    let rows = |onto: [i32; 2]| {
        [(10, onto[0]), (11, onto[1])].map(|(id, board)| {
            (notes::body.eq(format!("of {board}")), notes::board_id.eq(board), notes::id.eq(id))
        })
    };
    for onto in [[1, 2], [2, 1], [1, 99]] {
        let done = insert_into(notes::table.scoped(&scope)).bulk(rows(onto)).execute(connection).await;
        assert!(done.is_err(), "under {onto:?}");
    }
    let all =
        || notes::table.across_tenants(&tenancy_diesel::testing::cross_tenant("a test")).order(notes::id);
    assert_eq!(all().load::<(i32, i32, Option<String>)>(connection).await.unwrap(), []);
    assert_eq!(
        insert_into(notes::table.scoped(&scope)).bulk(rows([1, 3])).execute(connection).await.unwrap(),
        2
    );
    // A column that no row gives is left to its default.
    let bare = [(notes::id.eq(20), notes::board_id.eq(3))];
    assert_eq!(insert_into(notes::table.scoped(&scope)).bulk(bare).execute(connection).await.unwrap(), 1);
    let stored: Vec<(i32, i32, Option<String>)> = all().load(connection).await.unwrap();
    let row = |id, board, body: &str| (id, board, Some(body.to_owned()));
    assert_eq!(stored, [row(10, 1, "of 1"), row(11, 3, "of 3"), row(20, 3, "empty")]);
    // Without its parent it is not sent.
    let orphans = [(notes::id.eq(30), notes::body.eq("x"))];
    let done = insert_into(notes::table.scoped(&scope)).bulk(orphans).execute(connection).await;
    assert!(matches!(done, Err(Error::QueryBuilderError(_))), "{done:?}");
}
