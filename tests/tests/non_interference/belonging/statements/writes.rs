//! Runs the random writes.

use diesel::dsl::exists;
use diesel::prelude::*;
use tenancy_diesel::{delete, insert_into, update};

use super::{Connection, RunQueryDsl, Scopes, count, dialect};
use crate::belonging::schema::{
    boards, covers, drafts, firms, hints, labels, ledgers, marks, members, notes, people, presets,
};
use crate::belonging::write::{NewMark, NewNote, NewPreset, Verb, Write};
use crate::property::Answer;

macro_rules! run {
    ($statement:expr, $connection:expr) => {
        count($statement.execute($connection).await)
    };
}

pub(super) async fn run(write: &Write, scopes: &Scopes, connection: &mut Connection) -> Answer {
    let Write { verb, on, key, parent, person, word, hidden } = write;
    let (key, parent, word, hidden) = (*key, *parent, *word, hidden.then_some(7));
    let scope = &scopes.tenant;
    let (boards, notes, marks) =
        (boards::table.scoped(scope), notes::table.scoped(scope), marks::table.scoped(scope));
    let (covers, hints) = (covers::table.scoped(scope), hints::table.scoped(scope));
    let (presets, labels, drafts) =
        (presets::table.scoped(scope), labels::table.scoped(scope), drafts::table.scoped(scope));
    let (members, ledgers) = (members::table.scoped(scope), ledgers::table.scoped(&scopes.org));
    let as_nobody = labels::table.scoped(&scopes.nobody);
    let note = |id, board_id| NewNote { id, board_id, body: word };
    let preset = NewPreset { id: key, name: word, value: "new" };
    let mark = NewMark { note_id: parent, mark: word, weight: 8 };
    let on_note = || on!(on, notes::id, notes::body);
    let on_mark = || on!(on, marks::note_id, marks::mark);
    let on_hint = || on!(on, hints::label_id, hints::hint);
    let on_label = || on!(on, labels::id, labels::name);
    let on_draft = || on!(on, drafts::id, drafts::title);
    let on_member = || on!(on, members::person_id, members::role);
    let on_ledger = || on!(on, ledgers::id, ledgers::name);
    match verb {
        Verb::InsertBoard => {
            run!(insert_into(boards).values((boards::id.eq(key), boards::title.eq(word))), connection)
        }
        Verb::UpdateBoardsThatHaveNotes => {
            let has_notes = exists(notes.filter(notes::board_id.eq(boards::id)));
            run!(update(boards).filter(has_notes).set(boards::title.eq(word)), connection)
        }
        Verb::DeleteBoards => run!(delete(boards).filter(on!(on, boards::id, boards::title)), connection),
        Verb::InsertNote => run!(insert_into(notes).values(note(key, parent)), connection),
        Verb::InsertNotes => {
            run!(insert_into(notes).values(vec![note(14, 2), note(17, parent)]), connection)
        }
        Verb::UpsertNote => dialect::upsert_note(note(key, parent), scope, connection).await,
        Verb::UpdateNotes => run!(update(notes).filter(on_note()).set(notes::body.eq(word)), connection),
        Verb::NotesUnder => run!(update(notes).filter(on_note()).under(parent), connection),
        Verb::DeleteNotes => run!(delete(notes).filter(on_note()), connection),
        Verb::DeleteNotesThatHaveMarks => {
            let marked = marks.filter(on_mark()).select(marks::note_id);
            run!(delete(notes).filter(notes::id.eq_any(marked)), connection)
        }
        Verb::InsertMark => run!(insert_into(marks).values(mark), connection),
        Verb::UpsertMark => dialect::upsert_mark(mark, scope, connection).await,
        Verb::UpdateMarks => {
            run!(update(marks).filter(on_mark()).set(marks::weight.eq(marks::weight + 10)), connection)
        }
        Verb::MarksUnder => {
            run!(update(marks).filter(on_mark()).set(marks::weight.eq(7)).under(parent), connection)
        }
        Verb::DeleteMarks => run!(delete(marks).filter(on_mark()), connection),
        Verb::InsertCover => {
            run!(
                insert_into(covers).values((covers::board_id.eq(parent), covers::colour.eq(word))),
                connection
            )
        }
        Verb::CoversUnder => {
            run!(update(covers).filter(covers::board_id.ne(parent)).under(parent), connection)
        }
        Verb::DeleteCovers => {
            run!(delete(covers).filter(on!(on, covers::board_id, covers::colour)), connection)
        }
        Verb::Link => {
            run!(
                insert_into(members).values((members::person_id.eq(*person), members::role.eq(word))),
                connection
            )
        }
        Verb::UpdateMembers => {
            run!(update(members).filter(on_member()).set(members::role.eq(word)), connection)
        }
        Verb::DeleteMembersThatHaveNames => {
            let named =
                people::table.scoped(scope).filter(people::id.between(on.from, on.to)).select(people::id);
            run!(delete(members).filter(members::person_id.eq_any(named)), connection)
        }
        Verb::InsertPreset => run!(insert_into(presets).values(preset), connection),
        Verb::UpsertPreset => dialect::upsert_preset(preset, scope, connection).await,
        Verb::UpdatePresets => {
            run!(
                update(presets).filter(on!(on, presets::id, presets::name)).set(presets::value.eq(word)),
                connection
            )
        }
        Verb::DeletePresets => run!(delete(presets).filter(on!(on, presets::id, presets::name)), connection),
        Verb::InsertLabel => {
            run!(insert_into(labels).values((labels::id.eq(key), labels::name.eq(word))), connection)
        }
        Verb::UpdateLabels => run!(update(labels).filter(on_label()).set(labels::name.eq(word)), connection),
        Verb::DeleteLabels => run!(delete(labels).filter(on_label()), connection),
        Verb::InsertHint => {
            run!(insert_into(hints).values((hints::label_id.eq(parent), hints::hint.eq(word))), connection)
        }
        Verb::HintsUnder => run!(update(hints).filter(hints::label_id.eq(key)).under(parent), connection),
        Verb::UpdateHints => run!(update(hints).filter(on_hint()).set(hints::hint.eq("new")), connection),
        Verb::DeleteHints => run!(delete(hints).filter(on_hint()), connection),
        Verb::InsertDraft => {
            let row = (
                drafts::id.eq(key),
                drafts::label_id.eq(parent),
                drafts::title.eq(word),
                drafts::deleted_at.eq(hidden),
            );
            run!(insert_into(drafts).values(row), connection)
        }
        Verb::UpdateDrafts => {
            run!(update(drafts).filter(on_draft()).set(drafts::deleted_at.eq(7)), connection)
        }
        Verb::UpdateUnfiltered => {
            run!(
                update(drafts.unfiltered()).filter(on_draft()).set(drafts::deleted_at.eq(hidden)),
                connection
            )
        }
        Verb::DeleteDrafts => run!(delete(drafts).filter(on_draft()), connection),
        Verb::DeleteUnfiltered => run!(delete(drafts.unfiltered()).filter(on_draft()), connection),
        Verb::UpdateFirms => {
            let firms = update(firms::table.scoped(scope)).filter(on!(on, firms::id, firms::name));
            run!(firms.set(firms::name.eq(word)), connection)
        }
        Verb::InsertLedger => {
            let row = (ledgers::id.eq(key), ledgers::page_id.eq(parent), ledgers::name.eq(word));
            run!(insert_into(ledgers).values(row), connection)
        }
        Verb::UpdateLedgers => {
            run!(update(ledgers).filter(on_ledger()).set(ledgers::name.eq("new")), connection)
        }
        Verb::DeleteLedgers => run!(delete(ledgers).filter(on_ledger()), connection),
        Verb::InsertAsNobody => {
            run!(insert_into(as_nobody).values((labels::id.eq(key + 100), labels::name.eq(word))), connection)
        }
        Verb::UpdateAsNobody => {
            run!(update(as_nobody).filter(on_label()).set(labels::name.eq("new")), connection)
        }
        Verb::DeleteAsNobody => run!(delete(as_nobody).filter(on_label()), connection),
        Verb::InsertHintAsNobody => {
            let row = (hints::label_id.eq(parent), hints::hint.eq(word));
            run!(insert_into(hints::table.scoped(&scopes.nobody)).values(row), connection)
        }
        Verb::DeleteHintsAsNobody => {
            run!(delete(hints::table.scoped(&scopes.nobody)).filter(on_hint()), connection)
        }
    }
}
