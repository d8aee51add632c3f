//! Runs the random reads of several tenants.

use diesel::prelude::*;
use tenancy_diesel::ScopedSet;

use super::{Connection, RunQueryDsl, rows};
use crate::belonging::read::{Read, Shape};
use crate::belonging::schema::{boards, drafts, marks, notes, people, presets};
use crate::property::Answer;

pub(super) async fn run(read: &Read, set: &ScopedSet<i32>, connection: &mut Connection) -> Answer {
    let on = &read.on;
    let (boards, notes) = (boards::table.scoped(set), notes::table.scoped(set));
    match read.shape {
        Shape::SetOfBoards => rows(
            boards.filter(on!(on, boards::id, boards::title)).load::<(i32, i32, String)>(connection).await,
        ),
        Shape::SetOfNotes => {
            rows(notes.filter(on!(on, notes::id, notes::body)).load::<(i32, i32, String)>(connection).await)
        }
        Shape::SetOfMarks => {
            let query = marks::table.scoped(set).filter(on!(on, marks::note_id, marks::mark));
            rows(query.load::<(i32, String, i32)>(connection).await)
        }
        Shape::SetOfNotesWithBoards => {
            let query = notes.inner_join(boards).filter(on!(on, notes::id, notes::body));
            rows(query.select((notes::id, boards::tenant_id)).load::<(i32, i32)>(connection).await)
        }
        Shape::SetOfPeople => {
            let query = people::table.scoped(set).filter(on!(on, people::id, people::name));
            rows(query.load::<(i32, String)>(connection).await)
        }
        Shape::SetOfPresetsOrShared => {
            let query = presets::table.scoped(set).or_shared().filter(on!(on, presets::id, presets::name));
            rows(query.load::<(i32, Option<i32>, String, String)>(connection).await)
        }
        Shape::SetOfDraftsUnfiltered => {
            let query = drafts::table.scoped(set).unfiltered().filter(on!(on, drafts::id, drafts::title));
            rows(query.load::<(i32, i32, i32, String, Option<i32>)>(connection).await)
        }
        other => unreachable!("{other:?} is one tenant's"),
    }
}
