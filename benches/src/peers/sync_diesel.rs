//! Diesel itself, on libpq: the statements are those that are written by hand for diesel-async.
//!
//! It blocks the thread, on which nothing else has to run meanwhile. What libpq allocates is not counted.

use diesel::prelude::*;
use diesel::upsert::excluded;
use uuid::Uuid;

use super::{Peer, Walled};
use crate::Failure;
use crate::groups::answers;
use crate::groups::walled::{pg_backend_pid, set};
use crate::measure::Key;
use crate::schema::plain::{agents, canvases, readings};
use crate::schema::{Agent, agent, tenant};
use crate::work::{self, LIST, PAGE, Statement, asked, new_agent, reading};

/// A connection.
pub(crate) struct SyncDiesel(PgConnection);

impl Peer for SyncDiesel {
    const NAME: &'static str = "sync Diesel (libpq)";

    async fn connect(address: &str, _: usize) -> Result<Self, Failure> {
        Ok(Self(PgConnection::establish(address)?))
    }

    fn round_trips(_: Statement) -> usize {
        // What Diesel does not keep prepared goes to the server in one message with its values.
        1
    }

    async fn run(&mut self, statement: Statement, key: Key) -> Result<(), Failure> {
        run(&mut self.0, statement, key)
    }
}

impl Walled for SyncDiesel {
    async fn backend(&mut self) -> Result<Option<i32>, Failure> {
        Ok(Some(diesel::select(pg_backend_pid()).get_result(&mut self.0)?))
    }

    async fn run_walled(&mut self, setting: String, statement: Statement, key: Key) -> Result<(), Failure> {
        self.0.transaction(|connection| {
            set(setting).execute(connection)?;
            run(connection, statement, key)
        })
    }
}

fn run(connection: &mut PgConnection, statement: Statement, key: Key) -> Result<(), Failure> {
    match statement {
        Statement::Point => point(connection, key),
        Statement::List => list(connection, key),
        Statement::Join => join(connection, key),
        Statement::LeftJoin => left_join(connection, key),
        Statement::Exists => exists(connection, key),
        Statement::Update => update(connection, key),
        Statement::Insert => insert(connection, key),
        Statement::Upsert => upsert(connection, key),
        Statement::Bulk => bulk(connection, key),
    }
}

fn point(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = agents::table.filter(agents::tenant_id.eq(own(key))).filter(agents::id.eq(agent(key.agent)));
    let row: Agent = query.get_result(connection)?;
    answers::point(row.tenant_id, row.id, key)
}

fn list(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = agents::table.filter(agents::tenant_id.eq(own(key))).order(agents::id).limit(LIST);
    let rows: Vec<Agent> = query.load(connection)?;
    answers::list(rows.iter().map(|row| (row.tenant_id, row.id)), key)
}

fn join(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let on = agents::tenant_id.eq(canvases::tenant_id).and(agents::id.eq(canvases::agent_id));
    let rows: Vec<(Uuid, Uuid, String, String)> = canvases::table
        .inner_join(agents::table.on(on))
        .filter(canvases::tenant_id.eq(own(key)))
        .select((agents::tenant_id, canvases::id, canvases::title, agents::name))
        .order(canvases::id)
        .limit(PAGE)
        .load(connection)?;
    answers::join(rows.iter().map(|row| (row.0, row.1)), key)
}

fn left_join(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let on = canvases::tenant_id.eq(agents::tenant_id).and(canvases::agent_id.eq(agents::id));
    let rows: Vec<(Uuid, Uuid, String, Option<String>)> = agents::table
        .left_join(canvases::table.on(on))
        .filter(agents::tenant_id.eq(own(key)))
        .select((agents::tenant_id, agents::id, agents::name, canvases::title.nullable()))
        .order((agents::id, canvases::id))
        .limit(PAGE)
        .load(connection)?;
    answers::left_join(rows.iter().map(|row| (row.0, row.1, row.3.is_some())), key)
}

fn exists(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let query = agents::table.filter(agents::tenant_id.eq(own(key))).filter(agents::id.eq(asked(key)));
    answers::exists(diesel::select(diesel::dsl::exists(query)).get_result(connection)?, key)
}

fn update(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let row = agents::table.filter(agents::tenant_id.eq(own(key))).filter(agents::id.eq(agent(key.agent)));
    let changed = diesel::update(row).set(agents::budget.eq(key.turn)).execute(connection)?;
    answers::one(changed as u64)
}

fn insert(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let statement = diesel::insert_into(readings::table).values(reading(key).of(key));
    answers::one(statement.execute(connection)? as u64)
}

fn upsert(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let statement = diesel::insert_into(agents::table)
        .values(new_agent(key).of(key))
        .on_conflict((agents::tenant_id, agents::id))
        .do_update()
        .set(agents::budget.eq(excluded(agents::budget)));
    answers::one(statement.execute(connection)? as u64)
}

fn bulk(connection: &mut PgConnection, key: Key) -> Result<(), Failure> {
    let rows: Vec<_> = work::readings(key).map(|row| row.of(key)).collect();
    let statement = diesel::insert_into(readings::table).values(rows);
    answers::thousand(statement.execute(connection)? as u64)
}

fn own(key: Key) -> Uuid {
    tenant(key.tenant as u64)
}
