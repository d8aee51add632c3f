//! Runs the random reads of what is linked, shared or hidden, and of other owners'.

use diesel::dsl::exists;
use diesel::prelude::*;

use super::{Connection, RunQueryDsl, Scopes, chains, rows, sets};
use crate::belonging::read::{Read, Shape};
use crate::belonging::schema::{drafts, firms, hints, labels, ledgers, members, pages, people, presets};
use crate::property::Answer;

/// The rows of a source that a condition finds, with all of their columns.
macro_rules! all {
    ($source:expr, $on:expr, $row:ty, $connection:expr) => {
        rows($source.filter($on).load::<$row>($connection).await)
    };
}

pub(super) async fn run(read: &Read, scopes: &Scopes, connection: &mut Connection) -> Answer {
    type Preset = (i32, Option<i32>, String, String);
    type Label = (i32, i32, String);
    type Draft = (i32, i32, i32, String, Option<i32>);

    let (scope, on) = (&scopes.tenant, &read.on);
    let on_preset = || on!(on, presets::id, presets::name);
    let on_label = || on!(on, labels::id, labels::name);
    let on_draft = || on!(on, drafts::id, drafts::title);
    let (presets, labels, drafts) =
        (presets::table.scoped(scope), labels::table.scoped(scope), drafts::table.scoped(scope));
    match read.shape {
        Shape::People => {
            all!(people::table.scoped(scope), on!(on, people::id, people::name), (i32, String), connection)
        }
        Shape::MembersWithPeople => {
            let joined = members::table.scoped(scope).inner_join(people::table.scoped(scope));
            let query = joined.filter(on!(on, members::person_id, members::role)).select((
                members::tenant_id,
                members::role,
                people::name,
            ));
            rows(query.load::<(i32, String, String)>(connection).await)
        }
        Shape::PeopleWithRole => {
            let role = members::table
                .scoped(scope)
                .filter(members::person_id.eq(people::id))
                .filter(members::role.eq(on.word));
            rows(people::table.scoped(scope).filter(exists(role)).load::<(i32, String)>(connection).await)
        }
        Shape::Presets => all!(presets, on_preset(), Preset, connection),
        Shape::PresetsOrShared => all!(presets.or_shared(), on_preset(), Preset, connection),
        Shape::PresetsOverShared => all!(presets.over_shared(presets::name), on_preset(), Preset, connection),
        Shape::Labels => all!(labels, on_label(), Label, connection),
        Shape::LabelsOrShared => all!(labels.or_shared(), on_label(), Label, connection),
        Shape::LabelsOverShared => all!(labels.over_shared(labels::name), on_label(), Label, connection),
        Shape::LabelsThatHaveHints => {
            let hints = hints::table.scoped(scope).filter(hints::label_id.eq(labels::id));
            rows(labels.filter(exists(hints)).load::<Label>(connection).await)
        }
        Shape::Hints => {
            all!(hints::table.scoped(scope), on!(on, hints::label_id, hints::hint), (i32, String), connection)
        }
        Shape::Drafts => all!(drafts, on_draft(), Draft, connection),
        Shape::DraftsUnfiltered => all!(drafts.unfiltered(), on_draft(), Draft, connection),
        Shape::DraftsWithLabels => {
            let query =
                drafts.left_join(labels).filter(on_draft()).select((drafts::id, labels::name.nullable()));
            rows(query.load::<(i32, Option<String>)>(connection).await)
        }
        Shape::DraftsWithAnyLabel => {
            let query = drafts.unfiltered().inner_join(labels.or_shared()).filter(on_draft());
            rows(
                query
                    .select((drafts::id, labels::id, labels::tenant_id))
                    .load::<(i32, i32, i32)>(connection)
                    .await,
            )
        }
        Shape::Firms => {
            all!(firms::table.scoped(scope), on!(on, firms::id, firms::name), (i32, String), connection)
        }
        Shape::Ledgers => {
            let source = ledgers::table.scoped(&scopes.org);
            all!(source, on!(on, ledgers::id, ledgers::name), (i32, i32, i32, String), connection)
        }
        Shape::LedgersWithPages => {
            let joined = ledgers::table.scoped(&scopes.org).left_join(pages::table.scoped(&scopes.workspace));
            let query = joined.filter(on!(on, ledgers::id, ledgers::name));
            rows(
                query
                    .select((ledgers::id, pages::name.nullable()))
                    .load::<(i32, Option<String>)>(connection)
                    .await,
            )
        }
        Shape::BeforeAdmission => {
            let source = members::table.before_admission(&scopes.door, members::person_id, read.person);
            let query = source.filter(on!(on, members::person_id, members::role));
            let query = query.select((members::tenant_id, members::person_id, members::role));
            rows(query.load::<(i32, i32, String)>(connection).await)
        }
        Shape::SetOfBoards
        | Shape::SetOfNotes
        | Shape::SetOfMarks
        | Shape::SetOfNotesWithBoards
        | Shape::SetOfPeople
        | Shape::SetOfPresetsOrShared
        | Shape::SetOfDraftsUnfiltered => sets::run(read, &scopes.set, connection).await,
        _ => chains::run(read, scope, connection).await,
    }
}
