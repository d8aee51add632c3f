//! `tenancy support`, as an operator runs it.

use serde_json::Value;
use tenancy_pool::placement::CatalogMigration;

use crate::database::{command, said};
use crate::world::World;

#[tokio::test]
async fn an_operator_grants_lists_revokes_and_reads_the_trail() {
    let world = World::new("support_command").await;
    let database = &world.database;
    let (door, app) = (database.role("door"), database.role("app"));
    let prepared = database
        .done(&["support", "prepare", "--door", &door, "--tenants", &app, "--longest", "4h"], "owner");
    assert!(prepared.contains("a grant lasts 4h at most"), "{prepared}");
    let grant =
        ["support", "grant", "1", "--to", "bob", "--reason", "ticket 12", "--for", "2h", "--by", "carol"];
    let granted = database.json(&grant, "owner", 0);
    assert_eq!((&granted["state"], &granted["granted_by"]), (&"open".into(), &"carol".into()));
    assert_eq!(granted["granted_as"], Value::from(database.role("owner")));
    drop(world.admit("bob", 1).await.unwrap());
    let listed = database.json(&["support", "list"], "owner", 0);
    assert_eq!((listed[0]["person"].as_str(), listed[0]["uses"].as_i64()), (Some("bob"), Some(1)));
    let text = database.done(&["support", "list", "--tenant", "1"], "owner");
    assert!(text.contains("bob") && text.contains("open") && text.contains("ticket 12 (carol)"), "{text}");
    let revoke = ["support", "revoke", "1", "--of", "bob", "--by", "dave"];
    assert_eq!(database.json(&revoke, "owner", 0)["revoked"].as_array().unwrap().len(), 1);
    assert!(database.done(&revoke, "owner").contains("had no open grant"));
    assert!(world.denied("bob", 1).await);
    let log = database.json(&["support", "log", "1"], "owner", 0);
    let events: Vec<_> =
        log.as_array().unwrap().iter().map(|entry| entry["what"].as_str().unwrap()).collect();
    assert_eq!(events, ["granted", "used", "revoked"]);
    let text = database.done(&["support", "log", "1"], "owner");
    assert!(text.contains("carol let bob in until") && text.contains("dave ended"), "{text}");
    assert_eq!(database.json(&["support", "list"], "owner", 0), Value::Array(vec![]));
    assert_eq!(database.json(&["support", "list", "--all"], "owner", 0)[0]["state"], "revoked");
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_with_the_thing_the_reason_and_the_fix() {
    let world = World::new("support_refused").await;
    let database = &world.database;
    let fails = |arguments: &[&str], role: &str, code: i32, words: &[&str]| {
        let said = database.said(&[&["support"], arguments].concat(), role, code);
        for word in words {
            assert!(said.contains(word), "{word:?} is not in: {said}");
        }
    };
    let grant = |reason: &'static str, lasts: &'static str| {
        ["grant", "1", "--to", "bob", "--reason", reason, "--for", lasts]
    };
    fails(&grant("why", "9h"), "owner", 3, &["longer than the 28800", "fix"]);
    fails(&grant(" ", "1h"), "owner", 3, &["the reason is blank"]);
    fails(&grant("two\nlines", "1h"), "owner", 3, &["one line"]);
    fails(&grant("why", "0s"), "owner", 3, &["less than a second"]);
    fails(&grant("why", "soon"), "owner", 2, &["--for"]);
    fails(&["grant", "1", "--to", "bob", "--for", "1h"], "owner", 2, &["--reason"]);
    fails(&["grant", "1", "--to", " bob", "--reason", "why", "--for", "1h"], "owner", 3, &["names nobody"]);
    fails(&["revoke", "1", "--of", "bob"], "owner", 3, &["never let into", "tenancy support list"]);
    fails(&["prepare", "--longest", "8d"], "owner", 3, &["seven days"]);
    let owner = database.role("owner");
    // Nobody but the owner, who gets all or an error.
    for role in ["app", "door", "across"] {
        fails(&["list"], role, 3, &["this role is not the one that keeps the grants", &owner]);
        fails(&grant("why", "1h"), role, 3, &["this role is not the one"]);
    }
    // A tenant that the catalog does not have.
    world.run(&CatalogMigration::new().manager(&owner).unwrap().up());
    fails(&grant("why", "1h"), "owner", 3, &["is not in the catalog"]);
    world
        .run("INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('1', 'active', 'shared')");
    fails(&grant("why", "1h"), "owner", 0, &["bob is let into the tenant 1"]);
    world.run("DROP TABLE tenancy.support_uses, tenancy.support_access");
    fails(&["list"], "owner", 3, &["tenancy.support_access is missing", "tenancy support prepare"]);
    for (url, name) in [("mysql://a@b/c", "MariaDB"), ("sqlite://x.db", "SQLite")] {
        let mut here = command(&["support", "list"], &database.folder);
        let said = said(&here.env("DATABASE_URL", url).output().unwrap(), 3);
        assert!(said.contains("not here") && said.contains(name) && said.contains("SupportStore"), "{said}");
    }
}
