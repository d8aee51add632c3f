//! Random writes.

use diesel::prelude::*;
use proptest::prelude::*;
use proptest::sample::select;

use super::read::{On, on};
use super::rows::{KEYS, KNOWN, SHARED, key, word};
use super::schema::{marks, notes, presets};
use crate::rows::TENANT;

/// A note to insert.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = notes)]
pub(crate) struct NewNote {
    pub(crate) id: i32,
    pub(crate) board_id: i32,
    pub(crate) body: &'static str,
}

/// A mark to insert.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = marks)]
pub(crate) struct NewMark {
    pub(crate) note_id: i32,
    pub(crate) mark: &'static str,
    pub(crate) weight: i32,
}

/// A preset to insert.
#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = presets)]
pub(crate) struct NewPreset {
    pub(crate) id: i32,
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

/// A write of the tenant's.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) verb: Verb,
    pub(crate) on: On,
    /// The key of a new row: one of the tenant's.
    pub(crate) key: i32,
    /// A parent, of whichever tenant, everybody's, or none.
    pub(crate) parent: i32,
    pub(crate) person: i32,
    pub(crate) word: &'static str,
    pub(crate) hidden: bool,
}

listed! {
    Verb, VERBS:
    InsertBoard,
    UpdateBoardsThatHaveNotes,
    DeleteBoards,
    InsertNote,
    InsertNotes,
    UpsertNote,
    UpdateNotes,
    NotesUnder,
    DeleteNotes,
    DeleteNotesThatHaveMarks,
    InsertMark,
    UpsertMark,
    UpdateMarks,
    MarksUnder,
    DeleteMarks,
    InsertCover,
    CoversUnder,
    DeleteCovers,
    Link,
    UpdateMembers,
    DeleteMembersThatHaveNames,
    InsertPreset,
    UpsertPreset,
    UpdatePresets,
    DeletePresets,
    InsertLabel,
    UpdateLabels,
    DeleteLabels,
    InsertHint,
    HintsUnder,
    UpdateHints,
    DeleteHints,
    InsertDraft,
    UpdateDrafts,
    UpdateUnfiltered,
    DeleteDrafts,
    DeleteUnfiltered,
    UpdateFirms,
    InsertLedger,
    UpdateLedgers,
    DeleteLedgers,
    // By a scope of the id that the shared rows have.
    InsertAsNobody,
    UpdateAsNobody,
    DeleteAsNobody,
    InsertHintAsNobody,
    DeleteHintsAsNobody,
}

impl Verb {
    /// Whether it changes nothing, whatever there is.
    pub(crate) fn is_nobodys(self) -> bool {
        use Verb::*;

        matches!(
            self,
            InsertAsNobody | UpdateAsNobody | DeleteAsNobody | InsertHintAsNobody | DeleteHintsAsNobody
        )
    }
}

/// A table whose rows are moved to another tenant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    Boards,
    Drafts,
    Presets,
    Members,
    Ledgers,
}

pub(crate) const MOVES: [Move; 5] = [Move::Boards, Move::Drafts, Move::Presets, Move::Members, Move::Ledgers];

/// SQL that closes no parenthesis: beside an update's own that would be another statement.
pub(crate) fn written_on() -> impl Strategy<Value = On> {
    on(prop_oneof![2 => select(vec!["1=0"]), 1 => select(vec!["1=1", "1=1 OR 1=1"])])
}

/// Writes by a verb.
pub(crate) fn writes(verb: Verb) -> impl Strategy<Value = Write> {
    // One's own more often than by chance.
    let own = || (1..=4).prop_map(|number| key(TENANT, number));
    let parent = prop_oneof![5 => own(), 1 => KEYS, 1 => SHARED];
    (written_on(), own(), parent, KNOWN, word(), any::<bool>()).prop_map(
        move |(on, key, parent, person, word, hidden)| Write { verb, on, key, parent, person, word, hidden },
    )
}
