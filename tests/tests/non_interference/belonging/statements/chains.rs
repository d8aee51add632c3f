//! Runs the random reads of what belongs through a parent.

use diesel::dsl::{count_star, exists, max};
use diesel::prelude::*;
use tenancy_diesel::Scoped;

use super::{Backend, Connection, RunQueryDsl, rows};
use crate::belonging::read::{Read, Shape};
use crate::belonging::schema::{boards, covers, marks, notes};
use crate::property::Answer;

type Note = (i32, i32, String);

pub(super) async fn run(read: &Read, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    let on = &read.on;
    let (boards, notes, marks) =
        (boards::table.scoped(scope), notes::table.scoped(scope), marks::table.scoped(scope));
    let on_note = || on!(on, notes::id, notes::body);
    match read.shape {
        Shape::Notes => rows(notes.filter(on_note()).load::<Note>(connection).await),
        Shape::NotesOr => {
            let query = notes.filter(notes::board_id.eq(on.from)).or_filter(on_note());
            rows(query.load::<Note>(connection).await)
        }
        Shape::NotesBoxed => {
            let query = notes.into_boxed::<Backend>().filter(notes::board_id.le(on.to)).or_filter(on_note());
            rows(query.order(notes::id).limit(3).load::<Note>(connection).await)
        }
        Shape::NotesCounted => {
            let query = notes.filter(on_note()).select((count_star(), max(notes::body)));
            let counted = query.load::<(i64, Option<String>)>(connection).await;
            rows(counted.map(|rows| rows.into_iter().filter(|(count, _)| *count > 0).collect()))
        }
        Shape::NotesGrouped => {
            let query =
                notes.filter(on_note()).group_by(notes::board_id).select((notes::board_id, count_star()));
            rows(query.load::<(i32, i64)>(connection).await)
        }
        Shape::NotesAliased => {
            let others = tenancy_diesel::alias!(notes as others);
            let beside = notes::board_id.eq(others.field(notes::board_id));
            let query = notes.inner_join(others.scoped(scope).on(beside)).filter(on_note());
            rows(query.select((notes::id, others.field(notes::id))).load::<(i32, i32)>(connection).await)
        }
        Shape::NotesWithBoards => {
            let query = notes.inner_join(boards).filter(on_note()).select((
                notes::id,
                boards::tenant_id,
                boards::title,
            ));
            rows(query.load::<Note>(connection).await)
        }
        Shape::BoardsWithNotes => {
            let query = boards.left_join(notes).filter(on!(on, boards::id, boards::title));
            rows(
                query
                    .select((boards::id, notes::body.nullable()))
                    .load::<(i32, Option<String>)>(connection)
                    .await,
            )
        }
        Shape::BoardsThatHaveNotes => {
            let of_board = notes.filter(notes::board_id.eq(boards::id)).filter(on_note());
            rows(boards.filter(exists(of_board)).load::<Note>(connection).await)
        }
        Shape::NotesThatHaveMarks => {
            let marked = marks.filter(on!(on, marks::note_id, marks::mark)).select(marks::note_id);
            rows(notes.filter(notes::id.eq_any(marked)).load::<Note>(connection).await)
        }
        Shape::Marks => {
            let query = marks.filter(on!(on, marks::note_id, marks::mark));
            rows(query.load::<(i32, String, i32)>(connection).await)
        }
        Shape::Chain => {
            let query = boards.inner_join(notes.left_join(marks)).filter(on!(on, boards::id, boards::title));
            let query = query.select((boards::id, notes::id, marks::mark.nullable()));
            rows(query.load::<(i32, i32, Option<String>)>(connection).await)
        }
        Shape::Covers => {
            let query = covers::table.scoped(scope).filter(on!(on, covers::board_id, covers::colour));
            rows(query.load::<(i32, String)>(connection).await)
        }
        other => unreachable!("{other:?} has no parent"),
    }
}
