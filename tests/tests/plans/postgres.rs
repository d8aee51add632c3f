//! PostgreSQL: `EXPLAIN (FORMAT JSON)`, node for node, of the plan for given values and of the plan for any.

use std::sync::OnceLock;

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, QueryFragment, SqlQuery};
use diesel::sql_types::{Integer, Text};
use tenancy_tests::{fixture, server};

use crate::explain::Explain;
use crate::normal_form::normal_form;
use crate::volume;

type Backend = diesel::pg::Pg;

struct Plans {
    connection: PgConnection,
}

impl Plans {
    async fn open() -> Option<Self> {
        static DATABASE: OnceLock<String> = OnceLock::new();
        let connection =
            PgConnection::establish(DATABASE.get_or_init(filled_database)).expect("PostgreSQL answers");
        Some(Self { connection })
    }

    /// Compares the plans. PostgreSQL makes one for the values at hand, and, when it has seen a prepared statement a few
    /// times, may make one for all values: both must be alike.
    async fn same(&mut self, ours: impl QueryFragment<Backend>, by_hand: &str, values: &[i32]) {
        assert_eq!(
            self.generic_plan(&sql_of(&ours)),
            self.generic_plan(&numbered(by_hand)),
            "the generic plan of: {by_hand}"
        );
        // Not by way of `same_for_these`: a statement of twelve joins is large, and each call of a debug build copies it.
        assert_eq!(self.plan(ours), self.plan(bound(by_hand, values)), "the plan of: {by_hand}");
    }

    /// Compares the plans for the values at hand: of a statement that is not kept prepared.
    async fn same_for_these(&mut self, ours: impl QueryFragment<Backend>, by_hand: &str, values: &[i32]) {
        assert_eq!(self.plan(ours), self.plan(bound(by_hand, values)), "the plan of: {by_hand}");
    }

    fn plan(&mut self, statement: impl QueryFragment<Backend>) -> String {
        let query = Explain::<_, Backend>::new(statement);
        normal_form(&query.get_result::<String>(&mut self.connection).expect("a plan"))
    }

    fn generic_plan(&mut self, statement: &str) -> String {
        let parameters = (1..).take_while(|number| statement.contains(&format!("${number}"))).count();
        // A generic plan does not look at them.
        let values = vec!["NULL"; parameters].join(", ");
        let prepare = format!("SET plan_cache_mode = force_generic_plan; PREPARE generic AS {statement}");
        self.connection.batch_execute(&prepare).expect("a statement");
        let query = format!("EXPLAIN (COSTS OFF, FORMAT JSON) EXECUTE generic ({values})");
        let plan = diesel::sql_query(query).get_result::<Plan>(&mut self.connection).expect("a plan");
        self.connection.batch_execute("DEALLOCATE generic; RESET plan_cache_mode").expect("the end of it");
        normal_form(&plan.plan)
    }
}

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

fn filled_database() -> String {
    let url = server::fresh_postgres_database("plans");
    let mut connection = PgConnection::establish(&url).expect("PostgreSQL answers");
    for statements in [fixture::TABLES, &volume::rows(), &volume::chain(), "VACUUM ANALYZE"] {
        connection.batch_execute(statements).expect("the rows");
    }
    url
}

/// The hand-written statement with its values.
fn bound(by_hand: &str, values: &[i32]) -> BoxedSqlQuery<'static, Backend, SqlQuery> {
    let statement = diesel::sql_query(numbered(by_hand)).into_boxed();
    values.iter().fold(statement, |statement, value| statement.bind::<Integer, _>(*value))
}

/// `?` as PostgreSQL writes it.
fn numbered(statement: &str) -> String {
    let mut parts = statement.split('?');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.zip(1..).fold(first, |sql, (part, number)| format!("{sql}${number}{part}"))
}

/// From `$1 = $2` PostgreSQL makes a filter that is no table's. A join with one is never memoized, so that the generic plan
/// looks dear and PostgreSQL plans the statement each time that it runs.
#[tokio::test]
async fn the_tenants_of_a_join_are_not_compared_with_each_other() {
    use tenancy_tests::keyed::{agents, canvases};

    let mut plans = Plans::open().await.expect("PostgreSQL answers");
    let scope = &tenancy_diesel::testing::scope(7);
    let (agents, canvases) = (agents::table.scoped(scope), canvases::table.scoped(scope));
    let inner = canvases.inner_join(agents).select((canvases::title, agents::name));
    let left = agents.left_join(canvases).select((agents::name, canvases::title.nullable()));
    for ours in [sql_of(inner), sql_of(left)] {
        let (before, rest) = ours.split_once("NULLIF(").expect("the tenants are the same");
        let (_, after) = rest.split_once("IS NOT NULL").expect("the tenants are the same");
        let by_columns = format!(r#"{before}"agents"."tenant_id" = "canvases"."tenant_id"{after}"#);
        assert!(plans.generic_plan(&by_columns).contains("One-Time Filter"), "{by_columns}");
        assert!(!plans.generic_plan(&ours).contains("One-Time Filter"), "{ours}");
    }
}

fn sql_of(statement: impl QueryFragment<Backend>) -> String {
    let sql = diesel::debug_query(&statement).to_string();
    sql.split(" -- binds:").next().unwrap_or_default().to_owned()
}

#[path = "kinds.rs"]
mod kinds;
#[path = "locking.rs"]
mod locking;
#[path = "shapes.rs"]
mod shapes;
#[path = "subqueries.rs"]
mod subqueries;
#[path = "through.rs"]
mod through;
#[path = "twelve.rs"]
mod twelve;
