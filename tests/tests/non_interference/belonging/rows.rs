//! Random rows of three tenants, and rows that all share.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;
use proptest::sample::select;

use crate::rows::{OTHERS, TENANT};

pub(crate) const WORDS: [&str; 3] = ["sun", "sea", "sky"];

/// The numbers of a tenant's rows. Statements use one more.
const NUMBERS: std::ops::RangeInclusive<i32> = 1..=3;

/// The keys of all tenants' rows, and one more of each.
pub(crate) const KEYS: std::ops::RangeInclusive<i32> = 1..=12;

/// The keys of what all share.
pub(crate) const SHARED: std::ops::RangeInclusive<i32> = 101..=103;

/// Those of whom everybody knows, linked or not. The others are known to whom they are linked.
pub(crate) const KNOWN: std::ops::RangeInclusive<i32> = 1..=2;
pub(crate) const PEOPLE: std::ops::RangeInclusive<i32> = 1..=6;

/// The key of a tenant's row of such a number: unique over all tenants, and it tells whose the row is.
pub(crate) fn key(tenant: i32, number: i32) -> i32 {
    (number - 1) * 3 + tenant
}

type Word = &'static str;

/// The rows of one tenant, by number. What they have of other tables is a number too, but where it may be anybody's: that is a key.
#[derive(Debug, Clone)]
struct Rows {
    boards: BTreeMap<i32, Word>,
    /// Board, text.
    notes: BTreeMap<i32, (i32, Word)>,
    /// Note, mark.
    marks: BTreeSet<(i32, Word)>,
    covers: BTreeMap<i32, Word>,
    /// By person.
    members: BTreeMap<i32, Word>,
    /// By name.
    presets: BTreeMap<usize, Word>,
    labels: BTreeMap<i32, Word>,
    hints: BTreeSet<(i32, Word)>,
    /// Anybody's label, title, and whether it is hidden.
    drafts: BTreeMap<i32, (i32, Word, bool)>,
    /// Anybody's page, name.
    ledgers: BTreeMap<i32, (i32, Word)>,
    pages: BTreeMap<i32, Word>,
}

/// The rows of the tenants, and those that they share.
#[derive(Debug, Clone)]
pub(crate) struct World {
    tenants: [(i32, Rows); 3],
    presets: BTreeMap<usize, Word>,
    labels: BTreeSet<i32>,
}

/// What is left of a world.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) tenants: Vec<i32>,
    /// Rows that all share.
    pub(crate) shared: bool,
    /// Rows that the filter hides.
    pub(crate) hidden: bool,
    /// Of the members, only those of this person.
    pub(crate) person: Option<i32>,
}

impl Part {
    pub(crate) fn of(tenants: &[i32]) -> Self {
        Self { tenants: tenants.to_vec(), shared: true, hidden: true, person: None }
    }

    pub(crate) fn everything() -> Self {
        Self::of(&[OTHERS[0], TENANT, OTHERS[1]])
    }
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let shared = (btree_map(0..WORDS.len(), word(), 0..=3), btree_set(SHARED, 1..=3));
    (rows(), rows(), rows(), shared).prop_map(|(own, first, last, (presets, labels))| World {
        tenants: [(TENANT, own), (OTHERS[0], first), (OTHERS[1], last)],
        presets,
        labels,
    })
}

pub(crate) fn word() -> impl Strategy<Value = Word> {
    select(&WORDS[..])
}

fn rows() -> impl Strategy<Value = Rows> {
    let (row, any_label) = (|| btree_map(NUMBERS, word(), 0..=3), prop_oneof![KEYS, SHARED]);
    // More of what begins a chain, for chains that are whole.
    (
        btree_map(NUMBERS, word(), 1..=3),
        btree_map(NUMBERS, (NUMBERS, word()), 1..=3),
        btree_set((NUMBERS, word()), 1..=6),
        btree_map(NUMBERS, word(), 0..=2),
        btree_map(PEOPLE, word(), 0..=4),
        btree_map(0..WORDS.len(), word(), 0..=3),
        row(),
        btree_set((NUMBERS, word()), 0..=3),
        btree_map(NUMBERS, (any_label, word(), any::<bool>()), 0..=3),
        btree_map(NUMBERS, (KEYS, word()), 0..=3),
        row(),
    )
        .prop_map(
            |(boards, notes, marks, covers, members, presets, labels, hints, drafts, ledgers, pages)| Rows {
                boards,
                notes,
                marks,
                covers,
                members,
                presets,
                labels,
                hints,
                drafts,
                ledgers,
                pages,
            },
        )
}

/// The statement that inserts rows, or none.
fn insert(table: &str, rows: Vec<String>) -> String {
    if rows.is_empty() { String::new() } else { format!("INSERT INTO {table} VALUES {};", rows.join(", ")) }
}

impl World {
    /// The statements that insert a part, without the library.
    pub(crate) fn inserts(&self, part: &Part) -> String {
        let tenants = || self.tenants.iter().filter(|(tenant, _)| part.tenants.contains(tenant));
        let linked: BTreeSet<_> =
            tenants().flat_map(|(_, rows)| rows.members.keys().copied()).chain(KNOWN).collect();
        let people = linked.iter().map(|id| format!("({id}, 'person {id}')")).collect();
        let rows = tenants().map(|(tenant, rows)| rows.inserts(*tenant, part));
        rows.chain([insert("people", people), if part.shared { self.shared() } else { String::new() }])
            .collect()
    }

    fn shared(&self) -> String {
        let presets = self
            .presets
            .iter()
            .map(|(name, value)| format!("({}, NULL, '{}', '{value}')", 101 + name, WORDS[*name]));
        let labels = self.labels.iter().map(|id| format!("({id}, 0, 'sun')"));
        let hints = self.labels.iter().map(|id| format!("({id}, 'sea')"));
        [
            insert("presets", presets.collect()),
            insert("labels", labels.collect()),
            insert("hints", hints.collect()),
        ]
        .concat()
    }

    /// The keys of the presets and of the labels that all share.
    pub(crate) fn shared_keys(&self) -> (Vec<i32>, Vec<i32>) {
        let presets = self.presets.keys().map(|name| 101 + i32::try_from(*name).expect("few names"));
        (presets.collect(), self.labels.iter().copied().collect())
    }
}

impl Rows {
    fn inserts(&self, tenant: i32, part: &Part) -> String {
        let key = |number: &i32| key(tenant, *number);
        let boards = self.boards.iter().map(|(n, title)| format!("({}, {tenant}, '{title}')", key(n)));
        let notes =
            self.notes.iter().map(|(n, (board, body))| format!("({}, {}, '{body}')", key(n), key(board)));
        let marks = self.marks.iter().map(|(note, mark)| format!("({}, '{mark}', {note})", key(note)));
        let covers = self.covers.iter().map(|(n, colour)| format!("({}, '{colour}')", key(n)));
        let members =
            self.members.iter().filter(|(person, _)| part.person.is_none_or(|only| only == **person));
        let members = members.map(|(person, role)| format!("({tenant}, {person}, '{role}')"));
        let preset = |(name, value): (&usize, &Word)| {
            let number = i32::try_from(*name + 1).expect("few names");
            format!("({}, {tenant}, '{}', '{value}')", key(&number), WORDS[*name])
        };
        let labels = self.labels.iter().map(|(n, name)| format!("({}, {tenant}, '{name}')", key(n)));
        let hints = self.hints.iter().map(|(label, hint)| format!("({}, '{hint}')", key(label)));
        let drafts = self.drafts.iter().filter(|(_, (.., hidden))| part.hidden || !hidden);
        let drafts = drafts.map(|(n, (label, title, hidden))| {
            let deleted = if *hidden { "7" } else { "NULL" };
            format!("({}, {tenant}, {label}, '{title}', {deleted})", key(n))
        });
        let ledgers =
            self.ledgers.iter().map(|(n, (page, name))| format!("({}, {tenant}, {page}, '{name}')", key(n)));
        let pages = self.pages.iter().map(|(n, name)| format!("({}, {tenant}, '{name}')", key(n)));
        [
            insert("firms", vec![format!("({tenant}, 'firm')")]),
            insert("boards", boards.collect()),
            insert("notes", notes.collect()),
            insert("marks", marks.collect()),
            insert("covers", covers.collect()),
            insert("members", members.collect()),
            insert("presets", self.presets.iter().map(preset).collect()),
            insert("labels", labels.collect()),
            insert("hints", hints.collect()),
            insert("drafts", drafts.collect()),
            insert("ledgers", ledgers.collect()),
            insert("pages", pages.collect()),
        ]
        .concat()
    }
}
