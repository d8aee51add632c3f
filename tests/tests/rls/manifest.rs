//! The wall as a file: what is read back is what was declared, and does what it does.

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Inspection, Manifest, Roles, RowSecurity, Tables, tables};

use crate::rules::report_as;
use crate::{admission_tables, belonging_tables, database, one_of_everything};

/// As the manifest has it.
fn read_back(wall: &RowSecurity) -> RowSecurity {
    let manifest: Manifest = Manifest::of(wall).to_string().parse().unwrap();
    manifest.row_security().clone()
}

mod kinds {
    pub(super) mod ids {
        use diesel::{deserialize::FromSqlRow, expression::AsExpression, sql_types::Text};
        #[derive(Debug, Clone, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
        #[diesel(sql_type = Text)]
        pub struct WorkspaceId(pub String);
    }
    use ids::WorkspaceId;

    tenancy_diesel::table! {
        #[tenant_scoped(workspace: WorkspaceId, shared = "it's all's")]
        studio.designs (workspace, id) { workspace -> Text, id -> Integer, }
        #[tenant_scoped(through = designs(design_id = id))]
        studio.layers (id) { id -> Integer, design_id -> Integer, }
        #[sql_name = "odd \"name\" (it's)"]
        #[tenant_scoped(tenant_id)]
        things (id) {
            id -> Integer,
            tenant_id -> Text,
            #[sql_name = "a $ % \\ 'column'"]
            odd -> Integer,
        }
    }
}

/// Every kind of table, of role, of mode, of server and of place.
fn walls() -> Vec<RowSecurity> {
    let roles = || Roles::new("app", "across").unwrap();
    let all = || roles().owner("own\"er").unwrap().sets("sets").unwrap().admission("admission").unwrap();
    let wall = |tables: Tables, roles: Roles| RowSecurity::new(tables, roles).unwrap();
    let of_all_kinds = || {
        belonging_tables::declared()
            .linked_by_tenants::<belonging_tables::members::table>("a directory")
            .unique_over_all_tenants::<belonging_tables::presets::table>(
                "presets_name_key",
                "it's \\ \"quoted\"",
            )
            .unique_over_all_tenants::<belonging_tables::boards::table>(
                "boards_id_key",
                "numbers are drawn once",
            )
    };
    vec![
        wall(database::declared(), roles()),
        wall(database::declared(), roles()).sealed(),
        wall(database::declared(), roles()).accepting_both(),
        wall(database::declared(), roles()).citus().unwrap(),
        wall(belonging_tables::declared(), roles()),
        wall(of_all_kinds(), all()).sealed(),
        wall(of_all_kinds().in_schema("of \"acme\""), all()),
        wall(admission_tables::declared().tenant_tables_in_schema("of_acme"), all()),
        wall(admission_tables::declared_global(), roles()),
        wall(one_of_everything::declared(), roles()),
        wall(tables![kinds::designs, kinds::layers], roles()),
        wall(
            tables![kinds::designs, kinds::layers, kinds::things].same_owner_as::<kinds::things::table>(),
            roles(),
        ),
    ]
}

#[test]
fn what_is_read_back_is_the_wall_of_every_kind_of_table() {
    for wall in walls() {
        let read = read_back(&wall);
        assert_eq!(read, wall);
        let migrations = |wall: &RowSecurity| {
            [wall.migration(), wall.tables_migration(), wall.mode_migration()]
                .map(|one| (one.up(), one.down()))
        };
        assert_eq!(migrations(&read), migrations(&wall));
        let text = Manifest::of(&wall).to_string();
        assert_eq!(Manifest::of(&read).to_string(), text, "the text is the wall's alone");
    }
}

/// The one read back puts the wall up, and finds what is wrong with it.
#[test]
fn an_inspection_by_the_manifest_finds_the_same() {
    let (database, wall) = belonging_tables::unwalled("manifest");
    let read = read_back(&wall);
    database.owner().batch_execute(&read.migration().up()).unwrap();
    let reports = || [&wall, &read].map(|wall| report_as(&database, &Inspection::new(wall), "app"));
    let [declared, by_manifest] = reports();
    assert!(declared.is_clean(), "{declared}");
    assert_eq!(by_manifest, declared);
    database
        .owner()
        .batch_execute(
            "DROP POLICY tenancy_change ON presets; ALTER TABLE notes DISABLE ROW LEVEL SECURITY;
             CREATE POLICY more ON marks USING (true); GRANT TRUNCATE ON boards TO PUBLIC",
        )
        .unwrap();
    let [declared, by_manifest] = reports();
    assert!(declared.refusals().count() >= 4, "{declared}");
    assert_eq!(by_manifest, declared);
}
