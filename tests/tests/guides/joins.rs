//! The queries that print the joins which the CLI leaves out, on a schema that has one of each.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection as _, AsyncMysqlConnection, SimpleAsyncConnection as _};
use tenancy_tests::server;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// What stands below a heading of the page.
fn query(heading: &str) -> &'static str {
    let page = include_str!("../../../tenancy-diesel/docs/guides/joins.md");
    let section = page.split_once(&format!("# {heading}\n")).expect("the heading").1;
    let code = section.split_once("```sql\n").expect("the query").1;
    code.split_once("```").expect("its end").0.trim_end().trim_end_matches(';')
}

const TABLES: &str = "
CREATE TABLE plans (id integer PRIMARY KEY);
CREATE TABLE agents (
    tenant_id integer NOT NULL, id integer NOT NULL UNIQUE, manager_id integer, plan_id integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, manager_id) REFERENCES agents (tenant_id, id),
    FOREIGN KEY (plan_id) REFERENCES plans (id)
);
CREATE TABLE grants (
    tenant_id integer NOT NULL, agent_id integer NOT NULL, plan_id integer NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, plan_id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
);
CREATE TABLE canvases (
    tenant_id integer NOT NULL, id integer NOT NULL, agent_id integer, reviewer_id integer, plan_id integer,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id),
    FOREIGN KEY (tenant_id, reviewer_id) REFERENCES agents (tenant_id, id)
);
CREATE TABLE notes (
    tenant_id integer NOT NULL, id integer PRIMARY KEY, canvas_id integer, agent_id integer, plan_id integer,
    FOREIGN KEY (tenant_id, canvas_id) REFERENCES canvases (tenant_id, id),
    FOREIGN KEY (agent_id) REFERENCES agents (id),
    FOREIGN KEY (tenant_id, agent_id, plan_id) REFERENCES grants (tenant_id, agent_id, plan_id)
);
";

/// The CLI prints those on `plans`; those on itself and on a key of two columns beside the tenant have no `joinable!`.
const LINES: [&str; 5] = [
    "// one of: canvases -> agents (agent_id),",
    "// one of: canvases -> agents (reviewer_id),",
    "grants -> agents (agent_id),",
    "notes -> agents (agent_id),",
    "notes -> canvases (canvas_id),",
];

fn lines(found: Vec<Line>) -> Vec<String> {
    found.into_iter().map(|line| line.line).collect()
}

#[test]
fn on_postgres() {
    let mut connection = PgConnection::establish(&server::fresh_postgres_database("joins")).unwrap();
    connection.batch_execute(TABLES).unwrap();
    connection
        .batch_execute(
            "CREATE SCHEMA accounting;
             CREATE TABLE accounting.invoices (
                 tenant_id integer NOT NULL, number integer NOT NULL, agent_id integer,
                 PRIMARY KEY (tenant_id, number),
                 FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
             );
             CREATE TABLE parted (
                 tenant_id integer NOT NULL, id integer NOT NULL, agent_id integer,
                 PRIMARY KEY (tenant_id, id),
                 FOREIGN KEY (tenant_id, agent_id) REFERENCES agents (tenant_id, id)
             ) PARTITION BY HASH (tenant_id);
             CREATE TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 1, REMAINDER 0);",
        )
        .unwrap();
    let found = lines(sql_query(query("PostgreSQL")).load(&mut connection).unwrap());
    let mut expected = vec!["accounting::invoices -> agents (agent_id),"];
    expected.extend(LINES);
    expected.push("parted -> agents (agent_id),");
    assert_eq!(found, expected);
}

#[tokio::test]
async fn on_mariadb() {
    let Some(url) = server::fresh_mariadb_database("joins") else { return };
    let mut connection = AsyncMysqlConnection::establish(&url).await.unwrap();
    connection.batch_execute(TABLES).await.unwrap();
    let query = sql_query(query("MySQL and MariaDB"));
    assert_eq!(lines(diesel_async::RunQueryDsl::load(query, &mut connection).await.unwrap()), LINES);
}

#[test]
fn on_sqlite() {
    let mut connection = SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(TABLES).unwrap();
    connection
        .batch_execute(
            "CREATE TABLE tags (
                 tenant_id integer NOT NULL, id integer NOT NULL, agent_id integer, PRIMARY KEY (tenant_id, id),
                 FOREIGN KEY (tenant_id, agent_id) REFERENCES agents
             );",
        )
        .unwrap();
    let found = lines(sql_query(query("SQLite")).load(&mut connection).unwrap());
    let mut expected = LINES.to_vec();
    expected.push("tags -> agents (agent_id),");
    assert_eq!(found, expected);
}
