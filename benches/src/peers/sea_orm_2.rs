//! SeaORM: entities, filtered by the tenant's id.
//!
//! It has no connection without a pool, and sqlx's pool pings a connection that is given back, in the background. With a single
//! one in the pool the next statement would wait for that: a round trip more. So there are two, which take turns: one is pinged while the
//! other works, as in any pool that is not exhausted. What the ping costs the processor is measured with it. The ping at checkout is off.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ConnectOptions, Database, DbBackend, JoinType, QueryOrder, QuerySelect, SelectExt, Set, Statement as Raw,
    TransactionTrait,
};

use super::{Peer, SET_TENANT, Walled};
use crate::Failure;
use crate::groups::answers;
use crate::measure::Key;
use crate::schema;
use crate::work::{LIST, PAGE, Statement, asked, new_agent, reading, readings};

/// How many connections are in the pool.
pub(super) const CONNECTIONS: u32 = 2;

/// A pool.
pub(crate) struct SeaOrm(DatabaseConnection);

/// The agents. `Scopable` and `secure` are for gears.
pub(super) mod agents {
    use sea_orm::entity::prelude::*;
    use toolkit_db::secure::Scopable;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Scopable)]
    #[sea_orm(table_name = "agents")]
    #[secure(tenant_col = "tenant_id", resource_col = "id", no_owner, no_type)]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub name: String,
        pub email: String,
        pub score: i32,
        pub budget: i64,
        pub active: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(has_many = "super::canvases::Entity")]
        Canvases,
    }

    impl Related<super::canvases::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Canvases.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The canvases.
pub(super) mod canvases {
    use sea_orm::entity::prelude::*;
    use toolkit_db::secure::Scopable;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Scopable)]
    #[sea_orm(table_name = "canvases")]
    #[secure(tenant_col = "tenant_id", resource_col = "id", no_owner, no_type)]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: Uuid,
        pub agent_id: Uuid,
        pub title: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {
        #[sea_orm(
            belongs_to = "super::agents::Entity",
            from = "(Column::TenantId, Column::AgentId)",
            to = "(super::agents::Column::TenantId, super::agents::Column::Id)"
        )]
        Agents,
    }

    impl Related<super::agents::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::Agents.def()
        }
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The readings.
pub(super) mod readings_table {
    use sea_orm::entity::prelude::*;
    use toolkit_db::secure::Scopable;

    #[derive(Clone, Debug, PartialEq, DeriveEntityModel, Scopable)]
    #[sea_orm(table_name = "readings")]
    #[secure(tenant_col = "tenant_id", no_resource, no_owner, no_type)]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i64,
        pub label: String,
        pub score: i32,
        pub note: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

impl SeaOrm {
    /// Connects with so many connections in the pool.
    pub(super) async fn connect_pool(address: &str, connections: u32) -> Result<Self, Failure> {
        let mut options = ConnectOptions::new(address);
        options
            .max_connections(connections)
            .min_connections(connections)
            .test_before_acquire(false)
            .sqlx_logging(false);
        Ok(Self(Database::connect(options).await?))
    }
}

impl Peer for SeaOrm {
    const NAME: &'static str = super::SEA_ORM;

    async fn connect(address: &str, _: usize) -> Result<Self, Failure> {
        Self::connect_pool(address, CONNECTIONS).await
    }

    fn round_trips(_: Statement) -> usize {
        1
    }

    async fn run(&mut self, statement: Statement, key: Key) -> Result<(), Failure> {
        run(&self.0, statement, key).await
    }
}

impl Walled for SeaOrm {
    async fn backend(&mut self) -> Result<Option<i32>, Failure> {
        Ok(None)
    }

    async fn run_walled(&mut self, setting: String, statement: Statement, key: Key) -> Result<(), Failure> {
        let transaction = self.0.begin().await?;
        let set = Raw::from_sql_and_values(DbBackend::Postgres, SET_TENANT, [setting.into()]);
        transaction.execute_raw(set).await?;
        run(&transaction, statement, key).await?;
        Ok(transaction.commit().await?)
    }
}

async fn run(connection: &impl ConnectionTrait, statement: Statement, key: Key) -> Result<(), Failure> {
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

async fn point(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let query = agents::Entity::find_by_id((own(key), schema::agent(key.agent)));
    let row = query.one(connection).await?.ok_or("there is no such agent")?;
    answers::point(row.tenant_id, row.id, key)
}

async fn list(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let query = agents::Entity::find()
        .filter(agents::Column::TenantId.eq(own(key)))
        .order_by_asc(agents::Column::Id)
        .limit(LIST as u64);
    let rows = query.all(connection).await?;
    answers::list(rows.iter().map(|row| (row.tenant_id, row.id)), key)
}

async fn join(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let query = canvases::Entity::find()
        .select_only()
        .column(agents::Column::TenantId)
        .columns([canvases::Column::Id, canvases::Column::Title])
        .column(agents::Column::Name)
        .join(JoinType::InnerJoin, canvases::Relation::Agents.def())
        .filter(canvases::Column::TenantId.eq(own(key)))
        .order_by_asc(canvases::Column::Id)
        .limit(PAGE as u64);
    let rows: Vec<(Uuid, Uuid, String, String)> = query.into_tuple().all(connection).await?;
    answers::join(rows.iter().map(|row| (row.0, row.1)), key)
}

async fn left_join(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let query = agents::Entity::find()
        .select_only()
        .columns([agents::Column::TenantId, agents::Column::Id, agents::Column::Name])
        .column(canvases::Column::Title)
        .join(JoinType::LeftJoin, agents::Relation::Canvases.def())
        .filter(agents::Column::TenantId.eq(own(key)))
        .order_by_asc(agents::Column::Id)
        .order_by_asc(canvases::Column::Id)
        .limit(PAGE as u64);
    let rows: Vec<(Uuid, Uuid, String, Option<String>)> = query.into_tuple().all(connection).await?;
    answers::left_join(rows.iter().map(|row| (row.0, row.1, row.3.is_some())), key)
}

async fn exists(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let query = agents::Entity::find_by_id((own(key), asked(key)));
    answers::exists(query.exists(connection).await?, key)
}

async fn update(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let statement = agents::Entity::update_many()
        .col_expr(agents::Column::Budget, Expr::value(key.turn))
        .filter(agents::Column::TenantId.eq(own(key)))
        .filter(agents::Column::Id.eq(schema::agent(key.agent)));
    answers::one(statement.exec(connection).await?.rows_affected)
}

async fn insert(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let statement = readings_table::Entity::insert(new_reading(reading(key), key));
    answers::one(statement.exec_without_returning(connection).await?)
}

async fn upsert(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let conflict = OnConflict::columns([agents::Column::TenantId, agents::Column::Id])
        .update_column(agents::Column::Budget)
        .to_owned();
    let statement = agents::Entity::insert(upserted(key)).on_conflict(conflict);
    answers::one(statement.exec_without_returning(connection).await?)
}

async fn bulk(connection: &impl ConnectionTrait, key: Key) -> Result<(), Failure> {
    let rows = readings(key).map(|row| new_reading(row, key));
    let statement = readings_table::Entity::insert_many(rows);
    answers::thousand(statement.exec_without_returning(connection).await?)
}

/// A reading as it is inserted.
pub(super) fn new_reading(row: crate::work::Reading, key: Key) -> readings_table::ActiveModel {
    readings_table::ActiveModel {
        tenant_id: Set(own(key)),
        id: Set(row.id),
        label: Set(row.label),
        score: Set(row.score),
        note: Set(row.note.to_owned()),
    }
}

/// The agent as it is inserted where it is already.
pub(super) fn upserted(key: Key) -> agents::ActiveModel {
    let row = new_agent(key);
    agents::ActiveModel {
        tenant_id: Set(own(key)),
        id: Set(row.id),
        name: Set(row.name),
        email: Set(row.email),
        score: Set(row.score),
        budget: Set(row.budget),
        active: Set(row.active),
    }
}

fn own(key: Key) -> Uuid {
    schema::tenant(key.tenant as u64)
}
