//! Bulk inserts of values that an array of them could bend.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_diesel::insert_into;

use crate::database::{Database, lines};
use crate::tenants::scope;

tenancy_diesel::table! {
    notes (id) {
        id -> Integer,
        tenant_id -> Integer,
        tags -> Array<Text>,
        rank -> Array<Nullable<Integer>>,
        line -> Nullable<Text>,
        body -> Nullable<Jsonb>,
        at -> Nullable<Interval>,
        raw -> Nullable<Binary>,
    }
}

fn database() -> Database {
    let database = Database::empty("attack_bulk");
    database
        .superuser()
        .batch_execute(
            "CREATE TABLE notes (raw bytea, rank integer[] NOT NULL DEFAULT '{}', id serial, line text DEFAULT 'given', tags text[] NOT NULL DEFAULT '{}',
                                 at interval, tenant_id integer NOT NULL, body jsonb)",
        )
        .unwrap();
    database
}

fn rows(database: &Database) -> Vec<String> {
    lines(&mut database.superuser(), "SELECT tenant_id, tags, rank, line, body, raw FROM notes ORDER BY id")
        .unwrap()
}

#[test]
fn values_that_are_arrays_are_refused_by_the_server() {
    let one = scope(1);
    let values = || {
        [
            (notes::tags.eq(vec!["a", "b"]), notes::line.eq(Some("x"))),
            (notes::tags.eq(vec!["c"]), notes::line.eq(Some("y"))),
            (notes::tags.eq(vec![]), notes::line.eq(Some("z"))),
        ]
    };
    let by_bulk = database();
    let done = insert_into(notes::table.scoped(&one)).bulk(values()).execute(&mut by_bulk.superuser());
    // An array of arrays would be flattened, so that the rows shift.
    assert!(done.is_err(), "{done:?}");
    assert!(rows(&by_bulk).is_empty());
    let ranks = [vec![Some(1), None], vec![None, Some(2)]].map(|rank| (notes::rank.eq(rank),));
    let done = insert_into(notes::table.scoped(&one)).bulk(ranks).execute(&mut by_bulk.superuser());
    assert!(done.is_err() && rows(&by_bulk).is_empty(), "{done:?}");
}

#[test]
fn odd_values_arrive_as_by_values() {
    let one = scope(1);
    let line = |line: Option<&'static str>, body: Option<serde_json::Value>, raw: Option<Vec<u8>>| {
        (notes::line.eq(line), notes::body.eq(body), notes::raw.eq(raw))
    };
    let values = || {
        vec![
            line(Some("NULL"), Some(serde_json::Value::Null), Some(vec![])),
            line(Some(""), Some(serde_json::json!({"a": [1, null, "{}\\\""]})), Some(vec![0, 255, b'\\'])),
            line(Some("{a,b}"), Some(serde_json::json!("x")), Some(vec![1])),
        ]
    };
    let (by_values, by_bulk) = (database(), database());
    insert_into(notes::table.scoped(&one)).values(values()).execute(&mut by_values.superuser()).unwrap();
    insert_into(notes::table.scoped(&one)).bulk(values()).execute(&mut by_bulk.superuser()).unwrap();
    assert_eq!(rows(&by_bulk), rows(&by_values));
    // Columns in another order, and a column that all leave out.
    let mixed = vec![
        (notes::raw.eq(None::<Vec<u8>>), notes::line.eq(Some("a"))),
        (notes::raw.eq(None), notes::line.eq(Some("b"))),
    ];
    insert_into(notes::table.scoped(&one)).bulk(mixed).execute(&mut by_bulk.superuser()).unwrap();
    let last = rows(&by_bulk).pop().unwrap();
    assert!(last.contains(",b,"), "{last}");
}
