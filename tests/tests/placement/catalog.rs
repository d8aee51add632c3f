//! The catalog in PostgreSQL: what it answers, whom it refuses, who may touch it.

use tenancy_pool::placement::{
    Catalog as _, CatalogConnection, CatalogError, CatalogMigration, DatabaseName, ManageError, PgCatalog,
    Placement, TenantStatus,
};

use crate::database::{Database, SILO, address, book, key, schema};

fn location(name: &str) -> Placement<DatabaseName> {
    Placement::Schema(name.try_into().expect("a name"))
}

#[tokio::test]
async fn every_kind_of_place_is_found_again() {
    let database = Database::new("catalog");
    let (manager, reader) = (database.managing().await, database.reading().await);
    let silo = || "silo".try_into().expect("a name");
    let places = [
        ("small", Placement::Shared, Placement::Shared),
        ("bridge", location("bridge"), schema("bridge")),
        ("silo", Placement::Database(silo()), Placement::Database(address(SILO))),
        (
            "both",
            Placement::DatabaseSchema { database: silo(), schema: "both".try_into().expect("a name") },
            Placement::DatabaseSchema { database: address(SILO), schema: "both".try_into().expect("a name") },
        ),
    ];
    for (tenant, location, placement) in places {
        manager.register(tenant, &location).await.expect(tenant);
        assert_eq!(reader.locate(&key(tenant)).await.expect(tenant), placement);
        let entry = manager.entry(tenant).await.expect(tenant).expect("an entry");
        assert_eq!((entry.status, entry.placement), (TenantStatus::Active, location));
        let age = entry.changed_at.elapsed().unwrap_or_default();
        assert!(age.as_secs() < 60, "{age:?}");
    }
    assert!(matches!(reader.locate(&key("nobody")).await, Err(CatalogError::Unknown { .. })));
    assert_eq!(manager.entry("nobody").await.expect("an answer"), None);
}

#[tokio::test]
async fn only_active_tenants_are_served_and_steps_follow_from_their_status() {
    let database = Database::new("catalog");
    let (manager, reader) = (database.managing().await, database.reading().await);
    manager.register("acme", &Placement::Shared).await.expect("a tenant");

    manager.start_move("acme").await.expect("a step");
    assert!(matches!(reader.locate(&key("acme")).await, Err(CatalogError::Moving { .. })));
    for refused in [
        manager.start_move("acme").await,
        manager.suspend("acme").await,
        manager.resume("acme").await,
        manager.delete("acme").await,
    ] {
        assert!(
            matches!(refused, Err(ManageError::WrongStatus { status: TenantStatus::Moving, .. })),
            "{refused:?}"
        );
    }
    manager.cancel_move("acme").await.expect("a step");
    assert_eq!(reader.locate(&key("acme")).await.expect("a place"), Placement::Shared);

    manager.start_move("acme").await.expect("a step");
    manager.finish_move("acme", &location("acme")).await.expect("a step");
    assert_eq!(reader.locate(&key("acme")).await.expect("a place"), schema("acme"));
    // Back again: what a place does not have is NULL, not what was there.
    manager.start_move("acme").await.expect("a step");
    manager.finish_move("acme", &Placement::Shared).await.expect("a step");
    assert_eq!(reader.locate(&key("acme")).await.expect("a place"), Placement::Shared);
    assert!(matches!(
        manager.finish_move("acme", &location("acme")).await,
        Err(ManageError::WrongStatus { status: TenantStatus::Active, .. })
    ));

    manager.suspend("acme").await.expect("a step");
    assert!(matches!(reader.locate(&key("acme")).await, Err(CatalogError::Suspended { .. })));
    manager.resume("acme").await.expect("a step");
    assert!(reader.locate(&key("acme")).await.is_ok());

    manager.delete("acme").await.expect("a step");
    assert!(matches!(reader.locate(&key("acme")).await, Err(CatalogError::Deleted { .. })));
    for refused in
        [manager.resume("acme").await, manager.start_move("acme").await, manager.delete("acme").await]
    {
        assert!(matches!(refused, Err(ManageError::WrongStatus { .. })), "{refused:?}");
    }
    assert!(matches!(
        manager.register("acme", &Placement::Shared).await,
        Err(ManageError::Registered { .. })
    ));
    assert!(matches!(manager.suspend("nobody").await, Err(ManageError::Unknown { .. })));
}

#[tokio::test]
async fn of_two_that_start_a_move_one_does() {
    let database = Database::new("catalog");
    let manager = database.managing().await;
    manager.register("acme", &Placement::Shared).await.expect("a tenant");
    let steps = futures_util::future::join_all((0..8).map(|_| manager.start_move("acme"))).await;
    assert_eq!(steps.iter().filter(|step| step.is_ok()).count(), 1, "{steps:?}");
}

#[tokio::test]
async fn a_schema_is_one_tenants_forever() {
    let database = Database::new("catalog");
    let manager = database.managing().await;
    manager.register("acme", &location("acme")).await.expect("a tenant");
    manager.delete("acme").await.expect("a step");
    assert!(matches!(manager.register("globex", &location("acme")).await, Err(ManageError::Taken { .. })));
    manager.register("globex", &Placement::Shared).await.expect("a tenant");
    manager.start_move("globex").await.expect("a step");
    assert!(matches!(manager.finish_move("globex", &location("acme")).await, Err(ManageError::Taken { .. })));
    let entry = manager.entry("globex").await.expect("an answer").expect("an entry");
    assert_eq!((entry.status, entry.placement), (TenantStatus::Moving, Placement::Shared));
    // The same name in another database is another schema.
    let elsewhere = Placement::DatabaseSchema {
        database: "silo".try_into().expect("a name"),
        schema: "acme".try_into().expect("a name"),
    };
    manager.finish_move("globex", &elsewhere).await.expect("a step");
}

#[tokio::test]
async fn what_cannot_be_read_is_an_error_and_never_the_shared_tables() {
    let database = Database::new("catalog");
    let reader = database.reading().await;
    let refused = [
        "'active', 'shared', 'acme', NULL",
        "'active', 'schema', NULL, NULL",
        "'active', 'schema', 'public', NULL",
        "'active', 'schema', 'a\", public', NULL",
        "'active', 'database', NULL, NULL",
        "'active', 'database', NULL, 'postgres://app:pw@db/x'",
        "'active', '', NULL, NULL",
        "'enabled', 'shared', NULL, NULL",
    ];
    let insert = |row: &str| {
        format!(
            "DELETE FROM tenancy.tenant_placements; INSERT INTO tenancy.tenant_placements
             (tenant, status, kind, schema_name, database_name) VALUES ('acme', {row})"
        )
    };
    for row in refused {
        assert!(database.try_run(&insert(row)).is_err(), "the table takes {row}");
    }
    // The second wall: a table without its checks.
    database.run(
        "DO $$ DECLARE name text; BEGIN
             FOR name IN SELECT conname FROM pg_constraint
                 WHERE conrelid = 'tenancy.tenant_placements'::regclass AND contype = 'c'
             LOOP EXECUTE format('ALTER TABLE tenancy.tenant_placements DROP CONSTRAINT %I', name); END LOOP;
         END $$",
    );
    for row in refused {
        database.run(&insert(row));
        let answer = reader.locate(&key("acme")).await;
        assert!(matches!(answer, Err(CatalogError::Unreadable { .. })), "{row}: {answer:?}");
    }
    database.run(&insert("'active', 'database', NULL, 'nowhere'"));
    let error = reader.locate(&key("acme")).await.expect_err("no address").to_string();
    assert!(error.contains("no address for the database `nowhere`"), "{error}");

    database.run("DROP TABLE tenancy.tenant_placements");
    let error = reader.locate(&key("acme")).await.expect_err("no table");
    assert!(matches!(error, CatalogError::Unavailable { .. }) && error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn ids_are_bound_and_not_printed_into_statements() {
    let database = Database::new("catalog");
    let (manager, reader) = (database.managing().await, database.reading().await);
    let hostile = [
        "'",
        "' OR '1'='1",
        "acme'; DROP TABLE tenancy.tenant_placements; --",
        "\\",
        "$1",
        "%",
        "\u{202e}",
        "a\nb",
    ];
    manager.register("acme", &Placement::Shared).await.expect("a tenant");
    for tenant in hostile {
        assert!(matches!(reader.locate(&key(tenant)).await, Err(CatalogError::Unknown { .. })), "{tenant}");
        manager.register(tenant, &Placement::Shared).await.expect(tenant);
        assert!(reader.locate(&key(tenant)).await.is_ok(), "{tenant}");
    }
    for tenant in ["", "a\0b", &"x".repeat(256)] {
        assert!(matches!(
            manager.register(tenant, &Placement::Shared).await,
            Err(ManageError::InvalidTenant { .. })
        ));
    }
    assert!(reader.locate(&key("acme")).await.is_ok());
}

#[tokio::test]
async fn the_table_is_for_those_who_are_named_only() {
    let database = Database::new("catalog");
    let (manager, reader) = (database.managing().await, database.reading().await);
    manager.register("acme", &Placement::Shared).await.expect("a tenant");
    assert!(matches!(reader.suspend("acme").await, Err(ManageError::Unavailable { .. })));

    // The application's role, which default privileges would have let in.
    let connection = CatalogConnection::new(database.address(&database.application));
    let catalog = PgCatalog::open(connection, book()).await.expect("a connection");
    assert!(matches!(catalog.locate(&key("acme")).await, Err(CatalogError::Unavailable { .. })));
    assert!(catalog.suspend("acme").await.is_err());
    let statements = [
        (&database.application, "SELECT 1 FROM tenancy.tenant_placements"),
        (&database.application, "UPDATE tenancy.tenant_placements SET status = 'active'"),
        (&database.reader, "UPDATE tenancy.tenant_placements SET status = 'active'"),
        (
            &database.reader,
            "INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('x', 'active', 'shared')",
        ),
        (&database.manager, "DELETE FROM tenancy.tenant_placements"),
        (&database.manager, "TRUNCATE tenancy.tenant_placements"),
        (&database.manager, "ALTER TABLE tenancy.tenant_placements DISABLE TRIGGER ALL"),
    ];
    for (role, statement) in statements {
        let error = database.run_as(role, statement).expect_err(statement).to_string();
        assert!(
            error.contains("permission denied") || error.contains("must be owner"),
            "{statement}: {error}"
        );
    }
    // The migration's own connection is the control: the same statements run.
    database.run("UPDATE tenancy.tenant_placements SET status = 'active'");
}

#[test]
fn the_migration_goes_up_and_down_and_into_a_folder() {
    let database = Database::new("catalog");
    let migration = database.migration();
    database.run(&migration.down());
    assert_eq!(database.count("pg_proc WHERE pronamespace = 'tenancy'::regnamespace"), 0);
    database.run(&migration.up());
    assert!(database.try_run(&migration.up()).is_err(), "an existing table is not taken for ours");

    let folder = std::env::temp_dir().join(format!("placement_migration_{}", std::process::id()));
    let written = migration.write_to(&folder, "2026-01-31-120000").expect("a folder");
    assert_eq!(std::fs::read_to_string(written.join("up.sql")).expect("a file"), migration.up());
    assert_eq!(std::fs::read_to_string(written.join("down.sql")).expect("a file"), migration.down());
    assert!(migration.write_to(&folder, "2026-01-31-120000").is_err(), "nothing is overwritten");
    for version in ["", "../x", "x", "1/../../x"] {
        assert!(migration.write_to(&folder, version).is_err(), "{version}");
    }
    std::fs::remove_dir_all(&folder).expect("a folder");
}

#[test]
fn roles_are_identifiers() {
    for role in [
        "",
        "a\0",
        &"x".repeat(64),
        // Everybody.
        "PUBLIC",
        "public",
    ] {
        assert!(CatalogMigration::new().reader(role).is_err(), "{role:?}");
    }
    let sql = CatalogMigration::new().reader("a\"; DROP TABLE x; --").expect("a role").up();
    assert!(sql.contains("TO \"a\"\"; DROP TABLE x; --\";"), "{sql}");
}
