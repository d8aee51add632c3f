//! The builders that `derive(TenantScoped)` gives a model.
#![allow(clippy::unwrap_used)] // a failed set-up is a failed test

use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::testing;
use tenancy_tests::schema::{agents, canvases};

#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, TenantScoped)]
#[diesel(table_name = agents)]
struct Agent {
    id: i32,
    tenant_id: i32,
    name: String,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = agents)]
struct AgentForm<'a> {
    id: i32,
    name: &'a str,
}

/// Leaves the tenant out, as what is shown to a tenant should.
#[derive(Debug, PartialEq, Queryable, Selectable, Identifiable, Associations, TenantScoped)]
#[diesel(table_name = canvases, belongs_to(Agent))]
#[tenant_scoped(id = i32)]
struct Canvas {
    id: i32,
    agent_id: i32,
    title: String,
}

fn connection() -> SqliteConnection {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    diesel::connection::SimpleConnection::batch_execute(
        &mut connection,
        "CREATE TABLE agents (
             id INTEGER NOT NULL, tenant_id INTEGER NOT NULL, manager_id INTEGER, plan_id INTEGER, name TEXT NOT NULL,
             PRIMARY KEY (tenant_id, id));
         CREATE TABLE canvases (
             id INTEGER NOT NULL, tenant_id INTEGER NOT NULL, agent_id INTEGER NOT NULL, title TEXT NOT NULL,
             score INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (tenant_id, id));
         INSERT INTO agents (tenant_id, id, name) VALUES (7, 1, 'Ada'), (7, 2, 'Grace'), (8, 1, 'Mallory'), (8, 3, 'Eve');
         INSERT INTO canvases (tenant_id, id, agent_id, title) VALUES
             (7, 1, 1, 'engine'), (7, 2, 2, 'compiler'), (7, 3, 1, 'notes'), (8, 4, 1, 'plot');",
    )
    .unwrap();
    connection
}

#[test]
fn select_and_find_stay_within_the_tenant() {
    let (connection, scope) = (&mut connection(), &testing::scope(7));
    let names: Vec<Agent> = Agent::scoped(scope).order(agents::id.desc()).load(connection).unwrap();
    assert_eq!(names.iter().map(|agent| agent.name.as_str()).collect::<Vec<_>>(), ["Grace", "Ada"]);
    assert_eq!(Agent::find(scope, 1).first(connection).unwrap().name, "Ada");
    // A foreign row and no row are the same.
    assert_eq!(Agent::find(scope, 3).first(connection).optional().unwrap(), None);
    assert_eq!(Agent::find(scope, 99).first(connection).optional().unwrap(), None);
}

#[test]
fn writes_stay_within_the_tenant() {
    let (connection, scope) = (&mut connection(), &testing::scope(7));
    assert_eq!(
        Agent::insert(scope, (agents::id.eq(5), agents::name.eq("Alan"))).execute(connection).unwrap(),
        1
    );
    let forms = [AgentForm { id: 6, name: "Kay" }, AgentForm { id: 7, name: "Barbara" }];
    assert_eq!(Agent::insert(scope, &forms[..]).execute(connection).unwrap(), 2);
    assert_eq!(Agent::update(scope, 1).set(agents::name.eq("Lady Ada")).execute(connection).unwrap(), 1);
    assert_eq!(Agent::update(scope, 3).set(agents::name.eq("gone")).execute(connection).unwrap(), 0);
    assert_eq!(Agent::delete(scope, 2).execute(connection).unwrap(), 1);
    assert_eq!(Agent::delete(scope, 3).execute(connection).unwrap(), 0);
    let names = agents::table
        .scoped(scope)
        .order(agents::id)
        .select(agents::name)
        .load::<String>(connection)
        .unwrap();
    assert_eq!(names, ["Lady Ada", "Alan", "Kay", "Barbara"]);
    let others =
        agents::table.scoped(&testing::scope(8)).select(agents::name).load::<String>(connection).unwrap();
    assert_eq!(others, ["Mallory", "Eve"]);
}

#[test]
fn upsert_changes_the_tenants_own_row() {
    let (connection, scope) = (&mut connection(), &testing::scope(7));
    Agent::upsert(scope, &AgentForm { id: 1, name: "Countess" }).execute(connection).unwrap();
    Agent::upsert(scope, &AgentForm { id: 3, name: "Radia" }).execute(connection).unwrap();
    let of = |tenant, connection: &mut SqliteConnection| {
        agents::table
            .scoped(&testing::scope(tenant))
            .order(agents::id)
            .select((agents::id, agents::name))
            .load::<(i32, String)>(connection)
            .unwrap()
    };
    assert_eq!(of(7, connection), [(1, "Countess".into()), (2, "Grace".into()), (3, "Radia".into())]);
    assert_eq!(of(8, connection), [(1, "Mallory".into()), (3, "Eve".into())]);
}

#[test]
fn children_of_one_parent_and_of_many() {
    let (connection, scope) = (&mut connection(), &testing::scope(7));
    let parents: Vec<Agent> = Agent::scoped(scope).order(agents::id).load(connection).unwrap();
    let titles = |canvases: Vec<Canvas>| canvases.into_iter().map(|canvas| canvas.title).collect::<Vec<_>>();
    // Agent 1 of tenant 8 has a canvas as well.
    let own: Vec<Canvas> =
        Canvas::belonging_to(scope, &parents[0]).order(canvases::id).load(connection).unwrap();
    assert_eq!(titles(own), ["engine", "notes"]);
    let all: Vec<Canvas> =
        Canvas::belonging_to(scope, &parents[..]).order(canvases::id).load(connection).unwrap();
    let grouped = all.grouped_by(&parents);
    assert_eq!(
        grouped.into_iter().map(titles).collect::<Vec<_>>(),
        [vec!["engine", "notes"], vec!["compiler"]]
    );
}

#[test]
fn builders_take_branded_scopes() {
    let connection = &mut connection();
    let (one, other) = (testing::scope(7), testing::scope(8));
    brand!(north = &one, south = &other);
    assert_eq!(Agent::scoped(&north).count_in(connection), 2);
    assert_eq!(Agent::find(&south, 3).first(connection).unwrap().name, "Eve");
}

#[test]
fn the_tenant_column_groups_like_any_other() {
    let (connection, scope) = (&mut connection(), &testing::scope(7));
    let counted = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .group_by(agents::all_columns)
        .select((agents::tenant_id, agents::name, diesel::dsl::count_star()))
        .order(agents::name)
        .load::<(i32, String, i64)>(connection)
        .unwrap();
    assert_eq!(counted, [(7, "Ada".to_owned(), 2), (7, "Grace".to_owned(), 1)]);
    let of_the_tenant = agents::table
        .scoped(scope)
        .group_by(agents::tenant_id)
        .select((agents::tenant_id, diesel::dsl::count_star()))
        .load::<(i32, i64)>(connection)
        .unwrap();
    assert_eq!(of_the_tenant, [(7, 2)]);
}

/// Counts what a query loads.
trait CountIn {
    fn count_in(self, connection: &mut SqliteConnection) -> usize;
}

impl<Q> CountIn for Q
where
    Q: for<'query> diesel::query_dsl::methods::LoadQuery<'query, SqliteConnection, Agent>,
{
    fn count_in(self, connection: &mut SqliteConnection) -> usize {
        self.load::<Agent>(connection).unwrap().len()
    }
}
