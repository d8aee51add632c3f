//! `reading.md`.

use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use tenancy_diesel::prelude::*;
use tenancy_diesel::testing;

use crate::app::connection;
use crate::app::models::{Agent, Canvas};
use crate::app::schema::{agents, canvases};

fn page(scope: &Scoped<i32>, after: i32, connection: &mut SqliteConnection) -> QueryResult<Vec<Agent>> {
    agents::table
        .scoped(scope)
        .filter(agents::id.gt(after))
        .order(agents::id)
        .limit(2)
        .select(Agent::as_select())
        .load(connection)
}

#[test]
fn paginate() {
    let (acme, connection) = (&testing::scope(1), &mut connection());
    let ids = |page: Vec<Agent>| page.into_iter().map(|agent| agent.id).collect::<Vec<_>>();
    assert_eq!(ids(page(acme, 0, connection).unwrap()), [1, 2]);
    assert_eq!(ids(page(acme, 2, connection).unwrap()), [3]);
}

fn numbered(
    scope: &Scoped<i32>,
    page: i64,
    connection: &mut SqliteConnection,
) -> QueryResult<(Vec<Agent>, i64)> {
    let rows = Agent::scoped(scope).order(agents::id).limit(2).offset(page * 2).load(connection)?;
    let total = agents::table.scoped(scope).count().get_result(connection)?;
    Ok((rows, total))
}

#[test]
fn number_pages() {
    let (rows, total) = numbered(&testing::scope(1), 1, &mut connection()).unwrap();
    assert_eq!((rows.len(), total), (1, 3));
}

fn search(
    scope: &Scoped<i32>,
    text: &str,
    least: Option<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<Canvas>> {
    let pattern = text.replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
    let mut query = Canvas::scoped(scope)
        .filter(canvases::title.like(format!("%{pattern}%")).escape('\\'))
        .order(canvases::id)
        .into_boxed::<Sqlite>();
    if let Some(least) = least {
        query = query.filter(canvases::score.ge(least));
    }
    query.load(connection)
}

fn anybody(scope: &Scoped<i32>) -> agents::BoxedQuery<'static, Sqlite, agents::SqlType, i32> {
    agents::table.scoped(scope).into_boxed()
}

#[test]
fn a_boxed_query_has_a_type() {
    let names = anybody(&testing::scope(2)).select(agents::name).load::<String>(&mut connection());
    assert_eq!(names.unwrap(), ["Zoe"]);
}

#[test]
fn find_what_users_type() {
    let (acme, connection) = (&testing::scope(1), &mut connection());
    let titles = |found: Vec<Canvas>| found.into_iter().map(|canvas| canvas.title).collect::<Vec<_>>();
    assert_eq!(titles(search(acme, "100%", None, connection).unwrap()), ["100% wool"]);
    assert_eq!(titles(search(acme, "S", Some(15), connection).unwrap()), ["Sea"]);
    assert_eq!(titles(search(acme, "e", None, connection).unwrap()), ["Sea"], "Secret is another's");
}

tenancy_diesel::reviewed_sql! {
    /// The day on which a canvas was drawn.
    pub day_drawn: diesel::sql_types::Text = "date(drawn_at)", "Diesel has no form for the day of a time"
}

fn per_day(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<(String, i64)>> {
    canvases::table
        .scoped(scope)
        .group_by(day_drawn)
        .select((day_drawn, diesel::dsl::count_star()))
        .order(day_drawn)
        .load(connection)
}

#[test]
fn count_by_day() {
    let counts = per_day(&testing::scope(1), &mut connection()).unwrap();
    assert_eq!(counts, [("2026-11-01".into(), 2), ("2026-11-02".into(), 1)]);
}

fn titles_by_agent(
    scope: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<(String, Option<String>)>> {
    agents::table
        .scoped(scope)
        .left_join(canvases::table.scoped(scope))
        .order((agents::name, canvases::title))
        .select((agents::name, canvases::title.nullable()))
        .load(connection)
}

fn with_managers(
    scope: &Scoped<i32>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<(String, String)>> {
    let managers = alias!(agents as managers);
    agents::table
        .scoped(scope)
        .inner_join(managers.scoped(scope).on(managers.field(agents::id).nullable().eq(agents::manager_id)))
        .order(agents::name)
        .select((agents::name, managers.field(agents::name)))
        .load(connection)
}

#[test]
fn join() {
    let (acme, connection) = (&testing::scope(1), &mut connection());
    let titles = titles_by_agent(acme, connection).unwrap();
    assert_eq!(titles.len(), 4);
    assert!(titles.contains(&("Cid".into(), None)));
    let pairs = with_managers(acme, connection).unwrap();
    assert_eq!(pairs, [("Bob".into(), "Ada".into()), ("Cid".into(), "Ada".into())]);
}

fn bury(scope: &Scoped<i32>, id: i32, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.scoped(scope))
        .find(id)
        .set(agents::deleted_at.eq(diesel::dsl::now))
        .execute(connection)
}

fn buried(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .unfiltered()
        .filter(agents::deleted_at.is_not_null())
        .select(agents::name)
        .load(connection)
}

#[test]
fn soft_delete() {
    let (acme, connection) = (&testing::scope(1), &mut connection());
    assert_eq!(bury(acme, 4, connection), Ok(0), "another's");
    assert_eq!(bury(acme, 2, connection), Ok(1));
    let names = agents::table.scoped(acme).order(agents::id).select(agents::name).load::<String>(connection);
    assert_eq!(names.unwrap(), ["Ada", "Cid"]);
    assert_eq!(buried(acme, connection).unwrap(), ["Bob"]);
}

fn export(
    scope: &Scoped<i32>,
    out: &mut impl std::io::Write,
    connection: &mut SqliteConnection,
) -> Result<(), Box<dyn std::error::Error>> {
    for agent in Agent::scoped(scope).order(agents::id).load_iter::<Agent, _>(connection)? {
        serde_json::to_writer(&mut *out, &agent?)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[test]
fn export_rows() {
    let mut file = Vec::new();
    export(&testing::scope(2), &mut file, &mut connection()).unwrap();
    let text = String::from_utf8(file).unwrap();
    assert_eq!(text, "{\"id\":4,\"tenant_id\":2,\"name\":\"Zoe\",\"email\":\"zoe@globex.example\"}\n");
}

fn largest(across: &CrossTenant, connection: &mut SqliteConnection) -> QueryResult<Vec<(i32, i64)>> {
    agents::table
        .across_tenants(across)
        .group_by(agents::tenant_id)
        .select((agents::tenant_id, diesel::dsl::count_star()))
        .order(diesel::dsl::count_star().desc())
        .load(connection)
}

#[test]
fn report_over_all_tenants() {
    let sink = testing::RecordingSink::new();
    let across = testing::cross_tenant_audited_by(sink.clone(), "monthly report");
    assert_eq!(largest(&across, &mut connection()), Ok(vec![(1, 3), (2, 1)]));
    assert_eq!(sink.events().len(), 1);
}
