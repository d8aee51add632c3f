//! The statements, by hand and within a tenant.

use std::hint::black_box;

use diesel::pg::Pg;
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantId};
use uuid::Uuid;

use super::connection::{Connection, Facts, Stage};
use super::schema::{plain, scoped};

/// One way to write a statement.
pub(super) struct Operation {
    /// What is written.
    pub(super) statement: &'static str,
    /// Whether the library scopes it.
    pub(super) is_scoped: bool,
    /// Whether its type is erased, so that the cache finds it by its SQL.
    pub(super) is_boxed: bool,
    repeat: Box<dyn Fn(&mut Connection, Stage, usize) -> QueryResult<()>>,
    look: Box<dyn Fn(&mut Connection) -> QueryResult<(String, Facts)>>,
}

impl Operation {
    pub(super) fn name(&self) -> String {
        let (boxed, by) =
            (if self.is_boxed { ", boxed" } else { "" }, if self.is_scoped { "scoped" } else { "by hand" });
        format!("{}{boxed}, {by}", self.statement)
    }

    pub(super) fn repeat(&self, connection: &mut Connection, stage: Stage, times: usize) -> QueryResult<()> {
        (self.repeat)(connection, stage, times)
    }

    pub(super) fn look(&self, connection: &mut Connection) -> QueryResult<(String, Facts)> {
        (self.look)(connection)
    }
}

/// What a statement is built from: the scope of a request, and the tenant's id for what is written by hand.
#[derive(Clone)]
struct From {
    scope: Scoped<TenantId>,
    tenant: Uuid,
    id: i64,
}

/// An operation whose statement is built by the closure at each turn.
macro_rules! operation {
    ($from:expr, $statement:literal, $scoped:literal, $boxed:literal, |$values:ident| $build:expr) => {{
        let (repeated, looked) = ($from.clone(), $from.clone());
        Operation {
            statement: $statement,
            is_scoped: $scoped,
            is_boxed: $boxed,
            repeat: Box::new(move |connection, stage, times| {
                connection.repeat(stage, times, || {
                    let $values = black_box(&repeated);
                    $build
                })
            }),
            look: Box::new(move |connection| {
                connection.look(|| {
                    let $values = black_box(&looked);
                    $build
                })
            }),
        }
    }};
}

/// All of them in pairs: by hand, then within a tenant.
pub(super) fn all(scope: &Scoped<TenantId>, tenant: Uuid) -> Vec<[Operation; 2]> {
    use plain::{agents as a, canvases as c};
    use scoped::{agents, canvases};

    let from = From { scope: scope.clone(), tenant, id: 7 };
    vec![
        [
            operation!(from, "point select", false, false, |of| a::table
                .filter(a::tenant_id.eq(of.tenant))
                .filter(a::id.eq(of.id))),
            operation!(from, "point select", true, false, |of| agents::table
                .scoped(&of.scope)
                .filter(agents::id.eq(of.id))),
        ],
        [
            operation!(from, "select with two more predicates", false, false, |of| a::table
                .filter(a::tenant_id.eq(of.tenant))
                .filter(a::id.eq(of.id))
                .filter(a::active.eq(true))
                .filter(a::score.gt(10))),
            operation!(from, "select with two more predicates", true, false, |of| agents::table
                .scoped(&of.scope)
                .filter(agents::id.eq(of.id))
                .filter(agents::active.eq(true))
                .filter(agents::score.gt(10))),
        ],
        [
            operation!(from, "join of two tenant tables", false, false, |of| c::table
                .inner_join(a::table.on(a::tenant_id.eq(c::tenant_id).and(a::id.eq(c::agent_id))))
                .filter(c::tenant_id.eq(of.tenant))
                .filter(a::tenant_id.eq(of.tenant))
                .filter(c::id.eq(of.id))
                .select((c::title, a::name))),
            operation!(from, "join of two tenant tables", true, false, |of| canvases::table
                .scoped(&of.scope)
                .inner_join(agents::table.scoped(&of.scope))
                .filter(canvases::id.eq(of.id))
                .select((canvases::title, agents::name))),
        ],
        [
            operation!(from, "update by id", false, false, |of| diesel::update(
                a::table.filter(a::tenant_id.eq(of.tenant)).filter(a::id.eq(of.id))
            )
            .set((a::name.eq("Ada"), a::score.eq(11)))),
            operation!(from, "update by id", true, false, |of| tenancy_diesel::update(
                agents::table.scoped(&of.scope)
            )
            .find(of.id)
            .set((agents::name.eq("Ada"), agents::score.eq(11)))),
        ],
        [
            operation!(from, "insert", false, false, |of| diesel::insert_into(a::table).values((
                a::tenant_id.eq(of.tenant),
                a::id.eq(of.id),
                a::name.eq("Ada"),
                a::score.eq(11),
                a::active.eq(true),
            ))),
            operation!(from, "insert", true, false, |of| tenancy_diesel::insert_into(
                agents::table.scoped(&of.scope)
            )
            .values((
                agents::id.eq(of.id),
                agents::name.eq("Ada"),
                agents::score.eq(11),
                agents::active.eq(true),
            ))),
        ],
        [
            operation!(from, "point select", false, true, |of| a::table
                .filter(a::tenant_id.eq(of.tenant))
                .filter(a::id.eq(of.id))
                .into_boxed::<Pg>()),
            operation!(from, "point select", true, true, |of| agents::table
                .scoped(&of.scope)
                .filter(agents::id.eq(of.id))
                .into_boxed::<Pg>()),
        ],
        [
            operation!(from, "select with two more predicates", false, true, |of| a::table
                .into_boxed::<Pg>()
                .filter(a::tenant_id.eq(of.tenant))
                .filter(a::id.eq(of.id))
                .filter(a::active.eq(true))
                .filter(a::score.gt(10))),
            operation!(from, "select with two more predicates", true, true, |of| agents::table
                .scoped(&of.scope)
                .into_boxed::<Pg>()
                .filter(agents::id.eq(of.id))
                .filter(agents::active.eq(true))
                .filter(agents::score.gt(10))),
        ],
    ]
}
