//! A program as a hook.

use std::os::unix::fs::PermissionsExt as _;

use crate::command::Operator;
use crate::database::Database;

#[test]
fn a_program_is_called_once_at_each_step_and_its_failure_stops_the_step() {
    let database = Database::of_three("cli_hooks");
    let operator = Operator::of(&database, "hooks");
    let program = operator.folder.join("a hook.sh");
    std::fs::write(&program, "#!/bin/sh\ncat >> calls; echo >> calls\nif [ -e broken ]; then echo 'billing is down' >&2; exit 7; fi\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let hook = format!("'{}' --quietly", program.display());
    let calls = || -> Vec<serde_json::Value> {
        let text = std::fs::read_to_string(operator.folder.join("calls")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    std::fs::write(operator.folder.join("broken"), "").unwrap();
    operator.run(&["create", "7", "--hook", &hook]).failed_with(&[
        "the hook of the step created failed for the tenant \"7\"",
        "billing is down",
        "exit status: 7",
        "fix: mend it",
    ]);
    assert_eq!(database.status("7"), "suspended");
    std::fs::remove_file(operator.folder.join("broken")).unwrap();
    operator.run(&["create", "7", "--hook", &hook]).ended(0);
    operator.run(&["create", "7", "--hook", &hook]).ended(0);
    operator.run(&["suspend", "7", "--hook", &hook]).ended(0);
    operator.run(&["suspend", "7", "--hook", &hook]).ended(0);
    let told = calls();
    let steps: Vec<_> = told.iter().map(|call| call["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["created", "created", "suspended"], "{told:?}");
    assert_eq!(told[0]["idempotency_key"], told[1]["idempotency_key"]);
    assert_ne!(told[1]["idempotency_key"], told[2]["idempotency_key"]);
    assert!(told.iter().all(|call| call["tenant"] == "7"));
    operator
        .run(&["resume", "7", "--hook", "no-such-program"])
        .failed_with(&["no-such-program cannot be started"]);
    operator.run(&["resume", "7", "--hook", "'open"]).failed_with(&["a quote in it has no end"]);
}
