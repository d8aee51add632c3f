//! One of each kind of statement, as it is printed for PostgreSQL, with its values written into it.

use diesel::dsl::{exists, max, not};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::upsert::excluded;
use tenancy_diesel::{alias, delete, insert_into, testing, update};
use tenancy_tests::schema::{agents, canvases, plans};

/// The tenant of the shapes.
pub(crate) const TENANT: i32 = 17;

/// A statement.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) sql: String,
}

/// The statement's text, with its values in the place of their numbers.
fn written_out<Q: QueryFragment<Pg>>(statement: &Q) -> String {
    let debug = diesel::debug_query::<Pg, _>(statement).to_string();
    let (text, values) = debug.rsplit_once(" -- binds: [").unwrap_or((&debug, "]"));
    let values: Vec<String> = values
        .trim_end_matches(']')
        .split(", ")
        .filter(|value| !value.is_empty())
        .map(|value| if value.starts_with('[') { value.to_owned() } else { value.replace('"', "'") })
        .collect();
    // From the last: `$1` is the beginning of `$12`.
    (0..values.len())
        .rev()
        .fold(text.to_owned(), |text, index| text.replace(&format!("${}", index + 1), &values[index]))
}

/// The statements.
#[rustfmt::skip]
pub(crate) fn shapes() -> Vec<Shape> {
    let scope = &testing::scope(TENANT);
    let agents_of = || agents::table.scoped(scope);
    let canvases_of = || canvases::table.scoped(scope);
    let managers = alias!(agents as managers);
    let by_agent = || canvases_of().select(canvases::agent_id);
    let new = || (agents::id.eq(5), agents::name.eq("ada"));
    macro_rules! list {
        ($($name:literal => $statement:expr,)+) => { vec![$(Shape { name: $name, sql: written_out(&$statement) }),+] };
    }
    list! {
        "filter" => agents_of().filter(agents::name.eq("ada")).select(agents::id),
        "find" => agents_of().find(5).select(agents::name),
        "or" => agents_of().filter(agents::id.eq(5)).or_filter(agents::name.eq("ada")).select(agents::id),
        "boxed" => agents_of().select(agents::id).into_boxed::<Pg>().or_filter(agents::id.eq(5)),
        "order, limit" => agents_of().select(agents::id).order(agents::name).limit(3).offset(2),
        "count" => agents_of().count(),
        "group" => canvases_of().group_by(canvases::agent_id).select((canvases::agent_id, max(canvases::score))),
        "distinct on" => canvases_of().distinct_on(canvases::title).order(canvases::title).select(canvases::id),
        "for update" => agents_of().select(agents::id).for_update().skip_locked(),
        "inner join" => agents_of().inner_join(canvases_of()).select((agents::name, canvases::title)),
        "left join" => agents_of().left_join(canvases_of()).select((agents::name, canvases::title.nullable())),
        "join on" => agents_of().inner_join(canvases_of().on(canvases::agent_id.eq(agents::id))).select(agents::name),
        "join with a reference table" => agents_of().inner_join(plans::table).select((agents::name, plans::name)),
        "self join" => agents_of()
            .inner_join(managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
            .select((agents::name, managers.field(agents::name))),
        "exists" => agents_of().filter(exists(canvases_of().filter(canvases::agent_id.eq(agents::id)))).select(agents::id),
        "not exists" => agents_of().filter(not(exists(canvases_of().filter(canvases::agent_id.eq(agents::id))))).select(agents::id),
        "in" => agents_of().filter(agents::id.eq_any(by_agent())).select(agents::name),
        "not in" => agents_of().filter(agents::id.ne_all(by_agent())).select(agents::name),
        "scalar" => agents_of().select((agents::id, canvases_of().select(max(canvases::score)).single_value())),
        "select exists" => diesel::select(exists(agents_of().filter(agents::id.eq(5)))),
        "union" => agents_of().select(agents::name).union(canvases_of().select(canvases::title)),
        "insert" => insert_into(agents_of()).values(new()),
        "insert many" => insert_into(agents_of()).values(vec![new(), new()]),
        "insert returning" => insert_into(agents_of()).values(new()).returning(agents::id),
        "upsert" => insert_into(agents_of()).values(new()).on_conflict(agents::id).do_update().set(agents::name.eq(excluded(agents::name))),
        "insert or nothing" => insert_into(agents_of()).values(new()).on_conflict(agents::id).do_nothing(),
        "copy" => insert_into(agents_of()).from_select(canvases_of().select((canvases::id, canvases::title)), (agents::id, agents::name)),
        "update" => update(agents_of()).filter(agents::name.eq("ada")).set(agents::plan_id.eq(2)),
        "update one" => update(agents_of()).find(5).set(agents::plan_id.eq(2)),
        "update by a subquery" => update(agents_of()).filter(agents::id.eq_any(by_agent())).set(agents::plan_id.eq(2)),
        "update returning" => update(agents_of()).find(5).set(agents::plan_id.eq(2)).returning(agents::id),
        "delete" => delete(agents_of()).find(5),
        "delete by a subquery" => delete(agents_of()).filter(agents::id.eq_any(by_agent())),
    }
}
