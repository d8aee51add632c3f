//! Moves random rows to another tenant.

use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, move_rows};
use tenancy_tests::ids::OrgId;

use super::{Connection, RunQueryDsl, count};
use crate::belonging::read::On;
use crate::belonging::schema::{boards, drafts, ledgers, members, presets};
use crate::belonging::write::Move;
use crate::property::Answer;
use crate::rows::{OTHERS, TENANT};

pub(super) async fn run(what: Move, on: &On, across: &CrossTenant, connection: &mut Connection) -> Answer {
    macro_rules! moved {
        ($table:ident, $tenant:expr, $key:expr, $word:expr) => {{
            let rows = move_rows($table::table, across).from($tenant(TENANT)).to($tenant(OTHERS[0]));
            count(rows.filter(on!(on, $key, $word)).execute(connection).await)
        }};
    }
    match what {
        Move::Boards => moved!(boards, i32::from, boards::id, boards::title),
        Move::Drafts => moved!(drafts, i32::from, drafts::id, drafts::title),
        Move::Presets => moved!(presets, i32::from, presets::id, presets::name),
        Move::Members => moved!(members, i32::from, members::person_id, members::role),
        Move::Ledgers => moved!(ledgers, OrgId, ledgers::id, ledgers::name),
    }
}
