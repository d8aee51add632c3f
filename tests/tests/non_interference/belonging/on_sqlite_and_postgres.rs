//! Upserts, which SQLite and PostgreSQL have.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tenancy_diesel::{Scoped, insert_into};

use super::statements::count;
use super::{Connection, RunQueryDsl};
use crate::belonging::schema::{marks, notes, presets};
use crate::belonging::write::{NewMark, NewNote, NewPreset};
use crate::property::Answer;

pub(super) async fn upsert_note(row: NewNote, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    let insert = insert_into(notes::table.scoped(scope)).values(row).on_conflict(notes::id);
    count(insert.do_update().set(notes::body.eq("upserted")).execute(connection).await)
}

pub(super) async fn upsert_mark(row: NewMark, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    let insert = insert_into(marks::table.scoped(scope)).values(row).on_conflict(marks::mark);
    count(insert.do_update().set(marks::weight.eq(excluded(marks::weight))).execute(connection).await)
}

pub(super) async fn upsert_preset(
    row: NewPreset,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    let insert = insert_into(presets::table.scoped(scope)).values(row).on_conflict(presets::name);
    count(insert.do_update().set(presets::value.eq(excluded(presets::value))).execute(connection).await)
}
