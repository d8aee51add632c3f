//! Random writes.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::predicate::{CanvasPredicate, Predicate, canvas_write_predicate, write_predicate};
use crate::rows::{KEYS, NAMES, TITLES};

/// An agent to insert: id, name, plan.
pub(crate) type NewAgent = (i32, &'static str, Option<i32>);

/// A canvas to insert: id, agent, title, and the score unless it is left to its default.
pub(crate) type NewCanvas = (i32, i32, &'static str, Option<i32>);

/// A write of the tenant's.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    Insert(NewAgent),
    InsertBatch(Vec<NewCanvas>),
    Upsert { rows: Vec<NewAgent>, key: Key, action: Action },
    InsertSelected { filter: Predicate, offset: i32, action: Action },
    Update { id: Option<i32>, filter: Predicate, changes: Changes },
    UpdateCanvases { filter: CanvasPredicate, score: i32 },
    Delete { id: Option<i32>, filter: Predicate },
    DeleteCanvases { filter: CanvasPredicate },
}

/// The key of an ON CONFLICT.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Id,
    Name,
}

/// What is done on a conflict.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    Fail,
    /// ON CONFLICT DO NOTHING, whatever the key.
    Nothing,
    NothingOnKey,
    Update,
}

/// What an update sets.
#[derive(Debug, Clone)]
pub(crate) enum Changes {
    Name(&'static str),
    Plan(Option<i32>),
    /// A changeset whose fields may be absent: it may be empty.
    Some(Option<i32>, Option<i32>),
    /// From another column.
    ManagerIsSelf,
    /// From a query on canvases.
    HighestScore,
}

/// Each kind of write, by name.
pub(crate) fn kinds() -> Vec<(&'static str, BoxedStrategy<Write>)> {
    // One more than there are: some inserts succeed.
    let key = || 1..=KEYS.end() + 1;
    let agent = move || (key(), select(&NAMES[..]), option::of(1..=2));
    let canvas = (key(), KEYS, select(&TITLES[..]), option::of(0..4));
    let action = || select(vec![Action::Fail, Action::Nothing, Action::NothingOnKey, Action::Update]);
    let changes = prop_oneof![
        select(&NAMES[..]).prop_map(Changes::Name),
        option::of(1..=2).prop_map(Changes::Plan),
        (option::of(KEYS), option::of(1..=2)).prop_map(|(manager, plan)| Changes::Some(manager, plan)),
        Just(Changes::ManagerIsSelf),
        Just(Changes::HighestScore),
    ];
    vec![
        ("insert", agent().prop_map(Write::Insert).boxed()),
        ("insert a batch", vec(canvas, 0..3).prop_map(Write::InsertBatch).boxed()),
        (
            "upsert",
            (vec(agent(), 0..3), select(vec![Key::Id, Key::Name]), action())
                .prop_map(|(rows, key, action)| Write::Upsert { rows, key, action })
                .boxed(),
        ),
        (
            "insert what is selected",
            (write_predicate(), 0..4, action())
                .prop_map(|(filter, offset, action)| Write::InsertSelected { filter, offset, action })
                .boxed(),
        ),
        (
            "update",
            (option::of(KEYS), write_predicate(), changes)
                .prop_map(|(id, filter, changes)| Write::Update { id, filter, changes })
                .boxed(),
        ),
        (
            "update canvases",
            (canvas_write_predicate(), 0..4)
                .prop_map(|(filter, score)| Write::UpdateCanvases { filter, score })
                .boxed(),
        ),
        (
            "delete",
            (option::of(KEYS), write_predicate())
                .prop_map(|(id, filter)| Write::Delete { id, filter })
                .boxed(),
        ),
        (
            "delete canvases",
            canvas_write_predicate().prop_map(|filter| Write::DeleteCanvases { filter }).boxed(),
        ),
    ]
}
