//! The connection by itself, without a pool: what diesel-async asks of one, and what an application may do to it.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{BigInt, Binary, Integer, Text};
use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use tenancy_pool::OneSyncConnection;
use tenancy_tests::server;

use super::cancellation::polled;
use super::slow_proxy::slowly;
use super::walled::{Line, lines};

diesel::table! {
    /// Not a tenant's: what is tried is the connection.
    notes (id) {
        id -> Integer,
        body -> Text,
    }
}

const TABLES: &str = "CREATE TABLE notes (id integer PRIMARY KEY, body text NOT NULL CHECK (body <> 'bad'));
    CREATE TABLE later (id integer UNIQUE DEFERRABLE INITIALLY DEFERRED)";

/// A connection to a database of its own, and its address.
async fn open() -> (OneSyncConnection, String) {
    let url = server::fresh_postgres_database("one_sync");
    let mut connection = OneSyncConnection::establish(&url).await.expect("PostgreSQL answers");
    connection.batch_execute(TABLES).await.expect("the tables");
    (connection, url)
}

async fn add<C>(connection: &mut C, id: i32, body: &str) -> QueryResult<usize>
where
    C: AsyncConnection<Backend = diesel::pg::Pg>,
{
    diesel::insert_into(notes::table)
        .values((notes::id.eq(id), notes::body.eq(body)))
        .execute(connection)
        .await
}

async fn ids(connection: &mut OneSyncConnection) -> Vec<i32> {
    notes::table.select(notes::id).order(notes::id).load(connection).await.expect("the ids")
}

#[tokio::test]
async fn statements_rows_and_transactions() {
    let (mut connection, _) = open().await;
    let connection = &mut connection;
    for id in 1..4 {
        assert_eq!(add(connection, id, &format!("note {id}")).await.unwrap(), 1);
    }
    let renamed = diesel::update(notes::table.filter(notes::id.gt(1))).set(notes::body.eq("new"));
    assert_eq!(renamed.execute(connection).await.unwrap(), 2);
    let bodies: Vec<String> =
        notes::table.select(notes::body).order(notes::id).load(connection).await.unwrap();
    assert_eq!(bodies, ["note 1", "new", "new"]);
    let none: Option<String> =
        notes::table.find(9).select(notes::body).first(connection).await.optional().unwrap();
    assert_eq!(none, None);
    // Nested, undone inside and kept outside.
    connection
        .transaction(async |connection| {
            add(connection, 10, "kept").await?;
            let undone: QueryResult<()> = connection
                .transaction(async |connection| {
                    add(connection, 11, "undone").await?;
                    add(connection, 10, "twice").await?;
                    Ok(())
                })
                .await;
            undone.unwrap_err();
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    let failed: QueryResult<()> = connection
        .transaction(async |connection| {
            add(connection, 12, "undone").await?;
            Err(Error::RollbackTransaction)
        })
        .await;
    assert_eq!(failed, Err(Error::RollbackTransaction));
    assert_eq!(ids(connection).await, [1, 2, 3, 10]);
    assert!(!connection.is_broken());
}

/// The same fields as the other connection's, of the same kinds.
#[tokio::test]
async fn errors_have_their_fields() {
    let (mut ours, url) = open().await;
    let mut theirs = AsyncPgConnection::establish(&url).await.unwrap();
    add(&mut ours, 1, "there").await.unwrap();
    let told = |result: QueryResult<usize>| match result {
        Err(Error::DatabaseError(kind, fields)) => (
            format!("{kind:?}"),
            fields.message().to_owned(),
            fields.details().map(str::to_owned),
            fields.hint().map(str::to_owned),
            fields.table_name().map(str::to_owned),
            fields.column_name().map(str::to_owned),
            fields.constraint_name().map(str::to_owned),
            fields.statement_position(),
        ),
        other => panic!("{other:?}"),
    };
    for (id, body) in [(1, "twice"), (2, "bad")] {
        assert_eq!(told(add(&mut ours, id, body).await), told(add(&mut theirs, id, body).await));
    }
    for sql in [
        "INSERT INTO notes (id) VALUES (3)",
        "SELECT nonesuch FROM notes",
        "SELECT bodY(1)",
        "SELECT 1 / 0",
        "DO $$ BEGIN RAISE EXCEPTION 'x' USING HINT = 'y', DETAIL = 'z', TABLE = 't', COLUMN = 'c', CONSTRAINT = 'k'; END $$",
        "INSERT INTO later VALUES (1), (1)",
        "SET transaction_isolation = 'nonesuch'",
    ] {
        let (ours, theirs) = (
            diesel::sql_query(sql).execute(&mut ours).await,
            diesel::sql_query(sql).execute(&mut theirs).await,
        );
        assert_eq!(told(ours), told(theirs), "{sql}");
    }
    // What cannot be put in a message is not sent.
    let refused = add(&mut ours, 5, "a\0b").await;
    assert!(refused.is_err(), "{refused:?}");
    let refused = diesel::sql_query("SELECT '\0'").execute(&mut ours).await;
    assert!(matches!(refused, Err(Error::QueryBuilderError(_))), "{refused:?}");
    assert_eq!(ids(&mut ours).await, [1]);
}

/// Of megabytes, and many: in both directions at once, so that nobody waits for the other to read.
#[tokio::test]
async fn large_values_and_many_rows() {
    let (mut connection, _) = open().await;
    let large: Vec<u8> = (0..8_000_000_u32).map(|number| number.to_be_bytes()[3]).collect();
    let text = "x".repeat(3_000_000);
    let (bytes, length): (Vec<u8>, String) =
        diesel::select((large.as_slice().into_sql::<Binary>(), text.as_str().into_sql::<Text>()))
            .get_result(&mut connection)
            .await
            .unwrap();
    assert!(bytes == large && length == text);
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let rows: Vec<Number> = diesel::sql_query("SELECT generate_series(1, 200000)::bigint AS number")
        .load(&mut connection)
        .await
        .unwrap();
    assert!(rows.iter().map(|row| row.number).eq(1..=200_000));
}

/// A migration beside it, and a session whose statements are gone: one statement fails, and the next is prepared anew.
#[tokio::test]
async fn what_does_not_fit_any_more_is_prepared_anew() {
    let (mut connection, url) = open().await;
    let mut other = AsyncPgConnection::establish(&url).await.unwrap();
    add(&mut connection, 1, "one").await.unwrap();
    let read = async |connection: &mut OneSyncConnection| {
        notes::table.select(notes::body).load::<String>(connection).await
    };
    for change in ["ALTER TABLE notes ALTER body TYPE varchar(50)", "ALTER TABLE notes ALTER body TYPE text"]
    {
        assert_eq!(read(&mut connection).await.unwrap(), ["one"]);
        other.batch_execute(change).await.unwrap();
        let failed = read(&mut connection).await.unwrap_err().to_string();
        assert!(failed.contains("cached plan"), "{failed}");
        assert_eq!(read(&mut connection).await.unwrap(), ["one"]);
    }
    connection.batch_execute("DEALLOCATE ALL").await.unwrap();
    let failed = read(&mut connection).await.unwrap_err().to_string();
    assert!(failed.contains("does not exist"), "{failed}");
    assert_eq!(read(&mut connection).await.unwrap(), ["one"]);
    // In a transaction the failure takes it along, and leaves nothing behind.
    connection.batch_execute("DEALLOCATE ALL").await.unwrap();
    let failed: QueryResult<()> = connection
        .transaction(async |connection| {
            read(connection).await?;
            Ok(())
        })
        .await;
    failed.unwrap_err();
    assert_eq!(read(&mut connection).await.unwrap(), ["one"]);
    // What was forgotten is not left with the server.
    let left = lines(&mut connection, "SELECT count(*)::text AS line FROM pg_prepared_statements").await;
    assert!(left[0].parse::<i32>().unwrap() <= 2, "{left:?}");
}

/// One text is one statement, whatever its type; another text of the same type, where that says so, is another.
#[tokio::test]
async fn statements_are_kept_by_their_type_or_by_their_text() {
    let (mut connection, _) = open().await;
    let kept = async |connection: &mut OneSyncConnection| {
        let query = "SELECT count(*)::text AS line FROM pg_prepared_statements WHERE name ~ '^tenancy_[0-9]'";
        // Raw, hence not kept itself.
        lines(connection, query).await[0].parse::<i32>().unwrap()
    };
    let before = kept(&mut connection).await;
    for id in 0..5 {
        let _: Option<String> =
            notes::table.find(id).select(notes::body).first(&mut connection).await.optional().unwrap();
    }
    assert_eq!(kept(&mut connection).await - before, 1, "one type");
    for id in 0..5 {
        let mut boxed = notes::table.select(notes::body).into_boxed();
        if id % 2 == 0 {
            boxed = boxed.filter(notes::id.eq(id));
        }
        let _: Vec<String> = boxed.load(&mut connection).await.unwrap();
    }
    assert_eq!(kept(&mut connection).await - before, 3, "and two texts");
    connection.set_prepared_statement_cache_size(diesel::connection::CacheSize::Disabled);
    let _: Vec<i32> = ids(&mut connection).await;
    assert_eq!(kept(&mut connection).await, 0, "none from now on");
}

#[tokio::test]
async fn a_connection_that_the_server_closes_is_known_to_be_closed() {
    let (mut connection, url) = open().await;
    let mut other = AsyncPgConnection::establish(&url).await.unwrap();
    let pid = lines(&mut connection, "SELECT pg_backend_pid()::text AS line").await.remove(0);
    assert!(!connection.is_broken());
    let ended = format!("SELECT pg_terminate_backend({pid})");
    other.batch_execute(&ended).await.unwrap();
    let seen = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while !connection.is_broken() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
    seen.await.expect("it is seen without a question");
    let failed = add(&mut connection, 1, "one").await;
    let Err(Error::DatabaseError(DatabaseErrorKind::ClosedConnection, fields)) = failed else {
        panic!("{failed:?}")
    };
    assert!(fields.message().contains("terminating connection"), "{}", fields.message());
}

/// Neither a COPY nor anything else that wants an answer of ours has the connection wait for ever.
#[tokio::test]
async fn a_copy_ends_the_connection_and_is_an_error() {
    for copy in ["COPY notes FROM STDIN", "COPY notes TO STDOUT"] {
        let (mut connection, _) = open().await;
        let failed = tokio::time::timeout(std::time::Duration::from_secs(20), connection.batch_execute(copy));
        failed.await.expect("in time").unwrap_err();
        assert!(connection.is_broken(), "{copy}");
    }
}

/// An INSERT is done when the server is ready again, not when it says how many rows it has inserted.
#[tokio::test]
async fn a_deferred_check_fails_the_statement() {
    let (mut connection, _) = open().await;
    let twice = diesel::sql_query("INSERT INTO later VALUES (1), (1)").execute(&mut connection).await;
    assert!(matches!(twice, Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))), "{twice:?}");
    assert_eq!(lines(&mut connection, "SELECT count(*)::text AS line FROM later").await, ["0"]);
}

/// L88, of the connection by itself, on a real server whose answers come a few bytes at a time.
#[tokio::test]
async fn l88_dropped_at_each_poll_it_answers_the_next_one() {
    let (mut direct, url) = open().await;
    let mut connection = OneSyncConnection::establish(&slowly(&url).await).await.unwrap();
    let (mut dropped, mut uncertain) = (0, Vec::new());
    for polls in 0.. {
        let id = i32::try_from(polls).unwrap();
        let added = polled(polls, add(&mut connection, id, "dropped")).await;
        let line: Line = diesel::sql_query(format!("SELECT 'after {polls}' AS line"))
            .get_result(&mut connection)
            .await
            .unwrap();
        assert_eq!(line.line, format!("after {polls}"));
        let twice = polled(polls, add(&mut connection, id, "dropped")).await;
        let read =
            polled(polls, notes::table.find(id).select(notes::body).load::<String>(&mut connection)).await;
        assert!(read.is_none_or(|read| read.is_ok_and(|read| read.len() <= 1)));
        if twice.is_some() {
            assert!(added.is_none_or(|added| added == Ok(1)));
            break;
        }
        dropped += 1;
        uncertain.push(id);
        assert!(polls < 500, "it does not end");
    }
    assert!(dropped > 3, "{dropped}");
    assert!(ids(&mut direct).await.iter().all(|id| uncertain.contains(id) || *id == dropped));
    // A transaction that is left in the middle is found out by whoever looks.
    let _dropped = polled(1, connection.batch_execute("BEGIN; SELECT pg_sleep(0.05)")).await;
    let line = lines(&mut connection, "SELECT 'still here' AS line").await;
    assert_eq!(line, ["still here"]);
}

/// Types that are known by their names only, as values, in arrays, and where there is none.
#[tokio::test]
async fn a_type_that_does_not_exist_is_named() {
    #[derive(diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
    #[diesel(postgres_type(name = "nonesuch"))]
    struct Nonesuch;
    #[derive(Debug, diesel::expression::AsExpression)]
    #[diesel(sql_type = Nonesuch)]
    struct Value;
    impl diesel::serialize::ToSql<Nonesuch, diesel::pg::Pg> for Value {
        fn to_sql<'b>(
            &'b self,
            _: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
        ) -> diesel::serialize::Result {
            Ok(diesel::serialize::IsNull::No)
        }
    }
    let (mut connection, _) = open().await;
    let query = diesel::sql_query("SELECT $1::text AS line").bind::<Nonesuch, _>(Value);
    let failed = query.load::<Line>(&mut connection).await.unwrap_err().to_string();
    assert!(failed.contains("there is no type `nonesuch`"), "{failed}");
    let answer: i32 = diesel::select(1.into_sql::<Integer>()).get_result(&mut connection).await.unwrap();
    assert_eq!(answer, 1);
}

/// A statement whose value decides what is printed, and says so, is not taken for the one of its type that is kept.
#[tokio::test]
async fn what_may_not_be_kept_is_not_found_either() {
    #[derive(diesel::query_builder::QueryId)]
    struct Picks {
        second: bool,
    }
    impl diesel::query_builder::Query for Picks {
        type SqlType = Integer;
    }
    impl diesel::query_builder::QueryFragment<diesel::pg::Pg> for Picks {
        fn walk_ast<'b>(
            &'b self,
            mut out: diesel::query_builder::AstPass<'_, 'b, diesel::pg::Pg>,
        ) -> QueryResult<()> {
            if self.second {
                out.unsafe_to_cache_prepared();
            }
            out.push_sql(if self.second { "SELECT 2" } else { "SELECT 1" });
            Ok(())
        }
    }
    let (mut connection, _) = open().await;
    for second in [false, true, true, false] {
        let picked: i32 = Picks { second }.get_result(&mut connection).await.unwrap();
        assert_eq!(picked, if second { 2 } else { 1 });
    }
}
