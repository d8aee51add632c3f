//! Files that say nothing, too much, or nonsense; and what stands on the disk.

use std::error::Error as _;
use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use tenancy_diesel::table;

use super::{Manifest, ManifestError};
use crate::{Roles, RowSecurity, tables};

table! {
    #![tenant_global(plans)]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
    #[tenant_scoped(through = agents(agent_id))]
    notes (id) { id -> Integer, agent_id -> Integer, body -> Text, }
    members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> Text, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, }
    plans (id) { id -> Integer, name -> Text, }
}

fn wall() -> RowSecurity {
    let tables = tables![agents, notes, members, people, labels, plans]
        .unique_over_all_tenants::<agents::table>("agents_name_key", "a name is a login");
    RowSecurity::new(tables, Roles::new("app", "across").unwrap()).unwrap()
}

/// What is said of the file with `value` at the JSON pointer, or without what is there.
fn edited(pointer: &str, value: Option<Value>) -> String {
    let mut document: Value = serde_json::from_str(&Manifest::of(&wall()).to_string()).unwrap();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    match (parent, value) {
        (Value::Object(fields), Some(value)) => drop(fields.insert(last.to_owned(), value)),
        (Value::Object(fields), None) => drop(fields.remove(last).unwrap()),
        (Value::Array(items), Some(value)) => items[last.parse::<usize>().unwrap()] = value,
        (Value::Array(items), None) => drop(items.remove(last.parse().unwrap())),
        (other, _) => panic!("{other}"),
    }
    let text = serde_json::to_string_pretty(&document).unwrap();
    let mut error: &dyn std::error::Error = &text.parse::<Manifest>().expect_err(pointer);
    let mut said = error.to_string();
    while let Some(source) = error.source() {
        said = format!("{said}: {source}");
        error = source;
    }
    said
}

#[test]
fn nonsense_is_an_error_that_names_the_place() {
    for (pointer, value, says) in [
        ("/format", Some(json!(2)), "of format 2, and this version of tenancy-rls reads format 1"),
        ("/format", Some(json!("1")), "line "),
        ("/format", None, "missing field `format`"),
        ("/owner", Some(json!("root")), "unknown field `owner`"),
        ("/mode", Some(json!("open")), "unknown variant `open`"),
        ("/server", Some(json!("mysql")), "unknown variant `mysql`"),
        ("/application", Some(json!(" ")), "application: an application's name is not blank"),
        ("/roles/application", Some(json!("across")), "has two parts"),
        ("/roles/application", Some(json!("")), "cannot be the name of a role"),
        // What is left out is not global.
        ("/tables/0/rows", None, "missing field `rows`"),
        (
            "/tables/0/rows/tenant/column",
            Some(json!("org")),
            "tables[0] (\"agents\"): \"org\" is not among its columns",
        ),
        ("/tables/0/rows/tenant/type", Some(json!("integer OR true")), "is not the name of a type"),
        (
            "/tables/0/columns/2",
            Some(json!("id")),
            "tables[0] (\"agents\"): the column \"id\" is there twice",
        ),
        ("/tables/0/columns/2", Some(json!("a$tenancy$; DROP")), "cannot be the name of a column"),
        ("/tables/0/name", Some(json!("")), "no table of `tables` is named \"agents\""),
        ("/tables/5/name", Some(json!("a\u{0}b")), "cannot be the name of a table"),
        ("/tables/5/name", Some(json!("agents")), "declared twice"),
        ("/tables/0/rows", Some(json!("global")), "\"agents\" is global, and its rows are no tenant's"),
        ("/tables/0", None, "no table of `tables` is named \"agents\""),
        ("/tables/1/rows/parent/key", Some(json!("nr")), "\"nr\" is not among the columns of \"agents\""),
        ("/tables/1/rows/parent/table/name", Some(json!("notes")), "through each other, in a circle"),
        ("/tables/1/rows/parent/table/name", Some(json!("people")), "which is not among the tables"),
        (
            "/tables/4/rows/tenant/shared/value",
            Some(json!("a\\")),
            "tables[4] (\"labels\"): the value of the shared rows",
        ),
        ("/tables/4/rows/tenant/shared/value", Some(json!(1.5)), "line "),
        ("/tables/5/admission", Some(json!(["id"])), "a global table has no `admission`"),
        (
            "/read_before_admission",
            Some(json!([{"name": "agents"}])),
            "read_before_admission[0]: only a global table is",
        ),
        ("/unique_over_all_tenants/0/reason", Some(json!("")), "without a name or a reason"),
        (
            "/unique_over_all_tenants/0/table/name",
            Some(json!("agent")),
            "unique_over_all_tenants[0].table: no table",
        ),
        ("/unique_over_all_tenants/0/table/name", Some(json!("plans")), "the table is global"),
        (
            "/linked_by_tenants",
            Some(json!([{"table": {"name": "plans"}, "reason": "x"}])),
            "no table among the tables is seen by it",
        ),
    ] {
        let said = edited(pointer, value);
        assert!(said.contains(says), "{pointer}: {said}");
    }
    for text in ["", "{", "[]", "null", "-- SQL"] {
        assert!(matches!(text.parse::<Manifest>(), Err(ManifestError::Syntax(_))), "{text}");
    }
}

/// A chain that begins at its own end is found, however long it is.
#[test]
fn a_circle_of_parents_ends() {
    let said = edited(
        "/tables/0/rows",
        Some(json!({"parent": {"column": "tenant_id", "table": {"name": "notes"}, "key": "id"}})),
    );
    assert!(said.contains("in a circle"), "{said}");
}

/// What a declaration cannot mean is found when it is written, not when somebody reads it.
#[test]
fn what_would_not_be_read_back_is_not_written() {
    let folder = Folder::new("inexact");
    let path = folder.0.join("tenancy.json");
    let mut odd = wall();
    odd.tables.declared[0].belongs = odd.tables.declared[4].belongs.clone();
    let error = Manifest::of(&odd).write_to(&path).unwrap_err();
    assert!(matches!(error, ManifestError::NotExact(_)), "{error}");
    let nameless = Manifest::of(&wall()).application(" ").write_to(&path).unwrap_err();
    assert!(nameless.to_string().contains("application"), "{nameless}");
    assert!(!path.exists());
}

#[test]
fn it_is_written_where_it_differs_and_leaves_nothing_beside_it() {
    let folder = Folder::new("written");
    let path = folder.0.join("tenancy.json");
    let manifest = Manifest::of(&wall()).application("desk");
    assert!(manifest.write_to(&path).unwrap());
    assert!(!manifest.write_to(&path).unwrap(), "it is there already");
    assert_eq!(Manifest::read_from(&path).unwrap(), wall());
    assert_eq!(Manifest::read(&path).unwrap().application_name(), Some("desk"));
    assert!(Manifest::of(&wall().sealed()).write_to(&path).unwrap());
    assert_eq!(Manifest::read_from(&path).unwrap(), wall().sealed());
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1);

    let error = manifest.write_to(folder.0.join("none").join("tenancy.json")).unwrap_err();
    assert!(matches!(&error, ManifestError::Write { .. }) && error.to_string().contains("none"), "{error}");
    let error = Manifest::read_from(folder.0.join("none.json")).unwrap_err();
    assert!(matches!(&error, ManifestError::Read { .. }) && error.source().is_some(), "{error}");
    fs::write(&path, "{}").unwrap();
    let error = Manifest::read_from(&path).unwrap_err();
    assert!(error.to_string().contains("tenancy.json") && error.source().is_some(), "{error}");
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tenancy-manifest-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
