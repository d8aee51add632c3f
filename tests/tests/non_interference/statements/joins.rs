//! Runs the random joins.

use diesel::dsl::{count, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases, plans};

use super::{Backend, Connection, RunQueryDsl, rows};
use crate::predicate::{Atom, Clause};
use crate::property::Answer;
use crate::read::Read;

/// Adds clauses to a boxed join of agents and canvases, whose type depends on the join.
macro_rules! narrowed {
    ($query:expr, $clauses:expr) => {{
        let mut query = $query.into_boxed::<Backend>();
        for Clause { or, atom } in $clauses {
            macro_rules! add {
                ($condition:expr) => {
                    if *or { query.or_filter($condition) } else { query.filter($condition) }
                };
            }
            query = match atom {
                Atom::AgentId(id) => add!(agents::id.eq(*id)),
                Atom::Name(name) => add!(agents::name.eq(*name)),
                Atom::Score(score) => add!(canvases::score.gt(*score)),
                Atom::Title(title) => add!(canvases::title.eq(*title)),
                Atom::Tenant(tenant) => {
                    add!(canvases::tenant_id.eq(*tenant).or(agents::tenant_id.eq(*tenant)))
                }
                Atom::Raw(text) => add!(agents::id.ge(0).and(sql::<Bool>(text))),
            };
        }
        query
    }};
}

type Pair = (i32, i32, String, Option<(i32, i32, String)>);

pub(super) async fn run(read: &Read, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    let agents = agents::table.scoped(scope);
    let canvases = canvases::table.scoped(scope);
    let agent = (agents::tenant_id, agents::id, agents::name);
    let canvas = (canvases::tenant_id, canvases::id, canvases::title);
    match read {
        Read::GroupJoin => {
            let query = agents
                .left_join(canvases)
                .group_by((agents::tenant_id, agents::id, agents::name))
                .select((agents::id, count(canvases::id.nullable())));
            rows(query.load::<(i32, i64)>(connection).await)
        }
        Read::InnerJoin(clauses) => {
            let query = agents.inner_join(canvases).select((agent, canvas));
            let query = narrowed!(query, clauses);
            rows(query.load::<((i32, i32, String), (i32, i32, String))>(connection).await)
        }
        Read::LeftJoin(clauses) => {
            let query = agents.left_join(canvases).select((
                agents::tenant_id,
                agents::id,
                agents::name,
                canvas.nullable(),
            ));
            rows(narrowed!(query, clauses).load::<Pair>(connection).await)
        }
        Read::LeftJoinParent(clauses) => {
            let query = canvases.left_join(agents).select((
                canvases::tenant_id,
                canvases::id,
                canvases::title,
                agent.nullable(),
            ));
            rows(narrowed!(query, clauses).load::<Pair>(connection).await)
        }
        Read::JoinOn { score, or_raw } => {
            let on = canvases::agent_id.eq(agents::id).and(canvases::score.ge(*score));
            let on = on.or(agents::id.eq(0).or(sql::<Bool>(or_raw.unwrap_or("1=0"))));
            let query = agents.left_join(canvases.on(on)).select((
                agents::tenant_id,
                agents::id,
                agents::name,
                canvas.nullable(),
            ));
            rows(query.load::<Pair>(connection).await)
        }
        Read::ThreeSources(clauses) => {
            let query = agents.inner_join(canvases).left_join(plans::table).select((
                agent,
                canvas,
                plans::name.nullable(),
            ));
            let query = narrowed!(query, clauses);
            rows(query.load::<((i32, i32, String), (i32, i32, String), Option<String>)>(connection).await)
        }
        Read::Nested(clauses) => {
            let query = canvases.left_join(agents.inner_join(plans::table)).select((
                canvases::tenant_id,
                canvases::id,
                canvases::title,
                (agents::tenant_id, agents::id, plans::name).nullable(),
            ));
            rows(narrowed!(query, clauses).load::<Pair>(connection).await)
        }
        Read::GlobalFirst { above, or_raw } => {
            let on = agents::plan_id.eq(plans::id.nullable()).and(agents::id.ge(*above));
            let on = on.or(agents::id.eq(0).or(sql::<Bool>(or_raw.unwrap_or("1=0"))));
            let query = plans::table.left_join(agents.on(on)).select((plans::name, agent.nullable()));
            rows(query.load::<(String, Option<(i32, i32, String)>)>(connection).await)
        }
        Read::Alias { outer } => {
            let managers = tenancy_diesel::alias!(agents as managers);
            let manager = (managers.field(agents::tenant_id), managers.field(agents::name));
            let on = agents::manager_id.eq(managers.field(agents::id).nullable());
            if *outer {
                let query =
                    agents.left_join(managers.scoped(scope).on(on)).select((agent, manager.nullable()));
                rows(query.load::<((i32, i32, String), Option<(i32, String)>)>(connection).await)
            } else {
                let query = agents.inner_join(managers.scoped(scope).on(on)).select((agent, manager));
                rows(query.load::<((i32, i32, String), (i32, String))>(connection).await)
            }
        }
        other => unreachable!("{other:?} is no join"),
    }
}
