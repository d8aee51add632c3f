//! What makes no sense, roles that may not, databases that are not there or others, and a full disk.

use std::path::PathBuf;
use std::process::Command;

use crate::ran::Ran;
use crate::world::{NOTES, TAGS, World};

#[track_caller]
fn with_address(world: &World, url: &str, words: &[&str]) -> Ran {
    let ran = Ran::of(world.command(words).env("DATABASE_URL", url).output().unwrap()).ended(3);
    assert!(ran.err.contains("fix: "), "{}", ran.err);
    ran
}

#[test]
fn what_makes_no_sense_is_said() {
    let world = World::new("sense", &["acme"]).with_silo().with_migrations();
    for words in [
        &[][..],
        &["run", "--jobs", "0"],
        &["run", "--max-failures", "2"],
        &["run", "--lock-timeout", "0"],
        &["run", "--attempts", "never"],
        &["sideways"],
    ] {
        world.says(2, words);
    }
    for (words, said) in [
        (&["run", "--migrations", "nowhere"][..], &["the migrations in nowhere cannot be read"][..]),
        (&["run", "--migrations", "."], &["migrations is no migration: its up.sql cannot be read"]),
        (
            &["run", "--canary", "nobody"],
            &["tenant \"nobody\" is not in the catalog", "`tenancy tenants list`"],
        ),
        (&["run", "--tenant", "nobody"], &["tenant \"nobody\" is not in the catalog"]),
        (&["run", "--schema", "public"], &["--schema", "uses it itself"]),
        (
            &["run", "--schema", "mars/acme"],
            &["no address for the database \"mars\"", "set TENANCY_DATABASE_MARS"],
        ),
        (&["run", "--behind-pooler"], &["a pooler mixes sessions up"]),
    ] {
        world.says(3, words).with(said);
    }
    let ran = Ran::of(world.command(&["run"]).env_remove("TENANCY_DATABASE_SILO").output().unwrap()).ended(3);
    ran.with(&["no address for the database \"silo\"", "set TENANCY_DATABASE_SILO to its address"]);
    std::fs::create_dir(world.folder.join("none")).unwrap();
    world.says(3, &["run", "--migrations", "none"]).with(&["there is no migration in none"]);
    assert_eq!(world.versions("public") + &world.versions("acme"), "");
    world.run("DROP TABLE tenancy.tenant_placements");
    for command in ["run", "plan", "drift"] {
        world
            .says(3, &[command])
            .with(&["there is no catalog of tenants in this database", "`tenancy tenants prepare`"]);
    }
    assert_eq!(world.says(0, &["status"]).out.lines().count(), 1);
}

#[test]
fn other_databases_and_those_that_do_not_answer_are_named() {
    let world = World::new("elsewhere", &[]).with_migrations();
    for command in ["run", "plan", "drift", "status"] {
        with_address(&world, "mysql://app@127.0.0.1:3306/app", &[command]).with(&[
            "not here: mysql://",
            "a MySQL or MariaDB database",
            "`diesel migration run`",
        ]);
        with_address(&world, "sqlite://app.db", &[command]).with(&["not here: ", "an SQLite database"]);
        with_address(&world, "postgres://app:s3cret@127.0.0.1:1/app", &[command])
            .with(&["cannot be connected to", "see that the server runs"]);
    }
    // One that does not answer, of several.
    let world = world.with_silo();
    let mut command = world.command(&["run", "--go-on", "--json"]);
    let ran = Ran::of(
        command.env("TENANCY_DATABASE_SILO", "postgres://app:s3cret@127.0.0.1:1/app").output().unwrap(),
    )
    .ended(1);
    let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let outcomes: Vec<_> =
        report["targets"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["migrated", "failed", "failed"], "{report}");
    assert!(!ran.out.contains("s3cret") && !ran.err.contains("s3cret"));
}

#[test]
fn a_role_that_may_not_is_told_who_may() {
    let world = World::new("role", &["acme"]);
    world.migration("0001_notes", NOTES);
    let role = format!("stranger_{}", std::process::id());
    world.run(&format!(
        "CREATE ROLE {role} LOGIN PASSWORD 'tenancy'; GRANT USAGE ON SCHEMA tenancy TO {role}"
    ));
    let url = world.url_as(&role);
    with_address(&world, &url, &["run"])
        .with(&["the catalog of tenants (tenancy.tenant_placements) cannot be read", "SQLSTATE 42501"]);
    world.run(&format!("GRANT SELECT ON tenancy.tenant_placements TO {role}"));
    with_address(&world, &url, &["run"])
        .with(&["this role may not make it", "the owner of the schema tenancy"]);
    world.says(0, &["run"]);
    world.run(&format!("GRANT ALL ON tenancy.migration_steps TO {role}; GRANT USAGE, CREATE ON SCHEMA acme TO {role}; GRANT ALL ON ALL TABLES IN SCHEMA acme TO {role}"));
    world.migration("0002_more", "ALTER TABLE notes ADD COLUMN more text");
    with_address(&world, &url, &["run", "--tenant", "acme"])
        .with(&["must be owner of table notes", "connect as the owner of the tables"]);
    assert_eq!(world.versions("acme"), "0001");
    world.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}"));
}

/// A file system of a few megabytes, which the account of the server may write, as long as this value is there.
struct Small(PathBuf);

impl Small {
    fn mount(at: PathBuf, owner: &str) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=8m", "tmpfs"]).arg(&at).output();
        let small = mounted.is_ok_and(|output| output.status.success()).then_some(Self(at))?;
        let owned = Command::new("chown").arg(owner).arg(&small.0).status();
        owned.is_ok_and(|status| status.success()).then_some(small)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _status = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_said_and_leaves_nothing() {
    let world = World::new("full", &["acme", "zoo"]);
    let Some(directory) = tenancy_tests::server::postgres_directory() else {
        eprintln!("skipped: the server is not ours");
        return;
    };
    let owner = Command::new("stat").args(["-c", "%u:%g"]).arg(directory).output().unwrap().stdout;
    let at = directory.join("small");
    let Some(small) = Small::mount(at, String::from_utf8(owner).unwrap().trim()) else {
        eprintln!("skipped: this account may not mount a file system");
        return;
    };
    world.run(&format!("CREATE TABLESPACE small LOCATION '{}'", small.0.display()));
    // What acme writes leaves no room for zoo.
    world.migration("0001_notes", &format!("{NOTES}; {TAGS}"));
    world.migration("0002_copies", "CREATE TABLE copies TABLESPACE small AS SELECT n, repeat('x', 1000) AS text FROM generate_series(1, 4500) AS n");
    world.says(3, &["run", "--tenant", "acme", "--tenant", "zoo", "--jobs", "1"]).with(&[
        "zoo: migration 0002_copies",
        "No space left on device",
        "SQLSTATE 53100",
        "make room on the database server",
    ]);
    assert_eq!((world.versions("acme"), world.versions("zoo")), ("0001 0002".to_owned(), "0001".to_owned()));
    assert!(!world.relations("zoo").contains("copies"));
    world.run("TRUNCATE acme.copies; CHECKPOINT");
    world.says(0, &["run", "--tenant", "zoo"]);
    world.run("DROP TABLE acme.copies, zoo.copies; CHECKPOINT");
    world.run("DROP TABLESPACE small");
}
