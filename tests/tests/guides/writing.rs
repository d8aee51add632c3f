//! `writing.md`.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Integer, Text};
use tenancy_diesel::prelude::*;
use tenancy_diesel::{delete, insert_into, move_rows, testing, update};

use crate::app::connection;
use crate::app::models::{Agent, AgentForm};
use crate::app::schema::{agents, canvases, settings, tags, templates};

fn hire(scope: &Scoped<i32>, form: &AgentForm, connection: &mut SqliteConnection) -> QueryResult<Agent> {
    insert_into(agents::table.scoped(scope))
        .values(form)
        .returning(Agent::as_returning())
        .get_result(connection)
}

fn change(
    scope: &Scoped<i32>,
    id: i32,
    form: &AgentForm,
    connection: &mut SqliteConnection,
) -> QueryResult<Agent> {
    match Agent::update(scope, id).set(form).execute(connection)? {
        0 => Err(Error::NotFound), // no such agent, or another tenant's: the two look the same
        _ => Agent::find(scope, id).first(connection),
    }
}

#[test]
fn insert_and_update() {
    let (acme, connection) = (&testing::scope(1), &mut connection());
    let mut form = AgentForm { name: "Dot".into(), email: "dot@acme.example".into() };
    let dot = hire(acme, &form, connection).unwrap();
    assert_eq!(dot.tenant_id, 1);
    form.name = "Dora".into();
    assert_eq!(change(acme, dot.id, &form, connection).unwrap().name, "Dora");
    assert_eq!(change(acme, 4, &form, connection).unwrap_err(), Error::NotFound);
}

fn use_tag(scope: &Scoped<i32>, name: &str, connection: &mut SqliteConnection) -> QueryResult<usize> {
    insert_into(tags::table.scoped(scope))
        .values(tags::name.eq(name))
        .on_conflict(tags::name) // and the tenant column, which the statement adds
        .do_update()
        .set(tags::uses.eq(tags::uses + 1))
        .execute(connection)
}

#[test]
fn upsert() {
    let (acme, globex, connection) = (&testing::scope(1), &testing::scope(2), &mut connection());
    for scope in [acme, globex, acme] {
        use_tag(scope, "urgent", connection).unwrap();
    }
    let uses = |scope, connection: &mut SqliteConnection| {
        tags::table.scoped(scope).select(tags::uses).first::<i32>(connection).unwrap()
    };
    assert_eq!([uses(acme, connection), uses(globex, connection)], [2, 1]);
}

fn set_theme(scope: &Scoped<i32>, theme: &str, connection: &mut SqliteConnection) -> QueryResult<usize> {
    connection.transaction(|connection| {
        let theme = settings::theme.eq(theme);
        match update(settings::table.scoped(scope)).set(theme).execute(connection)? {
            0 => insert_into(settings::table.scoped(scope)).values(theme).execute(connection),
            changed => Ok(changed),
        }
    })
}

#[test]
fn one_row_a_tenant() {
    let (acme, connection) = (&testing::scope(1), &mut connection());
    for theme in ["dark", "light"] {
        assert_eq!(set_theme(acme, theme, connection), Ok(1));
    }
    let themes: Vec<String> = settings::table.scoped(acme).select(settings::theme).load(connection).unwrap();
    assert_eq!(themes, ["light"]);
}

fn import(scope: &Scoped<i32>, file: &str, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let rows: Vec<AgentForm> = file
        .lines()
        .filter_map(|line| line.split_once(','))
        .map(|(name, email)| AgentForm { name: name.trim().into(), email: email.trim().into() })
        .collect();
    connection.transaction(|connection| {
        let mut imported = 0;
        for batch in rows.chunks(1000) {
            imported += insert_into(agents::table.scoped(scope)).values(batch).execute(connection)?;
        }
        Ok(imported)
    })
}

#[test]
fn import_a_file() {
    let (globex, connection) = (&testing::scope(2), &mut connection());
    assert_eq!(import(globex, "Ian, ian@globex.example\nIda, ida@globex.example\n", connection), Ok(2));
    // One tenant's rows, whatever the file says, and all or nothing.
    let twice = "Jo, jo@globex.example\nJo, jo@globex.example\n";
    assert!(import(globex, twice, connection).is_err());
    assert_eq!(agents::table.scoped(globex).count().get_result(connection), Ok(3_i64));
}

/// What is told to the user, or the database's error.
#[derive(Debug)]
enum HireError {
    EmailTaken,
    Database(Error),
}

fn register(
    scope: &Scoped<i32>,
    form: &AgentForm,
    connection: &mut SqliteConnection,
) -> Result<Agent, HireError> {
    hire(scope, form, connection).map_err(|error| match error {
        Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => HireError::EmailTaken,
        error => HireError::Database(error),
    })
}

#[test]
fn an_email_is_unique_within_its_tenant() {
    let connection = &mut connection();
    let form = AgentForm { name: "Ada".into(), email: "ada@acme.example".into() };
    assert!(matches!(register(&testing::scope(1), &form, connection), Err(HireError::EmailTaken)));
    // The other tenant may have one like it, and nobody learns of either.
    assert_eq!(register(&testing::scope(2), &form, connection).unwrap().tenant_id, 2);
}

#[test]
fn another_error_is_the_databases() {
    let connection = &mut connection();
    diesel::connection::SimpleConnection::batch_execute(connection, "ALTER TABLE agents RENAME TO gone")
        .unwrap();
    let form = AgentForm { name: "Ada".into(), email: "ada@acme.example".into() };
    let Err(HireError::Database(error)) = register(&testing::scope(1), &form, connection) else { panic!() };
    assert!(error.to_string().contains("no such table"), "{error}");
}

fn offered(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
    templates::table.scoped(scope).or_shared().order(templates::id).select(templates::title).load(connection)
}

fn publish(across: &CrossTenant, title: &str, connection: &mut SqliteConnection) -> QueryResult<usize> {
    let shared = templates::table.write_across_tenants(across).shared();
    insert_into(shared).values(templates::title.eq(title)).execute(connection)
}

fn draw_from(
    scope: &Scoped<i32>,
    template: i32,
    agent: i32,
    connection: &mut SqliteConnection,
) -> QueryResult<usize> {
    let copy = templates::table.scoped(scope).or_shared().find(template).select((
        templates::id + 1000,
        agent.into_sql::<Integer>(),
        templates::title,
    ));
    insert_into(canvases::table.scoped(scope))
        .from_select(copy, (canvases::id, canvases::agent_id, canvases::title))
        .execute(connection)
}

#[test]
fn templates_are_shared() {
    let (acme, globex, connection) = (&testing::scope(1), &testing::scope(2), &mut connection());
    assert_eq!(offered(acme, connection).unwrap(), ["Kanban", "Retrospective", "Ours"]);
    publish(&testing::cross_tenant("a template for everybody"), "Roadmap", connection).unwrap();
    assert_eq!(offered(globex, connection).unwrap(), ["Kanban", "Retrospective", "Theirs", "Roadmap"]);
    assert_eq!(
        delete(templates::table.scoped(acme)).find(1).execute(connection),
        Ok(0),
        "shared rows are not its own"
    );
    assert_eq!(draw_from(acme, 1, 1, connection), Ok(1));
    assert_eq!(draw_from(acme, 4, 1, connection), Ok(0), "another's template");
    assert!(draw_from(globex, 1, 1, connection).is_err(), "the agent is another's");
}

/// A column of a few words, as an enum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
enum State {
    Active,
    Resting,
}

impl<DB: Backend> ToSql<Text, DB> for State
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        let text = match self {
            State::Active => "active",
            State::Resting => "resting",
        };
        text.to_sql(out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for State
where
    String: FromSql<Text, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        match String::from_sql(bytes)?.as_str() {
            "active" => Ok(State::Active),
            "resting" => Ok(State::Resting),
            other => Err(format!("no state {other:?}").into()),
        }
    }
}

#[test]
fn an_enum_column() {
    let (acme, connection) = (&testing::scope(1), &mut connection());
    let rest = Agent::update(acme, 2).set(agents::state.eq(State::Resting));
    assert_eq!(rest.execute(connection), Ok(1));
    let resting = agents::table.scoped(acme).filter(agents::state.eq(State::Resting)).select(agents::id);
    assert_eq!(resting.load::<i32>(connection), Ok(vec![2]));
    let states = agents::table.scoped(acme).order(agents::id).select(agents::state);
    assert_eq!(states.load::<State>(connection), Ok(vec![State::Active, State::Resting, State::Active]));
}

fn merge(across: &CrossTenant, from: i32, to: i32, connection: &mut SqliteConnection) -> QueryResult<usize> {
    move_rows(tags::table, across).from(from).to(to).execute(connection)
}

#[test]
fn rows_become_another_tenants() {
    let connection = &mut connection();
    for name in ["a", "b"] {
        use_tag(&testing::scope(1), name, connection).unwrap();
    }
    let across = testing::cross_tenant("globex buys acme");
    assert_eq!(merge(&across, 1, 2, connection), Ok(2));
    let names = tags::table.scoped(&testing::scope(2)).order(tags::name).select(tags::name);
    assert_eq!(names.load::<String>(connection).unwrap(), ["a", "b"]);
    assert_eq!(tags::table.scoped(&testing::scope(1)).count().get_result(connection), Ok(0_i64));
}
