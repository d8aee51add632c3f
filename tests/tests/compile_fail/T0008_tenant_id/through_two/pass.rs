// L03
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::ids::{OrgId, WorkspaceId};

tenancy_diesel::table! {
    #[tenant_scoped(workspace_id: WorkspaceId)]
    boards (workspace_id, id) { workspace_id -> Integer, id -> Integer, }
    #[tenant_scoped(through = boards(board_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, }
    #[tenant_scoped(through = notes(note_id))]
    logs (note_id, line) { note_id -> Integer, line -> Integer, }
}

pub fn lines(
    org: &Scoped<OrgId>,
    workspace: &Scoped<WorkspaceId>,
    connection: &mut SqliteConnection,
) -> QueryResult<Vec<i32>> {
    let _ = (org, workspace);
    logs::table.scoped(workspace).select(logs::line).load(connection)
}

fn main() {}
