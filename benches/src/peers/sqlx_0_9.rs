//! sqlx: SQL by hand on a connection without a pool, with the cache of prepared statements that it has by default.

use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::{BACKEND, Peer, SET_TENANT, Walled, sql};
use crate::Failure;
use crate::groups::answers;
use crate::measure::Key;
use crate::schema::{Agent, agent, tenant};
use crate::work::{LIST, PAGE, Statement, asked, new_agent, reading, readings};

/// A connection.
pub(crate) struct Sqlx(PgConnection);

impl Peer for Sqlx {
    const NAME: &'static str = super::SQLX;

    async fn connect(address: &str, _: usize) -> Result<Self, Failure> {
        Ok(Self(PgConnection::connect(address).await?))
    }

    fn round_trips(_: Statement) -> usize {
        1
    }

    async fn run(&mut self, statement: Statement, key: Key) -> Result<(), Failure> {
        run(&mut self.0, statement, key).await
    }
}

impl Walled for Sqlx {
    async fn backend(&mut self) -> Result<Option<i32>, Failure> {
        Ok(Some(sqlx::query_scalar(BACKEND).fetch_one(&mut self.0).await?))
    }

    async fn run_walled(&mut self, setting: String, statement: Statement, key: Key) -> Result<(), Failure> {
        let mut transaction = self.0.begin().await?;
        sqlx::query(SET_TENANT).bind(setting).execute(&mut *transaction).await?;
        run(&mut transaction, statement, key).await?;
        Ok(transaction.commit().await?)
    }
}

async fn run(connection: &mut PgConnection, statement: Statement, key: Key) -> Result<(), Failure> {
    match statement {
        Statement::Point => point(connection, key).await,
        Statement::List => list(connection, key).await,
        Statement::Join => join(connection, key).await,
        Statement::LeftJoin => left_join(connection, key).await,
        Statement::Exists => exists(connection, key).await,
        Statement::Update => update(connection, key).await,
        Statement::Insert => insert(connection, key).await,
        Statement::Upsert => upsert(connection, key).await,
        Statement::Bulk => bulk(connection, key).await,
    }
}

async fn point(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = sqlx::query_as(sql::POINT).bind(own(key)).bind(agent(key.agent));
    let row: Agent = query.fetch_one(connection).await?;
    answers::point(row.tenant_id, row.id, key)
}

async fn list(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = sqlx::query_as(sql::LIST).bind(own(key)).bind(LIST);
    let rows: Vec<Agent> = query.fetch_all(connection).await?;
    answers::list(rows.iter().map(|row| (row.tenant_id, row.id)), key)
}

async fn join(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = sqlx::query_as(sql::JOIN).bind(own(key)).bind(PAGE);
    let rows: Vec<(Uuid, Uuid, String, String)> = query.fetch_all(connection).await?;
    answers::join(rows.iter().map(|row| (row.0, row.1)), key)
}

async fn left_join(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = sqlx::query_as(sql::LEFT_JOIN).bind(own(key)).bind(PAGE);
    let rows: Vec<(Uuid, Uuid, String, Option<String>)> = query.fetch_all(connection).await?;
    answers::left_join(rows.iter().map(|row| (row.0, row.1, row.3.is_some())), key)
}

async fn exists(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = sqlx::query_scalar(sql::EXISTS).bind(own(key)).bind(asked(key));
    answers::exists(query.fetch_one(connection).await?, key)
}

async fn update(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = sqlx::query(sql::UPDATE).bind(own(key)).bind(agent(key.agent)).bind(key.turn);
    answers::one(query.execute(connection).await?.rows_affected())
}

async fn insert(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let row = reading(key);
    let query =
        sqlx::query(sql::INSERT).bind(own(key)).bind(row.id).bind(row.label).bind(row.score).bind(row.note);
    answers::one(query.execute(connection).await?.rows_affected())
}

async fn upsert(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let row = new_agent(key);
    let query = sqlx::query(sql::UPSERT)
        .bind(own(key))
        .bind(row.id)
        .bind(row.name)
        .bind(row.email)
        .bind(row.score)
        .bind(row.budget)
        .bind(row.active);
    answers::one(query.execute(connection).await?.rows_affected())
}

async fn bulk(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let (mut ids, mut labels, mut scores, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in readings(key) {
        ids.push(row.id);
        labels.push(row.label);
        scores.push(row.score);
        notes.push(row.note);
    }
    let query = sqlx::query(sql::BULK).bind(own(key)).bind(ids).bind(labels).bind(scores).bind(notes);
    answers::thousand(query.execute(connection).await?.rows_affected())
}

fn own(key: Key) -> Uuid {
    tenant(key.tenant as u64)
}
