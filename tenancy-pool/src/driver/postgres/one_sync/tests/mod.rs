//! The connection against a server of our own making: one that takes little at a time, one that lies, one that breaks off.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod server;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use bytes::{BufMut as _, BytesMut};
use diesel::IntoSql as _;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::Text;
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;

use self::server::{LITTLE, Shared, column, message, open, row, serve};
use super::super::opening::Reset;
use super::OneSyncConnection;
use super::ahead::{Ahead, Setting, Telling};
use super::link::{Link, Status};

#[derive(diesel::QueryableByName, Debug, PartialEq, Eq)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What tells the session its tenant ahead of a statement.
fn tells(tenant: &str) -> Ahead {
    let setting = Setting { name: "tenancy.tenant", value: tenant.to_owned(), local: false };
    let telling = Telling { writes: true, resets: Some(Reset::All), settings: vec![setting] };
    Ahead { telling, ..Ahead::default() }
}

/// Polls `work` so many times at most, and drops it then.
async fn polled<T>(polls: usize, work: impl Future<Output = T>) -> Option<T> {
    let (mut work, mut left) = (pin!(work), polls);
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match work.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// L88, of the connection by itself: whatever is dropped at whichever poll, the next statement is told its own tenant, and gets its
/// own answer.
#[tokio::test]
async fn l88_dropped_at_each_poll_it_serves_the_next_tenant() {
    for sql in ["SELECT one", "INSERT one", "INSERT that fails"] {
        let mut dropped = 0;
        for polls in 0.. {
            let server = Shared::default();
            let mut connection = open(&server, LITTLE);
            connection.ahead = Some(tells("7"));
            let done = polled(polls, diesel::sql_query(sql).execute(&mut connection)).await;
            connection.roll_back_all().await.unwrap();
            assert_eq!(
                (connection.link.status(), connection.link.owed()),
                (Status::Idle, 0),
                "{sql}, {polls}"
            );
            connection.ahead = Some(tells("8"));
            let read: Vec<Line> = diesel::sql_query("SELECT next").load(&mut connection).await.unwrap();
            assert_eq!(read, [Line { line: "8".to_owned() }], "{sql}, {polls}");
            // Once, for its own tenant, or not at all.
            let server = server.lock().unwrap();
            let of_it = server.committed.iter().filter(|done| done.starts_with(sql)).collect::<Vec<_>>();
            let whole = if sql.contains("fails") { 0 } else { usize::from(polls > 0) };
            assert!(of_it.len() <= whole && of_it.iter().all(|done| done.ends_with("for 7")), "{of_it:?}");
            if let Some(done) = done {
                assert_eq!(done.is_err(), sql.contains("fails"));
                assert_eq!(of_it.len(), whole);
                break;
            }
            dropped += 1;
        }
        assert!(dropped > 25, "dropped {dropped} times only: {sql}");
    }
}

/// The end of a transaction is not waited for, and neither does it get lost.
#[tokio::test]
async fn what_is_sent_behind_an_end_is_answered_behind_it() {
    for polls in 0..60 {
        let server = Shared::default();
        let mut connection = open(&server, LITTLE);
        connection.batch_execute("BEGIN READ ONLY").await.unwrap();
        connection.end_now().unwrap();
        connection.ahead = Some(tells("7"));
        let done = polled(polls, diesel::sql_query("SELECT one").load::<Line>(&mut connection)).await;
        if let Some(done) = done {
            assert_eq!(done.unwrap(), [Line { line: "7".to_owned() }]);
        }
        connection.roll_back_all().await.unwrap();
        assert!(server.lock().unwrap().committed.contains(&"COMMIT".to_owned()), "after {polls} polls");
        connection.batch_execute("BEGIN READ ONLY").await.unwrap();
        connection.end_now().unwrap();
        // Also where nothing is run behind it.
        let closed = timeout(Duration::from_secs(5), async {
            while connection.link.owed() > 0 {
                assert!(!connection.has_hung_up());
                tokio::task::yield_now().await;
            }
        });
        closed.await.expect("in time");
    }
}

#[tokio::test]
async fn what_fails_keeps_its_fields_and_what_is_behind_it_from_running() {
    let server = Shared::default();
    let mut connection = open(&server, 1 << 16);
    connection.ahead = Some(tells("7"));
    let failed = diesel::sql_query("INSERT that fails").execute(&mut connection).await;
    let Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, fields)) = failed else {
        panic!("{failed:?}")
    };
    assert_eq!(fields.message(), "it fails");
    assert_eq!((fields.details(), fields.hint()), (Some("in detail"), Some("a hint")));
    assert_eq!((fields.table_name(), fields.column_name()), (Some("agents"), Some("name")));
    assert_eq!((fields.constraint_name(), fields.statement_position()), (Some("agents_key"), Some(7)));
    assert_eq!(server.lock().unwrap().tenant, "", "nothing is told by what failed");
    connection.batch_execute("BEGIN;fail").await.unwrap_err();
    let read: Vec<Line> = diesel::sql_query("SELECT next").load(&mut connection).await.unwrap();
    assert_eq!(read.len(), 1);
}

/// The database has to say that it has set what it was told; nothing is believed otherwise, and the connection is not used again.
#[tokio::test]
async fn an_answer_is_not_believed_that_is_of_another_tenant() {
    let server = Shared::default();
    server.lock().unwrap().lies = Some("8".to_owned());
    let mut connection = open(&server, 1 << 16);
    connection.ahead = Some(tells("7"));
    let read = diesel::sql_query("SELECT one").load::<Line>(&mut connection).await;
    assert!(read.as_ref().unwrap_err().to_string().contains("does not say that it has set"), "{read:?}");
    assert!(connection.has_hung_up());
    diesel::sql_query("SELECT one").load::<Line>(&mut connection).await.unwrap_err();
}

#[tokio::test]
async fn a_server_that_hangs_up_says_why() {
    let server = Shared::default();
    let mut connection = open(&server, LITTLE);
    let closed = diesel::sql_query("SELECT hang up").load::<Line>(&mut connection).await;
    let Err(Error::DatabaseError(DatabaseErrorKind::ClosedConnection, fields)) = closed else {
        panic!("{closed:?}")
    };
    assert_eq!(fields.message(), "terminating connection");
    assert!(connection.has_hung_up());
    connection.roll_back_all().await.unwrap_err();
}

/// A statement whose future was dropped while it was being prepared is not found under its name again, and not left on the server.
#[tokio::test]
async fn what_was_prepared_for_nobody_is_closed() {
    for polls in 0..60 {
        let server = Shared::default();
        let mut connection = open(&server, LITTLE);
        connection.ahead = Some(tells("7"));
        let query = diesel::select("one".into_sql::<Text>());
        let _dropped = polled(polls, query.load::<String>(&mut connection)).await;
        connection.roll_back_all().await.unwrap();
        // The same once more: what has been prepared is closed first, unless it is known to be there.
        let again = diesel::select("one".into_sql::<Text>());
        assert_eq!(
            again.load::<String>(&mut connection).await.unwrap(),
            [server.lock().unwrap().tenant.clone()]
        );
        let server = server.lock().unwrap();
        let names: Vec<_> = server
            .prepared
            .iter()
            .map(|(name, _)| name)
            .filter(|name| name.starts_with("tenancy_") && !name.contains("RESET"))
            .collect();
        // The one that tells, and this one.
        assert!(names.len() <= 2, "after {polls} polls: {names:?}");
    }
}

/// What the stream has not begun to take is taken back when its future is dropped, and never runs.
#[tokio::test]
async fn what_was_not_begun_to_be_sent_is_taken_back() {
    // As much as the COMMIT, which fills it.
    let (ours, theirs) = tokio::io::duplex(12);
    let server = Shared::default();
    let mut connection = OneSyncConnection::new(Link::new(ours, None), true);
    connection.end_now().unwrap();
    let dropped = polled(1, diesel::sql_query("INSERT one").execute(&mut connection)).await;
    assert!(dropped.is_none());
    tokio::spawn(serve(theirs, server.clone()));
    connection.roll_back_all().await.unwrap();
    connection.batch_execute("next").await.unwrap();
    assert_eq!(server.lock().unwrap().committed, ["COMMIT", "next"]);
}

/// A server that has lost what was prepared is asked anew the next time.
#[tokio::test]
async fn what_the_server_has_lost_is_prepared_anew() {
    let server = Shared::default();
    let mut connection = open(&server, 1 << 16);
    connection.ahead = Some(tells("7"));
    diesel::sql_query("SELECT one").load::<Line>(&mut connection).await.unwrap();
    server.lock().unwrap().prepared.clear();
    connection.ahead = Some(tells("7"));
    diesel::sql_query("SELECT one").load::<Line>(&mut connection).await.unwrap_err();
    connection.ahead = Some(tells("7"));
    diesel::sql_query("SELECT one").load::<Line>(&mut connection).await.unwrap();
}

/// A length that no message has; one that a message may have, and that does not come; and nothing is set aside for either.
#[tokio::test]
async fn a_length_is_not_taken_at_its_word() {
    for length in [0_u32, 3, 0x4000_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX, 0x3fff_ffff, 0x00ff_ffff] {
        for tag in [b'D', b'T', b'Z', b'E', b'S', b'?', 0] {
            let (ours, mut theirs) = tokio::io::duplex(1 << 16);
            let mut connection = OneSyncConnection::new(Link::new(ours, None), true);
            let mut garbage = BytesMut::new();
            garbage.put_u8(tag);
            garbage.put_u32(length);
            garbage.put_slice(&[0; 100]);
            theirs.write_all(&garbage).await.unwrap();
            theirs.shutdown().await.unwrap();
            let read = diesel::sql_query("SELECT one").load::<Line>(&mut connection).await;
            assert!(
                matches!(read, Err(Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _))),
                "{tag} {length}: {read:?}"
            );
            assert!(connection.link.room() < 1 << 16, "{tag} {length}: {} bytes", connection.link.room());
        }
    }
}

/// The next number of a simple generator (Marsaglia's xorshift), so that a failure can be seen again.
fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

/// What a server that answers well sends, with some of it changed, left out or said twice, and then nothing more. Whatever comes of
/// it, it is an answer or an error, in time, and rows are of the columns that were said.
#[tokio::test]
async fn nonsense_is_an_error_and_no_panic() {
    let mut answer = BytesMut::new();
    message(&mut answer, b'1', b"");
    message(&mut answer, b't', &[0, 0]);
    column(&mut answer);
    message(&mut answer, b'2', b"");
    row(&mut answer, &["one"]);
    row(&mut answer, &["another"]);
    message(&mut answer, b'N', b"SNOTICE\0\0");
    message(&mut answer, b'S', b"TimeZone\0UTC\0");
    message(&mut answer, b'C', b"SELECT 2\0");
    message(&mut answer, b'Z', b"I");
    let (mut seed, mut errors) = (0x9e37_79b9_7f4a_7c15, 0);
    for round in 0..4000 {
        let mut said = answer.to_vec();
        for _ in 0..next(&mut seed) % 4 {
            let at = usize::try_from(next(&mut seed) % said.len() as u64).unwrap();
            match next(&mut seed) % 4 {
                0 => said[at] = next(&mut seed).to_be_bytes()[0],
                1 => said[at] ^= 1 << (next(&mut seed) % 8),
                2 => drop(said.drain(at..said.len().min(at + 5))),
                _ => {
                    let again = said[at..].to_vec();
                    said.extend(again);
                }
            }
            if said.is_empty() {
                break;
            }
        }
        let (ours, mut theirs) = tokio::io::duplex(1 << 16);
        let mut connection = OneSyncConnection::new(Link::new(ours, None), true);
        theirs.write_all(&said).await.unwrap();
        theirs.shutdown().await.unwrap();
        let query = diesel::sql_query("SELECT one");
        let read =
            timeout(Duration::from_secs(5), query.load::<Line>(&mut connection)).await.expect("in time");
        errors += usize::from(read.is_err());
        assert!(connection.link.room() < 1 << 16, "round {round}");
    }
    assert!((1000..4000).contains(&errors), "{errors} errors");
}
