//! Exports that somebody has changed, hashes and all.

use std::fs;

use tenancy_operate::tenants::{ChangedRows, Export, NoProgress, OperateErrorKind, Restore};

use crate::database::{Database, key};
use crate::restore::{erased, exported, forge, restored};

#[tokio::test]
async fn a_key_that_would_use_up_a_sequence_is_refused() {
    let database = Database::of_three("tenants_poison");
    let place = exported(&database, "2", "poison").await;
    erased(&database, "2").await;
    let mut files = fs::read_dir(place.join("tables")).unwrap().map(|entry| entry.unwrap().path());
    let file = files.find(|path| path.to_string_lossy().ends_with("public.settings.csv")).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (_, rest) = lines[1].split_once(',').unwrap();
    lines[1] = format!("2147483647,{rest}");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    forge(&place);
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(
        error.to_string().contains("would use up most of the values of the sequence public.settings_id_seq"),
        "{error}"
    );
    database.run("INSERT INTO settings (tenant_id, name, value) VALUES (1, 'x', 'y')");
    // Beside it as another tenant the key is another.
    database.run("INSERT INTO organisations VALUES (9, 'nine')");
    restored(&database, &place, Restore::new().into_tenant(key("9"))).await.unwrap();
    database.run("INSERT INTO settings (tenant_id, name, value) VALUES (1, 'x', 'y')");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_or_a_pipe_in_an_export_is_not_read() {
    let database = Database::of_three("tenants_links");
    let place = exported(&database, "2", "links").await;
    let file = place.join("tables/0003-public.tags.csv");
    let kept = place.join("kept");
    fs::rename(&file, &kept).unwrap();
    std::os::unix::fs::symlink(&kept, &file).unwrap();
    let refused = async || {
        let error = Export::open(&place, &NoProgress).await.unwrap_err();
        assert_eq!(error.kind(), OperateErrorKind::Corrupt, "{error}");
        assert!(error.to_string().contains("is no file of its own"), "{error}");
    };
    refused().await;
    fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    refused().await;
    fs::remove_file(&file).unwrap();
    fs::rename(&kept, &file).unwrap();
    Export::open(&place, &NoProgress).await.unwrap();
}

/// Rows that are seen by links are several tenants'; a link is what shows them.
#[tokio::test]
async fn a_link_to_a_row_of_another_tenant_is_not_planted() {
    let database = Database::of_three("tenants_planted");
    let place = exported(&database, "2", "planted").await;
    erased(&database, "2").await;
    let victim = database.one("SELECT id::text AS line FROM people WHERE name = 'only of 1'");
    let file = |name: &str| {
        let mut files = fs::read_dir(place.join("tables")).unwrap().map(|entry| entry.unwrap().path());
        files.find(|path| path.to_string_lossy().ends_with(name)).unwrap()
    };
    let add = |name: &str, line: &str| {
        let text = fs::read_to_string(file(name)).unwrap();
        fs::write(file(name), format!("{text}{line}\n")).unwrap();
        let path = place.join("manifest.json");
        let mut manifest: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        for table in manifest["tables"].as_array_mut().unwrap() {
            if name.ends_with(&format!("{}.csv", table["table"].as_str().unwrap())) {
                table["rows"] = (table["rows"].as_u64().unwrap() + 1).into();
            }
        }
        fs::write(&path, serde_json::to_string_pretty(&manifest).unwrap()).unwrap();
        forge(&place);
    };
    let others = database.others("2");
    add("public.memberships.csv", &format!("2,{victim},spy"));
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(error.to_string().contains("link rows of public.people that are not in it"), "{error}");
    // With a row of that key beside it, whose values are guessed.
    add("public.people.csv", &format!("{victim},a guess"));
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(error.to_string().contains("are not as they were exported"), "{error}");
    add("public.people.csv", "999,nobody's");
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(
        error.to_string().contains("1 rows of public.people in the export are not of the tenant"),
        "{error}"
    );
    assert_eq!(database.others("2"), others);
}

#[tokio::test]
async fn a_row_that_was_changed_since_is_linked_as_it_is_where_that_is_said() {
    let database = Database::of_three("tenants_since");
    let place = exported(&database, "2", "since").await;
    erased(&database, "2").await;
    database.run("UPDATE people SET name = 'another name' WHERE name = 'everybody''s'");
    let error = restored(&database, &place, Restore::new()).await.unwrap_err();
    assert!(error.to_do().unwrap().contains("--keep-changed-rows"), "{error}");
    restored(&database, &place, Restore::new().changed_rows(ChangedRows::Keep)).await.unwrap();
    assert_eq!(database.one("SELECT count(*)::text AS line FROM people WHERE name = 'another name'"), "1");
}

#[tokio::test]
async fn a_table_that_the_export_has_nothing_of_is_told() {
    let database = Database::of_three("tenants_absent");
    let place = exported(&database, "2", "absent").await;
    erased(&database, "2").await;
    let path = place.join("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    manifest["tables"].as_array_mut().unwrap().retain(|table| table["table"] != "keyless");
    fs::write(&path, manifest.to_string()).unwrap();
    forge(&place);
    let done = restored(&database, &place, Restore::new()).await.unwrap();
    assert_eq!(done.absent, ["public.keyless"]);
}
