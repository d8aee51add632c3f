//! tokio-postgres, the client below diesel-async: SQL by hand, prepared once and kept by the application.

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, GenericClient, NoTls, Row, Statement as Prepared};
use uuid::Uuid;

use super::{BACKEND, Peer, SET_TENANT, Walled, sql};
use crate::Failure;
use crate::groups::answers;
use crate::measure::Key;
use crate::schema::{Agent, agent, tenant};
use crate::work::{LIST, PAGE, Statement, asked, new_agent, reading, readings};

/// A connection and its statements.
pub(crate) struct TokioPostgres {
    client: Client,
    prepared: AllPrepared,
}

/// What an application keeps beside its connection.
struct AllPrepared {
    point: Prepared,
    list: Prepared,
    join: Prepared,
    left_join: Prepared,
    exists: Prepared,
    update: Prepared,
    insert: Prepared,
    upsert: Prepared,
    bulk: Prepared,
    set_tenant: Prepared,
}

impl Peer for TokioPostgres {
    const NAME: &'static str = "tokio-postgres, prepared";

    async fn connect(address: &str, _: usize) -> Result<Self, Failure> {
        let (client, connection) = tokio_postgres::connect(address, NoTls).await?;
        // It ends with the client. What goes wrong reaches whoever waits for an answer.
        tokio::spawn(async move { drop(connection.await) });
        let prepared = AllPrepared {
            point: client.prepare(sql::POINT).await?,
            list: client.prepare(sql::LIST).await?,
            join: client.prepare(sql::JOIN).await?,
            left_join: client.prepare(sql::LEFT_JOIN).await?,
            exists: client.prepare(sql::EXISTS).await?,
            update: client.prepare(sql::UPDATE).await?,
            insert: client.prepare(sql::INSERT).await?,
            upsert: client.prepare(sql::UPSERT).await?,
            bulk: client.prepare(sql::BULK).await?,
            set_tenant: client.prepare(SET_TENANT).await?,
        };
        Ok(Self { client, prepared })
    }

    fn round_trips(_: Statement) -> usize {
        1
    }

    async fn run(&mut self, statement: Statement, key: Key) -> Result<(), Failure> {
        self.prepared.run(&self.client, statement, key).await
    }
}

impl Walled for TokioPostgres {
    async fn backend(&mut self) -> Result<Option<i32>, Failure> {
        Ok(Some(self.client.query_one(BACKEND, &[]).await?.try_get(0)?))
    }

    async fn run_walled(&mut self, setting: String, statement: Statement, key: Key) -> Result<(), Failure> {
        let transaction = self.client.transaction().await?;
        transaction.execute(&self.prepared.set_tenant, &[&setting]).await?;
        self.prepared.run(&transaction, statement, key).await?;
        Ok(transaction.commit().await?)
    }
}

impl TokioPostgres {
    /// BEGIN and SET LOCAL, the point select, and COMMIT, none of which waits for the one before it.
    pub(super) async fn point_at_once(&self, setting: &str, key: Key) -> Result<(), Failure> {
        let begin = format!("BEGIN; SET LOCAL tenancy.tenant = '{setting}'");
        let (begun, answer, committed) = tokio::join!(
            biased;
            async { Ok::<_, Failure>(self.client.batch_execute(&begin).await?) },
            self.prepared.point(&self.client, key),
            async { Ok::<_, Failure>(self.client.batch_execute("COMMIT").await?) },
        );
        begun?;
        answer?;
        committed
    }
}

impl AllPrepared {
    async fn run(&self, client: &impl GenericClient, statement: Statement, key: Key) -> Result<(), Failure> {
        match statement {
            Statement::Point => self.point(client, key).await,
            Statement::List => self.list(client, key).await,
            Statement::Join => self.join(client, key).await,
            Statement::LeftJoin => self.left_join(client, key).await,
            Statement::Exists => self.exists(client, key).await,
            Statement::Update => self.update(client, key).await,
            Statement::Insert => self.insert(client, key).await,
            Statement::Upsert => self.upsert(client, key).await,
            Statement::Bulk => self.bulk(client, key).await,
        }
    }

    async fn point(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let (own, id) = (own(key), agent(key.agent));
        let row = to_agent(&client.query_one(&self.point, &[&own, &id]).await?)?;
        answers::point(row.tenant_id, row.id, key)
    }

    async fn list(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let rows = client.query(&self.list, &[&own(key), &LIST]).await?;
        let rows = rows.iter().map(to_agent).collect::<Result<Vec<_>, _>>()?;
        answers::list(rows.iter().map(|row| (row.tenant_id, row.id)), key)
    }

    async fn join(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let rows = client.query(&self.join, &[&own(key), &PAGE]).await?;
        let mut joined: Vec<(Uuid, Uuid, String, String)> = Vec::with_capacity(rows.len());
        for row in rows {
            joined.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?));
        }
        answers::join(joined.iter().map(|row| (row.0, row.1)), key)
    }

    async fn left_join(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let rows = client.query(&self.left_join, &[&own(key), &PAGE]).await?;
        let mut joined: Vec<(Uuid, Uuid, String, Option<String>)> = Vec::with_capacity(rows.len());
        for row in rows {
            joined.push((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?));
        }
        answers::left_join(joined.iter().map(|row| (row.0, row.1, row.3.is_some())), key)
    }

    async fn exists(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let row = client.query_one(&self.exists, &[&own(key), &asked(key)]).await?;
        answers::exists(row.try_get(0)?, key)
    }

    async fn update(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let (own, id) = (own(key), agent(key.agent));
        answers::one(client.execute(&self.update, &[&own, &id, &key.turn]).await?)
    }

    async fn insert(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let row = reading(key);
        let values: [&(dyn ToSql + Sync); 5] = [&own(key), &row.id, &row.label, &row.score, &row.note];
        answers::one(client.execute(&self.insert, &values).await?)
    }

    async fn upsert(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let row = new_agent(key);
        let values: [&(dyn ToSql + Sync); 7] =
            [&own(key), &row.id, &row.name, &row.email, &row.score, &row.budget, &row.active];
        answers::one(client.execute(&self.upsert, &values).await?)
    }

    async fn bulk(&self, client: &impl GenericClient, key: Key) -> Result<(), Failure> {
        let (mut ids, mut labels, mut scores, mut notes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for row in readings(key) {
            ids.push(row.id);
            labels.push(row.label);
            scores.push(row.score);
            notes.push(row.note);
        }
        let values: [&(dyn ToSql + Sync); 5] = [&own(key), &ids, &labels, &scores, &notes];
        answers::thousand(client.execute(&self.bulk, &values).await?)
    }
}

fn to_agent(row: &Row) -> Result<Agent, tokio_postgres::Error> {
    Ok(Agent {
        tenant_id: row.try_get(0)?,
        id: row.try_get(1)?,
        name: row.try_get(2)?,
        email: row.try_get(3)?,
        score: row.try_get(4)?,
        budget: row.try_get(5)?,
        active: row.try_get(6)?,
    })
}

fn own(key: Key) -> Uuid {
    tenant(key.tenant as u64)
}
