//! Every command that works on a database, given one that is not PostgreSQL: why it is not for that, and what there is instead.

use std::process::Command;

use tenancy_rls::{Manifest, Roles, RowSecurity};

use crate::database::declared;
use crate::ran::Ran;

#[test]
fn each_command_says_of_other_databases_that_it_is_not_for_them_why_and_what_to_do() {
    let folder =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("not-here-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("migrations/0001_notes")).unwrap();
    std::fs::write(folder.join("migrations/0001_notes/up.sql"), "SELECT 1").unwrap();
    std::fs::write(folder.join("key"), "0".repeat(64)).unwrap();
    let wall = RowSecurity::new(declared(), Roles::new("app", "across").unwrap()).unwrap();
    Manifest::of(&wall.sealed()).write_to(folder.join("tenancy.json")).unwrap();
    let command = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
        command.args(words).current_dir(&folder).env("TENANCY_MANIFEST", folder.join("tenancy.json"));
        command
    };
    let generated = command(&["keys", "generate", "--id", "1", "--out", "seal.key"]).output().unwrap();
    Ran::of(generated).ended(0);
    let (wall, tenants, moves) = (
        ("no row-level security", "tenancy check"),
        ("no catalog of tenants", "scoped statements"),
        ("neither the fence", "VACUUM INTO"),
    );
    let (migrations, sessions, grants) = (
        ("no schemas for tenants", "diesel migration run"),
        ("whose its sessions are", "SHOW FULL PROCESSLIST"),
        ("no grants of support", "SupportStore"),
    );
    for (words, (reason, instead)) in [
        (&["tenants", "prepare"][..], tenants),
        (&["tenants", "list"], tenants),
        (&["tenants", "create", "1"], tenants),
        (&["tenants", "create", "1", "--to", "schema", "--schema", "acme"], tenants),
        (&["tenants", "create", "1", "--to", "database", "--name", "silo"], tenants),
        (&["tenants", "create", "1", "--undo"], tenants),
        (&["tenants", "suspend", "1"], tenants),
        (&["tenants", "resume", "1"], tenants),
        (&["tenants", "export", "1", "--to", "one"], tenants),
        (&["tenants", "erase", "1", "--confirm", "1"], tenants),
        (&["tenants", "clone", "1", "--into", "2"], tenants),
        (&["migrate", "run"], migrations),
        (&["migrate", "plan"], migrations),
        (&["migrate", "status"], migrations),
        (&["migrate", "drift"], migrations),
        (&["move", "1", "--to", "shared"], moves),
        (&["move", "1", "--undo"], moves),
        (&["move", "1", "--finish"], moves),
        (&["top", "--once"], sessions),
        (&["top", "--once", "--rows"], sessions),
        (&["top", "--serve"], sessions),
        (&["support", "prepare"], grants),
        (&["support", "grant", "1", "--to", "bob", "--reason", "a ticket", "--for", "1h"], grants),
        (&["support", "revoke", "1", "--of", "bob"], grants),
        (&["support", "list"], grants),
        (&["support", "log", "1"], grants),
        (&["wall", "diff"], wall),
        (&["wall", "migration"], wall),
        (&["wall", "seal"], wall),
        (&["keys", "install", "--key-file", "seal.key"], wall),
        (&["keys", "list"], wall),
        (&["keys", "rotate", "--next-key-file", "next.key"], wall),
        (&["keys", "retire", "1"], wall),
        (&["inspect"], wall),
    ] {
        for (address, name) in [
            ("mysql://root:s3cret@localhost/app", "is a MySQL or MariaDB database, which"),
            ("mariadb://root:s3cret@localhost/app", "is a MySQL or MariaDB database, which"),
            ("sqlite://app.db", "is an SQLite database, which"),
            ("var/app.sqlite3", "is an SQLite database, which"),
        ] {
            let ran = Ran::of(command(words).env("DATABASE_URL", address).output().unwrap());
            let ran = ran.failed_with(&["not here: ", name, reason, "\nfix: ", instead]);
            assert!(!ran.err.contains("s3cret"), "{words:?}: {}", ran.err);
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
