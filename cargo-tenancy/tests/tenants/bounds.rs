//! Memory that does not grow with a table, and a disk that is full.

use std::process::Command;

use crate::command::{Operator, names};
use crate::database::Database;
use crate::ran::Ran;

#[test]
fn a_table_larger_than_the_memory_is_exported_and_restored() {
    let database = Database::of_three("cli_memory");
    let operator = Operator::of(&database, "memory");
    // 300 MB of text, which the database itself keeps compressed.
    database
        .run("INSERT INTO keyless SELECT 1, repeat(md5(n::text), 3125) FROM generate_series(1, 3000) AS n");
    let bounded = |words: &[&str]| {
        let command = operator.command(words);
        let mut shell = Command::new("sh");
        shell
            .args(["-c", r#"ulimit -v 200000; exec "$0" "$@""#])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        // Each thread of glibc's reserves a heap of 64 MB otherwise, whatever it uses.
        Ran::of(shell.env("MALLOC_ARENA_MAX", "1").current_dir(&operator.folder).output().unwrap())
    };
    bounded(&["export", "1", "--to", "one"]).ended(0);
    let keyless =
        names(&operator.folder.join("one/tables")).into_iter().find(|name| name.contains("keyless")).unwrap();
    assert!(std::fs::metadata(operator.folder.join("one/tables").join(keyless)).unwrap().len() > 300_000_000);
    operator.run(&["suspend", "1"]).ended(0);
    operator.run(&["erase", "1", "--confirm", "1", "--settle", "0"]).ended(1);
    bounded(&["restore", "one"]).ended(0);
    assert_eq!(database.one("SELECT count(DISTINCT text)::text AS line FROM keyless WHERE tenant_id = 1 AND length(text) = 100000"), "3000");
    std::fs::remove_dir_all(&operator.folder).unwrap();
}

/// A file system of two megabytes, as long as this value is there.
struct Small(std::path::PathBuf);

impl Small {
    fn mount(at: std::path::PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(&at).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(at))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _status = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_an_error_that_says_so_and_leaves_no_export() {
    let database = Database::of_three("cli_full");
    let operator = Operator::of(&database, "full");
    let Some(small) = Small::mount(operator.folder.join("small")) else {
        eprintln!("skipped: this account may not mount a file system");
        return;
    };
    database.run("INSERT INTO keyless SELECT 1, repeat(md5(n::text), 3125) FROM generate_series(1, 30) AS n");
    operator.run(&["export", "1", "--to", "small/one"]).failed_with(&[
        "keyless.csv cannot be written",
        "No space left",
        "make room on the disk",
    ]);
    assert!(!small.0.join("one").exists());
    // Nor does it count later.
    operator.run(&["export", "1", "--to", "small/one", "--keep-existing"]).failed_with(&["No space left"]);
    operator.run(&["export", "1", "--to", "one"]).ended(0);
}
