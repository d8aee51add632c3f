//! Random reads, each with the part of a world that it may depend on.

use proptest::prelude::*;
use proptest::sample::select;

use super::rows::{KEYS, PEOPLE, Part, word};
use crate::predicate::raw;
use crate::rows::{OTHERS, TENANT};

/// `key BETWEEN from AND to OR word = … OR raw`, of whichever columns the table has for it.
#[derive(Debug, Clone)]
pub(crate) struct On {
    pub(crate) from: i32,
    pub(crate) to: i32,
    pub(crate) word: &'static str,
    pub(crate) raw: &'static str,
}

#[derive(Debug, Clone)]
pub(crate) struct Read {
    pub(crate) shape: Shape,
    pub(crate) on: On,
    /// What a stranger brings.
    pub(crate) person: i32,
}

listed! {
    Shape, SHAPES:
    // The parent, and what belongs through it.
    Notes,
    NotesOr,
    NotesBoxed,
    NotesCounted,
    NotesGrouped,
    NotesAliased,
    NotesWithBoards,
    BoardsWithNotes,
    BoardsThatHaveNotes,
    NotesThatHaveMarks,
    Marks,
    Chain,
    Covers,
    // The link, and what is linked.
    People,
    MembersWithPeople,
    PeopleWithRole,
    // One's own, or with what all share.
    Presets,
    PresetsOrShared,
    PresetsOverShared,
    Labels,
    LabelsOrShared,
    LabelsOverShared,
    LabelsThatHaveHints,
    Hints,
    // The filter.
    Drafts,
    DraftsUnfiltered,
    DraftsWithLabels,
    DraftsWithAnyLabel,
    // The tenants themselves, and another kind of owner.
    Firms,
    Ledgers,
    LedgersWithPages,
    // Several tenants.
    SetOfBoards,
    SetOfNotes,
    SetOfMarks,
    SetOfNotesWithBoards,
    SetOfPeople,
    SetOfPresetsOrShared,
    SetOfDraftsUnfiltered,
    // Nobody yet.
    BeforeAdmission,
}

/// The tenants of the set.
pub(crate) const SET: [i32; 2] = [TENANT, OTHERS[0]];

impl Read {
    /// What it may depend on: nothing else makes a difference.
    pub(crate) fn reaches(&self) -> Part {
        use Shape::*;

        let tenants = match self.shape {
            SetOfBoards
            | SetOfNotes
            | SetOfMarks
            | SetOfNotesWithBoards
            | SetOfPeople
            | SetOfPresetsOrShared
            | SetOfDraftsUnfiltered => &SET[..],
            BeforeAdmission => &[OTHERS[0], TENANT, OTHERS[1]],
            _ => &[TENANT],
        };
        let shared = matches!(
            self.shape,
            PresetsOrShared
                | PresetsOverShared
                | LabelsOrShared
                | LabelsOverShared
                | DraftsWithAnyLabel
                | SetOfPresetsOrShared
        );
        let hidden = matches!(self.shape, DraftsUnfiltered | DraftsWithAnyLabel | SetOfDraftsUnfiltered);
        let person = (self.shape == BeforeAdmission).then_some(self.person);
        Part { tenants: tenants.to_vec(), shared, hidden, person }
    }
}

/// A condition with such SQL in it.
pub(crate) fn on(raw: impl Strategy<Value = &'static str>) -> impl Strategy<Value = On> {
    (KEYS, 0..6, word(), raw).prop_map(|(from, length, word, raw)| On { from, to: from + length, word, raw })
}

/// Reads of a shape. Mostly their SQL adds no rows.
pub(crate) fn reads(shape: Shape) -> impl Strategy<Value = Read> {
    let raw = prop_oneof![2 => select(vec!["1=0"]), 1 => raw()];
    (on(raw), PEOPLE).prop_map(move |(on, person)| Read { shape, on, person })
}
