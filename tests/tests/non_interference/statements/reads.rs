//! Runs the random reads of one table, and what they have within them.

use diesel::dsl::{count, count_star, exists, max, min, not};
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

use super::predicates::{on_agent, on_canvas};
use super::{AgentRow, Backend, Connection, RunQueryDsl, dialect, first, joins, lock, ordered, rows};
use crate::property::Answer;
use crate::read::Read;

pub(super) async fn run(read: &Read, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    let agents = agents::table.scoped(scope);
    let canvases = canvases::table.scoped(scope);
    match read {
        Read::Filter { filter, or_filter: None } => {
            rows(agents.filter(on_agent(filter, scope)).load::<AgentRow>(connection).await)
        }
        Read::Filter { filter, or_filter: Some(or_filter) } => {
            let query = agents.filter(on_agent(filter, scope)).or_filter(on_agent(or_filter, scope));
            rows(query.load::<AgentRow>(connection).await)
        }
        Read::Find { id } => {
            let row = agents.find(*id).first::<AgentRow>(connection).await.optional();
            ordered(row.map(|row| row.into_iter().collect()))
        }
        Read::Page { limit, offset, descending } => {
            let mut query = agents.into_boxed::<Backend>().limit(*limit).offset(*offset);
            query = if *descending { query.order(agents::id.desc()) } else { query.order(agents::id) };
            ordered(query.load::<AgentRow>(connection).await)
        }
        Read::Distinct => rows(canvases.select(canvases::title).distinct().load::<String>(connection).await),
        Read::First { filter } => first(connection, scope, on_canvas(filter, scope)).await,
        Read::Lock { filter } => lock(connection, scope, on_agent(filter, scope)).await,
        Read::Count { filter } => {
            let count: QueryResult<i64> =
                agents.filter(on_agent(filter, scope)).count().get_result(connection).await;
            ordered(count.map(|count| if count == 0 { vec![] } else { vec![count] }))
        }
        Read::Aggregate { filter } => {
            let query = canvases.filter(on_canvas(filter, scope)).select((
                min(canvases::score),
                max(canvases::title),
                count(canvases::agent_id).aggregate_distinct(),
            ));
            rows(query.load::<(Option<i32>, Option<String>, i64)>(connection).await)
        }
        Read::Group { more_than } => {
            let query = canvases.group_by(canvases::title).having(count_star().gt(*more_than)).select((
                canvases::title,
                count_star(),
                max(canvases::score),
            ));
            rows(query.load::<(String, i64, Option<i32>)>(connection).await)
        }
        Read::Exists { above, or_titled, negated } => {
            let of_agent = canvases
                .filter(canvases::agent_id.eq(agents::id))
                .filter(canvases::score.gt(*above))
                .or_filter(canvases::title.eq(or_titled.unwrap_or("none")));
            let mut query = agents.into_boxed::<Backend>();
            query =
                if *negated { query.filter(not(exists(of_agent))) } else { query.filter(exists(of_agent)) };
            rows(query.load::<AgentRow>(connection).await)
        }
        Read::EqAny { filter, negated } => {
            let signing =
                canvases.filter(on_canvas(filter, scope)).select(canvases::agent_id).into_boxed::<Backend>();
            let mut query = agents.into_boxed::<Backend>();
            query = if *negated {
                query.filter(agents::id.ne_all(signing))
            } else {
                query.filter(agents::id.eq_any(signing))
            };
            rows(query.load::<AgentRow>(connection).await)
        }
        Read::SingleValue => {
            let highest = canvases
                .filter(canvases::agent_id.eq(agents::id))
                .select(max(canvases::score))
                .single_value();
            rows(agents.select((agents::id, highest)).load::<(i32, Option<i32>)>(connection).await)
        }
        Read::Combine { how, left, right } => {
            dialect::combined(*how, on_canvas(left, scope), on_agent(right, scope), scope, connection).await
        }
        Read::Boxed { clauses, limit } => {
            let mut query = agents.into_boxed::<Backend>().order(agents::id).limit(*limit);
            for clause in clauses {
                query = query.or_filter(on_agent(clause, scope));
            }
            ordered(query.load::<AgentRow>(connection).await)
        }
        Read::GroupJoin
        | Read::InnerJoin(_)
        | Read::LeftJoin(_)
        | Read::LeftJoinParent(_)
        | Read::JoinOn { .. }
        | Read::ThreeSources(_)
        | Read::Nested(_)
        | Read::GlobalFirst { .. }
        | Read::Alias { .. } => joins::run(read, scope, connection).await,
    }
}
