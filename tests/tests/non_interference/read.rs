//! Random reads.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::predicate::{CanvasPredicate, Clause, Predicate, canvas_predicate, clauses, predicate, raw};
use crate::rows::{KEYS, TITLES};

/// A read of the tenant's.
#[derive(Debug, Clone)]
pub(crate) enum Read {
    Filter {
        filter: Predicate,
        or_filter: Option<Predicate>,
    },
    Find {
        id: i32,
    },
    Page {
        limit: i64,
        offset: i64,
        descending: bool,
    },
    Distinct,
    /// DISTINCT ON, where there is one.
    First {
        filter: CanvasPredicate,
    },
    /// FOR UPDATE, where there is one.
    Lock {
        filter: Predicate,
    },
    Count {
        filter: Predicate,
    },
    Aggregate {
        filter: CanvasPredicate,
    },
    Group {
        more_than: i64,
    },
    GroupJoin,
    InnerJoin(Vec<Clause>),
    LeftJoin(Vec<Clause>),
    LeftJoinParent(Vec<Clause>),
    JoinOn {
        score: i32,
        or_raw: Option<&'static str>,
    },
    ThreeSources(Vec<Clause>),
    Nested(Vec<Clause>),
    GlobalFirst {
        above: i32,
        or_raw: Option<&'static str>,
    },
    Alias {
        outer: bool,
    },
    Exists {
        above: i32,
        or_titled: Option<&'static str>,
        negated: bool,
    },
    EqAny {
        filter: CanvasPredicate,
        negated: bool,
    },
    SingleValue,
    Combine {
        how: Combination,
        left: CanvasPredicate,
        right: Predicate,
    },
    Boxed {
        clauses: Vec<Predicate>,
        limit: i64,
    },
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Combination {
    Union,
    UnionAll,
    Intersect,
    Except,
}

/// Each kind of read, by name.
pub(crate) fn kinds() -> Vec<(&'static str, BoxedStrategy<Read>)> {
    use Combination::{Except, Intersect, Union, UnionAll};

    vec![
        (
            "filter",
            (predicate(), option::of(predicate()))
                .prop_map(|(filter, or_filter)| Read::Filter { filter, or_filter })
                .boxed(),
        ),
        ("find", KEYS.prop_map(|id| Read::Find { id }).boxed()),
        (
            "page",
            (0..4_i64, 0..3_i64, any::<bool>())
                .prop_map(|(limit, offset, descending)| Read::Page { limit, offset, descending })
                .boxed(),
        ),
        ("distinct", Just(Read::Distinct).boxed()),
        ("first", canvas_predicate().prop_map(|filter| Read::First { filter }).boxed()),
        ("lock", predicate().prop_map(|filter| Read::Lock { filter }).boxed()),
        ("count", predicate().prop_map(|filter| Read::Count { filter }).boxed()),
        ("aggregate", canvas_predicate().prop_map(|filter| Read::Aggregate { filter }).boxed()),
        ("group", (0..3_i64).prop_map(|more_than| Read::Group { more_than }).boxed()),
        ("group of a join", Just(Read::GroupJoin).boxed()),
        ("inner join", clauses().prop_map(Read::InnerJoin).boxed()),
        ("left join", clauses().prop_map(Read::LeftJoin).boxed()),
        ("left join of the parent", clauses().prop_map(Read::LeftJoinParent).boxed()),
        (
            "join on",
            (0..4, option::of(raw())).prop_map(|(score, or_raw)| Read::JoinOn { score, or_raw }).boxed(),
        ),
        ("three sources", clauses().prop_map(Read::ThreeSources).boxed()),
        ("nested join", clauses().prop_map(Read::Nested).boxed()),
        (
            "global first",
            (KEYS, option::of(raw())).prop_map(|(above, or_raw)| Read::GlobalFirst { above, or_raw }).boxed(),
        ),
        ("alias", any::<bool>().prop_map(|outer| Read::Alias { outer }).boxed()),
        (
            "exists",
            (0..4, option::of(select(&TITLES[..])), any::<bool>())
                .prop_map(|(above, or_titled, negated)| Read::Exists { above, or_titled, negated })
                .boxed(),
        ),
        (
            "eq_any",
            (canvas_predicate(), any::<bool>())
                .prop_map(|(filter, negated)| Read::EqAny { filter, negated })
                .boxed(),
        ),
        ("single value", Just(Read::SingleValue).boxed()),
        (
            "combine",
            (select(vec![Union, UnionAll, Intersect, Except]), canvas_predicate(), predicate())
                .prop_map(|(how, left, right)| Read::Combine { how, left, right })
                .boxed(),
        ),
        (
            "boxed",
            (proptest::collection::vec(predicate(), 0..3), 1..5_i64)
                .prop_map(|(clauses, limit)| Read::Boxed { clauses, limit })
                .boxed(),
        ),
    ]
}
