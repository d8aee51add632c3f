//! The report, and what is said where there is none.

use std::fs;
use std::net::TcpListener;

use diesel::connection::SimpleConnection as _;
use tenancy_rls::{RowSecurity, SealingKey};
use tenancy_tests::server;

use crate::database::{Database, command, said};

#[test]
fn a_walled_database_is_clean_and_a_hole_is_exit_1_with_its_mend() {
    let database = Database::walled("tool_inspect", |wall| wall);
    let clean = database.done(&["inspect"], "app");
    assert!(clean.contains("the database's wall is as declared"), "{clean}");
    let clean = database.json(&["inspect"], "app", 0);
    assert_eq!((&clean["clean"], &clean["application"]), (&true.into(), &"desk".into()), "{clean}");

    database.as_role("owner").batch_execute("ALTER TABLE notes DISABLE ROW LEVEL SECURITY").unwrap();
    for (role, arguments) in [("app", &["inspect"][..]), ("owner", &["inspect", "--as", "elsewhere"])] {
        let text = database.said(arguments, role, 1);
        assert!(
            text.contains("R011 \"public\".\"notes\"") && text.contains("ENABLE ROW LEVEL SECURITY"),
            "{text}"
        );
    }
    let report = database.json(&["inspect"], "app", 1);
    let codes: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|finding| &finding["code"]).collect();
    assert!(codes.contains(&&"R011".into()) && report["clean"] == false, "{report}");
}

#[test]
fn findings_are_accepted_by_a_committed_file_with_a_reason() {
    let database = Database::walled("tool_waivers", |wall| wall);
    database.as_role("owner").batch_execute("CREATE VIEW titles AS SELECT title FROM boards").unwrap();
    let found = database.json(&["inspect"], "app", 1);
    let refused: Vec<_> = found["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["waived"].is_null() && one["severity"] == "refusal")
        .collect();
    let mut waivers: Vec<serde_json::Value> =
        serde_json::from_str(&fs::read_to_string(database.path("waivers.json")).unwrap()).unwrap();
    waivers.extend(refused.iter().map(|one| {
        serde_json::json!({"code": one["code"], "object": one["object"], "reason": "titles are public"})
    }));
    let write = |text: &str| fs::write(database.path("waivers.json"), text).unwrap();
    write(&serde_json::to_string(&waivers).unwrap());
    let accepted = database.done(&["inspect"], "app");
    assert!(accepted.contains("waived: titles are public"), "{accepted}");

    for (text, says) in [
        (r#"[{"code": "R080", "object": "x"}]"#, "missing field `reason`"),
        (r#"[{"code": "R080", "object": "x", "reason": " "}]"#, "has no reason"),
        (r#"[{"code": "R999", "object": "x", "reason": "y"}]"#, "no rule has the code \"R999\""),
        (r#"[{"code": "R080", "object": "x", "reason": "y", "until": "z"}]"#, "unknown field `until`"),
    ] {
        write(text);
        let refused = database.said(&["inspect"], "app", 3);
        assert!(refused.contains("waivers.json") && refused.contains(says), "{refused}");
    }
}

#[test]
fn the_inspection_is_of_the_application_s_role_and_says_so() {
    let database = Database::walled("tool_role", |wall| wall);
    let app = database.role("app");
    let owner = database.said(&["inspect"], "owner", 3);
    assert!(
        owner.contains(&format!("the inspection is of {app:?}")) && owner.contains("--as elsewhere"),
        "{owner}"
    );
    let superuser = said(&database.command(&["inspect"], database.superuser_url()).output().unwrap(), 3);
    assert!(superuser.contains("superuser") && superuser.contains(&app), "{superuser}");
    let admission = database.said(&["inspect", "--as", "admission"], "app", 3);
    assert!(admission.contains("names no role that reads before admission"), "{admission}");
    // A login that is a member of it is the application, too.
    let member = format!("CREATE ROLE {0}_login LOGIN PASSWORD 'tenancy' IN ROLE {0}_app", database.name());
    database.superuser().batch_execute(&member).unwrap();
    database.done(&["inspect"], "login");
}

#[test]
fn a_sealed_wall_is_tried_with_the_application_s_key() {
    let database = Database::walled("tool_sealed", RowSecurity::sealed);
    database.done(&["keys", "generate", "--id", "1", "--out", "one.key"], "owner");
    database.done(&["keys", "install", "--key-file", "one.key"], "owner");
    let untried = database.done(&["inspect"], "app");
    assert!(untried.contains("no seal was tried"), "{untried}");
    let tried = database.json(&["inspect", "--key-file", "one.key"], "app", 0);
    assert_eq!(tried["seal_tried"], true, "{tried}");

    let mut from_the_environment = database.command(&["inspect"], &database.url("app"));
    let text = fs::read_to_string(database.path("one.key")).unwrap();
    let wrong = "1:".to_owned() + &"5e".repeat(32);
    said(&from_the_environment.env("TENANCY_SEALING_KEY", text.trim()).output().unwrap(), 0);
    let refused = said(&from_the_environment.env("TENANCY_SEALING_KEY", &wrong).output().unwrap(), 1);
    assert!(refused.contains("R095") && !refused.contains("5e5e"), "{refused}");
    let none = said(&from_the_environment.env("TENANCY_SEALING_KEY", &wrong[..20]).output().unwrap(), 3);
    assert!(none.contains("TENANCY_SEALING_KEY holds no sealing key") && !none.contains("5e5e"), "{none}");
    assert!(text.parse::<SealingKey>().is_ok());
}

#[test]
fn where_there_is_no_inspection_it_is_said_why() {
    let database = Database::walled("tool_absent", |wall| wall);
    let refused = |url: &str| said(&database.command(&["inspect"], url).output().unwrap(), 3);

    let text = refused(&database.url("nobody"));
    assert!(text.contains(&database.role("nobody")) && text.contains("fix:"), "{text}");
    // A port that nobody listens at.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = refused(&format!("postgres://app@127.0.0.1:{port}/x"));
    assert!(text.contains("Connection refused") && text.contains(&port.to_string()), "{text}");
    let text = refused("not an address");
    assert!(text.contains("no address of a PostgreSQL database"), "{text}");

    for url in ["mysql://app:s3cret@db/x", "sqlite://acme.sqlite", "acme.db"] {
        let text = refused(url);
        assert!(
            text.contains("not here") && text.contains("row-level security") && !text.contains("s3cret"),
            "{text}"
        );
    }
    if let Some(url) = server::mariadb_url() {
        let place = url.split_once("://").unwrap().1;
        let text = refused(&format!("postgres://{place}"));
        assert!(text.contains("no connection to"), "{text}");
    }
    let text = said(&command(&["inspect"], &database.folder).output().unwrap(), 3);
    assert!(text.contains("no database was named") && text.contains("DATABASE_URL"), "{text}");
}

/// On a server of our own, which trusts everybody but whom it is told not to.
#[test]
fn a_wrong_password_is_told_and_not_shown() {
    if server::postgres_directory().is_none() {
        return;
    }
    let database = Database::walled("tool_password", |wall| wall);
    let line = format!("host {} {} 127.0.0.1/32 scram-sha-256", database.name(), database.role("app"));
    let mut superuser = database.superuser();
    superuser
        .batch_execute(&format!(
            "COPY (SELECT '{line}') TO PROGRAM 'cat > hba.tool && cat pg_hba.conf >> hba.tool && mv hba.tool pg_hba.conf';
             SELECT pg_reload_conf()"
        ))
        .unwrap();
    let wrong = database.url("app").replace(":tenancy@", ":s3cret@");
    // The server takes a moment to read it.
    let text = loop {
        let output = database.command(&["inspect"], &wrong).output().unwrap();
        if output.status.code() != Some(0) {
            break said(&output, 3);
        }
    };
    let app = database.role("app");
    assert!(
        text.contains("password authentication failed") && text.contains(&app) && text.contains("fix:"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
    database.done(&["inspect"], "app");
}

#[test]
fn a_manifest_that_cannot_be_used_is_named() {
    let database = Database::walled("tool_manifest", |wall| wall);
    let none = database.said(&["inspect", "--manifest", "none.json"], "app", 3);
    assert!(none.contains("none.json") && none.contains("fix:"), "{none}");
    let text = fs::read_to_string(database.path("tenancy.json")).unwrap();
    for (edited, says) in [
        (text.replace("\"format\": 1", "\"format\": 9"), "of format 9"),
        (text.replace("\"integer\"", "\"integer) OR (true\""), "is not the name of a type"),
        (text[..text.len() / 2].to_owned(), "line "),
    ] {
        fs::write(database.path("edited.json"), edited).unwrap();
        let refused = database.said(&["inspect", "--manifest", "edited.json"], "app", 3);
        assert!(refused.contains("edited.json") && refused.contains(says), "{refused}");
    }
}
