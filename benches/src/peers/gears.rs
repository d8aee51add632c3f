//! The secure ORM of gears: SeaORM's entities, and queries that do not run before an `AccessScope` was applied to them.
//!
//! Its scopes are made before, as ours are. The pool is as SeaORM's is, for the same reason. It has no way to set a tenant for
//! row-level security: its connections and transactions take no SQL.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, FromQueryResult, JoinType, Order, QueryOrder, QuerySelect};
use sqlx::postgres::PgConnectOptions;
use toolkit_db::config::DbEngineCfg;
use toolkit_db::secure::{
    AccessScope, DbConn, Scoped, SecureEntityExt, SecureInsertExt, SecureOnConflict, SecureSelect,
    SecureUpdateExt, secure_insert_many,
};
use toolkit_db::{Db, DbConnConfig, PoolCfg, build_db};

use super::Peer;
use super::sea_orm_2::{CONNECTIONS, agents, canvases, new_reading, readings_table, upserted};
use crate::Failure;
use crate::groups::answers;
use crate::measure::Key;
use crate::schema::{agent, tenant};
use crate::work::{LIST, PAGE, Statement, asked, reading, readings};

/// A pool, and a scope of each tenant.
pub(crate) struct Gears {
    db: Db,
    scopes: Vec<Arc<AccessScope>>,
}

impl Peer for Gears {
    const NAME: &'static str = super::GEARS;

    async fn connect(address: &str, tenants: usize) -> Result<Self, Failure> {
        let address: PgConnectOptions = address.parse()?;
        let host = match address.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => address.get_host().to_owned(),
        };
        let config = DbConnConfig {
            engine: Some(DbEngineCfg::Postgres),
            host: Some(host),
            port: Some(address.get_port()),
            user: Some(address.get_username().to_owned()),
            dbname: address.get_database().map(str::to_owned),
            params: Some(HashMap::from([("sslmode".to_owned(), "disable".to_owned())])),
            pool: Some(PoolCfg {
                max_conns: Some(CONNECTIONS),
                min_conns: Some(CONNECTIONS),
                test_before_acquire: Some(false),
                ..PoolCfg::default()
            }),
            ..DbConnConfig::default()
        };
        let scopes = (0..tenants as u64).map(|number| Arc::new(AccessScope::for_tenant(tenant(number))));
        Ok(Self { db: build_db(config, None).await?, scopes: scopes.collect() })
    }

    fn round_trips(_: Statement) -> usize {
        1
    }

    async fn run(&mut self, statement: Statement, key: Key) -> Result<(), Failure> {
        let (connection, scope) = (&self.db.conn()?, &self.scopes[key.tenant]);
        match statement {
            Statement::Point => point(connection, scope, key).await,
            Statement::List => list(connection, scope, key).await,
            Statement::Join => join(connection, scope, key).await,
            Statement::LeftJoin => left_join(connection, scope, key).await,
            Statement::Exists => exists(connection, scope, key).await,
            Statement::Update => update(connection, scope, key).await,
            Statement::Insert => insert(connection, scope, key).await,
            Statement::Upsert => upsert(connection, scope, key).await,
            Statement::Bulk => bulk(connection, scope, key).await,
        }
    }
}

/// The tenant's agents.
fn scoped(scope: &Arc<AccessScope>) -> SecureSelect<agents::Entity, Scoped> {
    agents::Entity::find().secure().scope_with_arc(scope.clone())
}

async fn point(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let query = scoped(scope).and_id(agent(key.agent))?;
    let row = query.one(connection).await?.ok_or("there is no such agent")?;
    answers::point(row.tenant_id, row.id, key)
}

async fn list(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let query = scoped(scope).order_by(agents::Column::Id, Order::Asc).limit(LIST as u64);
    let rows = query.all(connection).await?;
    answers::list(rows.iter().map(|row| (row.tenant_id, row.id)), key)
}

/// A row of the join.
#[derive(FromQueryResult)]
#[allow(dead_code, reason = "read to pay for it")]
struct Joined {
    tenant_id: Uuid,
    id: Uuid,
    title: String,
    name: String,
}

async fn join(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let joined = canvases::Entity::find().join(JoinType::InnerJoin, canvases::Relation::Agents.def());
    let query = joined.secure().scope_with_arc(scope.clone()).and_scope_for::<agents::Entity>(scope);
    let rows: Vec<Joined> = query
        .order_by(canvases::Column::Id, Order::Asc)
        .limit(PAGE as u64)
        .project_all(connection, |query| {
            query
                .select_only()
                .column(agents::Column::TenantId)
                .columns([canvases::Column::Id, canvases::Column::Title])
                .column(agents::Column::Name)
                .into_model()
        })
        .await?;
    answers::join(rows.iter().map(|row| (row.tenant_id, row.id)), key)
}

/// A row of the outer join.
#[derive(FromQueryResult)]
#[allow(dead_code, reason = "read to pay for it")]
struct OuterJoined {
    tenant_id: Uuid,
    id: Uuid,
    name: String,
    title: Option<String>,
}

/// Its own outer joins, and `and_scope_for`, filter the joined table in WHERE, which drops the rows without a match. So the joined table is
/// kept to the tenant by the key of the relation, which its scopes know nothing of.
async fn left_join(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let rows: Vec<OuterJoined> = scoped(scope)
        .order_by(agents::Column::Id, Order::Asc)
        .limit(PAGE as u64)
        .project_all(connection, |query| {
            query
                .select_only()
                .columns([agents::Column::TenantId, agents::Column::Id, agents::Column::Name])
                .column(canvases::Column::Title)
                .join(JoinType::LeftJoin, agents::Relation::Canvases.def())
                .order_by_asc(canvases::Column::Id)
                .into_model()
        })
        .await?;
    answers::left_join(rows.iter().map(|row| (row.tenant_id, row.id, row.title.is_some())), key)
}

/// A row that says that there is one.
#[derive(FromQueryResult)]
#[allow(dead_code, reason = "read to pay for it")]
struct Found {
    found: i32,
}

/// It has no EXISTS; counting would read on.
async fn exists(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let query = scoped(scope).and_id(asked(key))?.limit(1);
    let found: Vec<Found> = query
        .project_all(connection, |query| query.select_only().expr_as(Expr::cust("1"), "found").into_model())
        .await?;
    answers::exists(!found.is_empty(), key)
}

async fn update(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let statement = agents::Entity::update_many()
        .secure()
        .col_expr(agents::Column::Budget, Expr::value(key.turn))
        .scope_with(scope)
        .filter(Condition::all().add(agents::Column::Id.eq(agent(key.agent))));
    answers::one(statement.exec(connection).await?.rows_affected)
}

async fn insert(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let row = new_reading(reading(key), key);
    let statement = readings_table::Entity::insert(row.clone()).secure().scope_with_model(scope, &row)?;
    // It says the key that was inserted, not how many rows.
    let (inserted, _) = statement.exec(connection).await?.last_insert_id;
    answers::one(u64::from(inserted == tenant(key.tenant as u64)))
}

async fn upsert(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let row = upserted(key);
    let conflict = SecureOnConflict::columns([agents::Column::TenantId, agents::Column::Id])
        .update_columns([agents::Column::Budget])?;
    let statement = agents::Entity::insert(row.clone()).secure().scope_with_model(scope, &row)?;
    let (changed, _) = statement.on_conflict(conflict).exec(connection).await?.last_insert_id;
    answers::one(u64::from(changed == tenant(key.tenant as u64)))
}

/// It does not say how many rows it inserted.
async fn bulk(connection: &DbConn<'_>, scope: &Arc<AccessScope>, key: Key) -> Result<(), Failure> {
    let rows = readings(key).map(|row| new_reading(row, key)).collect();
    Ok(secure_insert_many::<readings_table::Entity>(rows, scope, connection).await?)
}
