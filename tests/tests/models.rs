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
    let all_of_vec: Vec<Canvas> =
        Canvas::belonging_to(scope, &parents).order(canvases::id).load(connection).unwrap();
    assert_eq!(all_of_vec, all);
    let chosen: Vec<&Agent> = parents.iter().filter(|agent| agent.name == "Ada").collect();
    let of_chosen: Vec<Canvas> =
        Canvas::belonging_to(scope, &chosen).order(canvases::id).load(connection).unwrap();
    let of_slice: Vec<Canvas> =
        Canvas::belonging_to(scope, &chosen[..]).order(canvases::id).load(connection).unwrap();
    assert_eq!(of_chosen, of_slice);
    let of_one: Vec<Canvas> =
        Canvas::belonging_to(scope, &chosen[0]).order(canvases::id).load(connection).unwrap();
    assert_eq!(of_chosen, of_one);
    assert_eq!(Canvas::source_of(scope, &chosen).count().get_result::<i64>(connection), Ok(2));
    assert_eq!(
        of_chosen.grouped_by(&chosen).into_iter().map(titles).collect::<Vec<_>>(),
        [["engine", "notes"]]
    );
    let grouped = all.grouped_by(&parents);
    assert_eq!(
        grouped.into_iter().map(titles).collect::<Vec<_>>(),
        [vec!["engine", "notes"], vec!["compiler"]]
    );
}

#[test]
fn what_is_not_loaded_as_the_model_begins_at_its_source() {
    let (connection, scope) = (&mut connection(), &testing::scope(7));
    assert_eq!(Agent::source(scope).count().get_result::<i64>(connection), Ok(2));
    let query = Agent::source(scope).filter(agents::id.gt(1)).select(agents::name);
    assert_eq!(query.load::<String>(connection).unwrap(), ["Grace"]);
    let query = Agent::source(scope)
        .left_join(canvases::table.scoped(scope))
        .select((Agent::as_select(), Option::<Canvas>::as_select()));
    assert_eq!(query.load::<(Agent, Option<Canvas>)>(connection).unwrap().len(), 3);

    // Diesel's idiom for a table between two others: its rows that belong to one side, with those of the other.
    let parents: Vec<Agent> = Agent::scoped(scope).order(agents::id).load(connection).unwrap();
    assert_eq!(Canvas::source_of(scope, &parents[0]).count().get_result::<i64>(connection), Ok(2));
    let rows: Vec<(Canvas, Agent)> = Canvas::source_of(scope, &parents)
        .inner_join(agents::table.scoped(scope))
        .order(canvases::id)
        .select((Canvas::as_select(), Agent::as_select()))
        .load(connection)
        .unwrap();
    let of_each: Vec<Vec<_>> = rows
        .grouped_by(&parents)
        .into_iter()
        .map(|rows| rows.into_iter().map(|(canvas, agent)| (canvas.title, agent.name)).collect())
        .collect();
    let pair = |title: &str, name: &str| (title.to_owned(), name.to_owned());
    assert_eq!(of_each, [vec![pair("engine", "Ada"), pair("notes", "Ada")], vec![pair("compiler", "Grace")]]);
}

/// Columns of two tables in one GROUP BY, a tenant column among them.
mod grouped {
    tenancy_diesel::table! {
        authors (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
        books (id) { id -> Integer, tenant_id -> Integer, author_id -> Integer, title -> Text, }
    }
    tenancy_diesel::joinable!(books -> authors (author_id));
    diesel::allow_tables_to_appear_in_same_query!(authors, books);
    diesel::allow_columns_to_appear_in_same_group_by_clause!(authors::name, books::title);
    tenancy_diesel::allow_columns_to_appear_in_same_group_by_clause!(authors::tenant_id, books::title);
}

#[test]
fn columns_of_two_tables_group() {
    use grouped::{authors, books};
    let scope = &testing::scope(7);
    let query = authors::table
        .scoped(scope)
        .inner_join(books::table.scoped(scope))
        .group_by((authors::name, books::title))
        .select((authors::name, books::title, diesel::dsl::count_star()));
    let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&query).to_string();
    assert!(sql.contains("GROUP BY `authors`.`name`, `books`.`title`"), "{sql}");
    let query = authors::table
        .scoped(scope)
        .inner_join(books::table.scoped(scope))
        .group_by((authors::tenant_id, books::title))
        .select((authors::tenant_id, books::title, diesel::dsl::count_star()));
    let sql = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&query).to_string();
    assert!(sql.contains("GROUP BY `authors`.`tenant_id`, `books`.`title`"), "{sql}");
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
