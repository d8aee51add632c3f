//! Random conditions, on agents, on canvases, and on joins of them.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::rows::{KEYS, NAMES, TITLES};

/// A condition on an agent.
#[derive(Debug, Clone)]
pub(crate) enum Predicate {
    Id(i32),
    IdAbove(i32),
    Name(&'static str),
    Manager(i32),
    NoManager,
    /// The tenant column, of any tenant.
    Tenant(i32),
    /// EXISTS of the agent's canvases.
    HasCanvas,
    /// IN of a query on canvases.
    SignsAbove(i32),
    /// EXISTS of the agent under another name.
    Manages,
    /// SQL of the caller's own.
    Raw(&'static str),
    And(Box<Predicate>, Box<Predicate>),
    Or(Box<Predicate>, Box<Predicate>),
    Not(Box<Predicate>),
}

/// A condition on a canvas.
#[derive(Debug, Clone)]
pub(crate) enum CanvasPredicate {
    Title(&'static str),
    ScoreAbove(i32),
    /// IN of a query on agents.
    ByManaged,
    Raw(&'static str),
    Or(Box<CanvasPredicate>, Box<CanvasPredicate>),
}

/// A condition that is added to a join, by AND or by OR.
#[derive(Debug, Clone)]
pub(crate) struct Clause {
    pub(crate) or: bool,
    pub(crate) atom: Atom,
}

#[derive(Debug, Clone)]
pub(crate) enum Atom {
    AgentId(i32),
    Name(&'static str),
    Score(i32),
    Title(&'static str),
    Tenant(i32),
    Raw(&'static str),
}

/// SQL that is true, and SQL that closes the parenthesis it stands in. In an update or delete that would be the tenant's
/// own, so there the second kind is left out: SQL text is not what the types are about.
const BALANCED: [&str; 2] = ["1=1", "1=1 OR 1=1"];
const ANY: [&str; 3] = ["1=1", "1=1 OR 1=1", "1=1) OR (1=1"];

/// The SQL of a read's condition.
pub(crate) fn raw() -> impl Strategy<Value = &'static str> {
    select(&ANY[..])
}

/// A condition for a read.
pub(crate) fn predicate() -> BoxedStrategy<Predicate> {
    tree(&ANY)
}

/// A condition for a write.
pub(crate) fn write_predicate() -> BoxedStrategy<Predicate> {
    tree(&BALANCED)
}

fn tree(raw: &'static [&'static str]) -> BoxedStrategy<Predicate> {
    let leaf = prop_oneof![
        KEYS.prop_map(Predicate::Id),
        KEYS.prop_map(Predicate::IdAbove),
        select(&NAMES[..]).prop_map(Predicate::Name),
        KEYS.prop_map(Predicate::Manager),
        Just(Predicate::NoManager),
        (1..=3).prop_map(Predicate::Tenant),
        Just(Predicate::HasCanvas),
        (0..4).prop_map(Predicate::SignsAbove),
        Just(Predicate::Manages),
        select(raw).prop_map(Predicate::Raw),
    ];
    let inner = leaf.prop_recursive(3, 8, 2, |inner| {
        let two = (inner.clone(), inner.clone()).prop_map(|(left, right)| (Box::new(left), Box::new(right)));
        prop_oneof![
            two.clone().prop_map(|(left, right)| Predicate::And(left, right)),
            two.prop_map(|(left, right)| Predicate::Or(left, right)),
            inner.prop_map(|inner| Predicate::Not(Box::new(inner))),
        ]
    });
    inner.boxed()
}

pub(crate) fn canvas_predicate() -> BoxedStrategy<CanvasPredicate> {
    canvas_tree(&ANY)
}

pub(crate) fn canvas_write_predicate() -> BoxedStrategy<CanvasPredicate> {
    canvas_tree(&BALANCED)
}

fn canvas_tree(raw: &'static [&'static str]) -> BoxedStrategy<CanvasPredicate> {
    let leaf = prop_oneof![
        select(&TITLES[..]).prop_map(CanvasPredicate::Title),
        (0..4).prop_map(CanvasPredicate::ScoreAbove),
        Just(CanvasPredicate::ByManaged),
        select(raw).prop_map(CanvasPredicate::Raw),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        (inner.clone(), inner).prop_map(|(left, right)| CanvasPredicate::Or(Box::new(left), Box::new(right)))
    })
    .boxed()
}

pub(crate) fn clauses() -> impl Strategy<Value = Vec<Clause>> {
    let atom = prop_oneof![
        KEYS.prop_map(Atom::AgentId),
        select(&NAMES[..]).prop_map(Atom::Name),
        (0..4).prop_map(Atom::Score),
        select(&TITLES[..]).prop_map(Atom::Title),
        (1..=3).prop_map(Atom::Tenant),
        raw().prop_map(Atom::Raw),
    ];
    vec((any::<bool>(), atom).prop_map(|(or, atom)| Clause { or, atom }), 0..4)
}
