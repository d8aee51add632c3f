//! Random conditions as Diesel's expressions.

use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

use super::{OnAgent, OnCanvas};
use crate::predicate::{CanvasPredicate, Predicate};

pub(super) fn on_agent(predicate: &Predicate, scope: &Scoped<i32>) -> OnAgent {
    match predicate {
        Predicate::Id(id) => Box::new(agents::id.eq(*id)),
        Predicate::IdAbove(id) => Box::new(agents::id.gt(*id)),
        Predicate::Name(name) => Box::new(agents::name.eq(*name)),
        Predicate::Manager(id) => Box::new(agents::manager_id.eq(*id).assume_not_null()),
        Predicate::NoManager => Box::new(agents::manager_id.is_null()),
        Predicate::Tenant(tenant) => Box::new(agents::tenant_id.eq(*tenant)),
        Predicate::HasCanvas => {
            Box::new(exists(canvases::table.scoped(scope).filter(canvases::agent_id.eq(agents::id))))
        }
        Predicate::SignsAbove(score) => {
            let signed = canvases::table.scoped(scope).filter(canvases::score.gt(*score));
            Box::new(agents::id.eq_any(signed.select(canvases::agent_id)))
        }
        Predicate::Manages => {
            let managed = tenancy_diesel::alias!(agents as managed);
            let of_agent =
                managed.scoped(scope).filter(managed.field(agents::manager_id).eq(agents::id.nullable()));
            Box::new(exists(of_agent))
        }
        // Beside a condition Diesel parenthesises the pair, and the text may close that.
        Predicate::Raw(text) if text.contains(')') => Box::new(agents::id.ge(0).and(sql::<Bool>(text))),
        Predicate::Raw(text) => Box::new(sql::<Bool>(text)),
        Predicate::And(left, right) => Box::new(on_agent(left, scope).and(on_agent(right, scope))),
        Predicate::Or(left, right) => Box::new(on_agent(left, scope).or(on_agent(right, scope))),
        Predicate::Not(inner) => Box::new(not(on_agent(inner, scope))),
    }
}

pub(super) fn on_canvas(predicate: &CanvasPredicate, scope: &Scoped<i32>) -> OnCanvas {
    match predicate {
        CanvasPredicate::Title(title) => Box::new(canvases::title.eq(*title)),
        CanvasPredicate::ScoreAbove(score) => Box::new(canvases::score.gt(*score)),
        CanvasPredicate::ByManaged => {
            let managed = agents::table.scoped(scope).filter(agents::manager_id.is_not_null());
            Box::new(canvases::agent_id.eq_any(managed.select(agents::id)))
        }
        CanvasPredicate::Raw(text) if text.contains(')') => {
            Box::new(canvases::id.ge(0).and(sql::<Bool>(text)))
        }
        CanvasPredicate::Raw(text) => Box::new(sql::<Bool>(text)),
        CanvasPredicate::Or(left, right) => Box::new(on_canvas(left, scope).or(on_canvas(right, scope))),
    }
}
