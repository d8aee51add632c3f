//! Plain inserts in the place of upserts, which MariaDB has not.

use tenancy_diesel::{Scoped, insert_into};

use super::statements::count;
use super::{Connection, RunQueryDsl};
use crate::belonging::schema::{marks, notes, presets};
use crate::belonging::write::{NewMark, NewNote, NewPreset};
use crate::property::Answer;

pub(super) async fn upsert_note(row: NewNote, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    count(insert_into(notes::table.scoped(scope)).values(row).execute(connection).await)
}

pub(super) async fn upsert_mark(row: NewMark, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    count(insert_into(marks::table.scoped(scope)).values(row).execute(connection).await)
}

pub(super) async fn upsert_preset(
    row: NewPreset,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    count(insert_into(presets::table.scoped(scope)).values(row).execute(connection).await)
}
