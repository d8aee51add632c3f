//! The declaration that it writes compiles: the file beside this one is what it wrote, and a test keeps it so.

use diesel::prelude::*;
use tenancy_rls::{Roles, RowSecurity, tables};

use crate::desk::{DECIDED, Desk};

/// `schema/written.rs`, with the include as it is seen from this crate.
pub(crate) mod schema {
    #![allow(unused, unreachable_pub)] // as the Diesel CLI prints it
    tenancy_diesel::schema! {
        include = "tests/adopt/schema/written_diesel_schema.rs",
        tenant_column = organization_id: i32,
        scoped = [
            labels(org: i32),
            organizations(id: i32),
            presets(organization_id: i32, shared),
            users(link = memberships(user_id)),
        ],
        global = [
            plans,
        ],
    }
}

#[test]
fn the_declaration_that_is_compiled_here_is_the_one_that_is_written() {
    let desk = Desk::new("adopt_declared");
    desk.said(DECIDED, 0);
    let written = desk.read("out/schema.rs");
    let this = include_str!("declared.rs");
    let block = |text: &str| {
        let begin = text.find("tenant_column = organization_id").unwrap();
        let lines = text[begin..].lines().map(str::trim).take_while(|line| *line != "}").map(str::to_owned);
        lines.collect::<Vec<_>>()
    };
    assert_eq!(block(&written), block(this));
    assert!(written.contains("include = \"src/diesel_schema.rs\""), "{written}");
    assert!(written.contains("//     notes_labels -> labels (label_id),"), "{written}");
    assert_eq!(desk.read("out/diesel_schema.rs"), include_str!("schema/written_diesel_schema.rs"));

    // Without a column of their own, tables are declared through their parents, and nothing is migrated but a gap.
    let desk = Desk::new("adopt_through");
    desk.said(&[DECIDED, &["--through", "all"]].concat(), 0);
    let written = desk.read("out/schema.rs");
    assert!(written.contains("attachments(through = notes(note_id)),\n"), "{written}");
    assert!(written.contains("notes(through = boards(board_id)),\n"), "{written}");
    let names = desk.migrations().len();
    assert!(names < 6, "{names}");
}

#[test]
fn what_is_declared_reads_within_a_tenant_and_has_a_wall() {
    use schema::{attachments, boards, labels, notes, organizations, presets};
    let desk = Desk::new("adopt_reads");
    desk.said(DECIDED, 0);
    for folder in desk.migrations() {
        desk.migrate(&folder, "up.sql");
    }
    let mut connection = desk.connection();
    let scope = &tenancy_diesel::testing::scope(2_i32);
    let own: i64 = attachments::table.scoped(scope).count().get_result(&mut connection).unwrap();
    let joined: i64 = notes::table
        .scoped(scope)
        .inner_join(boards::table.scoped(scope))
        .count()
        .get_result(&mut connection)
        .unwrap();
    assert!(own > 0 && own < 3000 && own == joined, "{own} {joined}");
    let wall = RowSecurity::new(
        tables![attachments, boards, labels, notes, organizations, presets],
        Roles::new("desk_app", "desk_across").unwrap(),
    )
    .unwrap();
    assert!(wall.migration().up().contains("labels"));
}
