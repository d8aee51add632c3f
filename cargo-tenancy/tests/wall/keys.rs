//! Keys: made, installed, seen without their secret, followed by the next, and retired.

use std::fs;

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Manifest, Roles, RowSecurity, SealingKey, tables};
use tenancy_tests::server;

use crate::database::{Database, boards, command, invoices, said};

fn ids(database: &Database) -> Vec<String> {
    let list = database.json(&["keys", "list"], "owner", 0);
    let keys = list["keys"].as_array().unwrap().clone();
    keys.iter()
        .map(|key| format!("{}{}", key["id"].as_str().unwrap(), key["good_for"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_key_is_made_of_the_system_s_random_numbers_in_a_file_that_only_its_owner_reads() {
    let folder = std::env::temp_dir().join(format!("tenancy-keys-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let run = |arguments: &[&str], code| said(&command(arguments, &folder).output().unwrap(), code);
    let printed = run(&["keys", "generate", "--id", "3", "--stdout"], 0);
    assert_eq!(printed.trim().parse::<SealingKey>().unwrap().id(), 3);
    assert_ne!(printed, run(&["keys", "generate", "--id", "3", "--stdout"], 0));

    let to_a_file = ["keys", "generate", "--id", "3", "--out", "three.key"];
    let told = run(&to_a_file, 0);
    let text = fs::read_to_string(folder.join("three.key")).unwrap();
    assert!(
        text.parse::<SealingKey>().is_ok() && !told.contains(text.trim().split(':').nth(1).unwrap()),
        "{told}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(folder.join("three.key")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = run(&to_a_file, 3);
    assert!(again.contains("three.key") && again.contains("not written over another"), "{again}");
    assert_eq!(fs::read_to_string(folder.join("three.key")).unwrap(), text);
    // One place, and no more.
    run(&["keys", "generate", "--id", "3"], 2);
    run(&["keys", "generate", "--id", "3", "--stdout", "--out", "x"], 2);
    run(&["keys", "generate", "--id", "65536", "--stdout"], 2);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_key_is_installed_once_rotated_and_retired_and_none_is_shown() {
    let database = Database::walled("tool_keys", RowSecurity::sealed);
    database.done(&["keys", "generate", "--id", "1", "--out", "one.key"], "owner");
    let install = ["keys", "install", "--key-file", "one.key"];
    for changed in [true, false] {
        assert_eq!(database.json(&install, "owner", 0)["changed"], changed);
    }
    assert_eq!(ids(&database), ["1backend"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        for (mode, warned) in [(0o644, true), (0o600, false)] {
            fs::set_permissions(database.path("one.key"), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(database.done(&install, "owner").contains("chmod 600"), warned);
        }
    }
    database.done(&["keys", "install", "--key-file", "one.key", "--for", "any"], "owner");
    assert_eq!(ids(&database), ["1any"]);

    // Another secret under the same number would lock out whoever has the first.
    database.done(&["keys", "generate", "--id", "1", "--out", "other.key"], "owner");
    let other = database.said(&["keys", "install", "--key-file", "other.key"], "owner", 3);
    assert!(other.contains("another secret under the number 1"), "{other}");
    database.done(&["inspect", "--key-file", "one.key"], "app");

    // The next one; a second run of the same is the same.
    for _ in 0..2 {
        let rotation = database.json(&["keys", "rotate", "--next-key-file", "two.key"], "owner", 0);
        assert_eq!((&rotation["id"], &rotation["old"][0]), (&2.into(), &"1".into()), "{rotation}");
        assert_eq!(ids(&database), ["1any", "2any"]);
    }
    for key in ["one.key", "two.key"] {
        database.done(&["inspect", "--key-file", key], "app");
    }
    for changed in [true, false] {
        assert_eq!(database.json(&["keys", "retire", "1"], "owner", 0)["changed"], changed);
    }
    let retired = database.said(&["inspect", "--key-file", "one.key"], "app", 1);
    assert!(retired.contains("R095"), "{retired}");
    database.done(&["inspect", "--key-file", "two.key"], "app");

    let secret = fs::read_to_string(database.path("two.key")).unwrap();
    let secret = secret.trim().split(':').nth(1).unwrap();
    for arguments in [
        &["keys", "list"][..],
        &["--json", "keys", "list"],
        &["keys", "rotate", "--next-key-file", "two.key"],
    ] {
        assert!(!database.done(arguments, "owner").contains(secret));
    }
}

#[test]
fn whoever_would_be_locked_out_is_not_without_a_reason() {
    let database = Database::walled("tool_lockout", RowSecurity::sealed);
    for (id, good_for) in [("1", "any"), ("2", "backend")] {
        let file = format!("{id}.key");
        database.done(&["keys", "generate", "--id", id, "--out", &file], "owner");
        database.done(&["keys", "install", "--key-file", &file, "--for", good_for], "owner");
    }
    // The other one is for direct connections only.
    let refused = database.said(&["keys", "retire", "1"], "owner", 3);
    assert!(
        refused.contains("the sealing key 1 is the last one") && refused.contains("--force-lockout"),
        "{refused}"
    );
    // The first is good for those as well.
    database.done(&["keys", "retire", "2"], "owner");
    let last = database.said(&["keys", "retire", "1"], "owner", 3);
    assert!(last.contains("0 others"), "{last}");
    let blank = database.said(&["keys", "retire", "1", "--force-lockout", " "], "owner", 3);
    assert!(blank.contains("without a reason"), "{blank}");
    assert_eq!(ids(&database), ["1any"]);
    let forced =
        database.json(&["keys", "retire", "1", "--force-lockout", "it's leaked: $tenancy$"], "owner", 0);
    assert_eq!(forced["lockout"], "it's leaked: $tenancy$");
    database.said(&["keys", "list"], "owner", 1);
}

#[test]
fn who_may_not_keep_the_keys_is_told_who_may() {
    let database = Database::walled("tool_key_role", RowSecurity::sealed);
    database.done(&["keys", "generate", "--id", "1", "--out", "one.key"], "owner");
    for arguments in
        [&["keys", "list"][..], &["keys", "install", "--key-file", "one.key"], &["keys", "retire", "1"]]
    {
        let refused = database.said(arguments, "app", 3);
        assert!(refused.contains("owner of the schema tenancy"), "{refused}");
    }
    let keyless = database.said(&["keys", "install"], "owner", 3);
    assert!(keyless.contains("no sealing key is given") && keyless.contains("--key-file"), "{keyless}");
    let unwalled = Database::new("tool_key_none");
    let refused = unwalled.said(&["keys", "list"], "owner", 3);
    assert!(refused.contains("run the wall's migration first"), "{refused}");
}

#[test]
fn a_server_that_logs_values_gets_no_key_unless_it_can_be_left_out() {
    let database = Database::walled("tool_key_log", RowSecurity::sealed);
    database.done(&["keys", "generate", "--id", "1", "--out", "one.key"], "owner");
    let set = format!("ALTER DATABASE {} SET log_statement = 'all'", database.name());
    database.superuser().batch_execute(&set).unwrap();
    let install = ["keys", "install", "--key-file", "one.key"];
    let refused = database.said(&install, "owner", 3);
    assert!(refused.contains("log_statement") && refused.contains("log_parameter_max_length"), "{refused}");
    database.said(&["keys", "list"], "owner", 1);
    said(&database.command(&install, database.superuser_url()).output().unwrap(), 0);
    // A server of our own shows what it wrote down: the statement, and no value.
    if let Some(directory) = server::postgres_directory() {
        let log = String::from_utf8_lossy(&fs::read(directory.join("log")).unwrap()).into_owned();
        let key: SealingKey = fs::read_to_string(database.path("one.key")).unwrap().parse().unwrap();
        let pad: String = key.pads()[0][..16].iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(log.contains("INSERT INTO tenancy.sealing_keys") && !log.contains(&pad));
    }
    assert_eq!(ids(&database), ["1backend"]);
}

#[test]
fn a_manifest_of_citus_is_refused_before_anything_with_what_to_run_instead() {
    let folder = std::env::temp_dir().join(format!("tenancy-keys-citus-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let wall = RowSecurity::new(tables![boards, invoices], Roles::new("app", "across").unwrap()).unwrap();
    Manifest::of(&wall.sealed().citus().unwrap()).write_to(folder.join("tenancy.json")).unwrap();
    let run = |arguments: &[&str], code| {
        // Nobody answers there: what is refused later would say so.
        let mut command = command(arguments, &folder);
        said(&command.env("DATABASE_URL", "postgres://a@127.0.0.1:1/b").output().unwrap(), code)
    };
    run(&["keys", "generate", "--id", "1", "--out", "one.key"], 0);
    for arguments in [
        &["keys", "install", "--key-file", "one.key"][..],
        &["keys", "list"],
        &["keys", "rotate", "--next-key-file", "next.key"],
        &["keys", "retire", "1"],
        &["wall", "seal"],
    ] {
        let refused = run(arguments, 3);
        for text in [
            "not here: the manifest declares a wall of Citus, where each node has keys",
            "on the coordinator",
            "install_on_all_nodes",
            "tenancy_rls/#citus",
        ] {
            assert!(refused.contains(text), "{arguments:?}: {text:?} is not in {refused}");
        }
        let help = run(&[&arguments[..2], &["--help"]].concat(), 0);
        assert!(help.contains("Not on a Citus cluster, where each node has keys"), "{arguments:?}: {help}");
    }
    assert!(!folder.join("next.key").exists());
    fs::remove_dir_all(folder).unwrap();
}
