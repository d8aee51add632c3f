//! The tables: one of each way to belong to a tenant.
#![allow(missing_docs)] // Diesel documents what it generates only where the declaration does

use tenancy_tests::ids::{OrgId, WorkspaceId};

tenancy_diesel::table! {
    // The tenants' own table.
    #[tenant_scoped(id)]
    firms (id) { id -> Integer, name -> VarChar, }
    boards (id) { id -> Integer, tenant_id -> Integer, title -> VarChar, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> VarChar, }
    // Two steps.
    #[tenant_scoped(through = notes(note_id))]
    marks (note_id, mark) { note_id -> Integer, mark -> VarChar, weight -> Integer, }
    // The parent is the key.
    #[tenant_scoped(through = boards(board_id))]
    covers (board_id) { board_id -> Integer, colour -> VarChar, }
    #[tenant_scoped(tenant_id, admission(person_id, read(role)))]
    members (person_id) { tenant_id -> Integer, person_id -> Integer, role -> VarChar, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> VarChar, }
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> VarChar, value -> VarChar, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, name -> VarChar, }
    // The parent may be everybody's.
    #[tenant_scoped(through = labels(label_id))]
    hints (label_id, hint) { label_id -> Integer, hint -> VarChar, }
    #[tenant_scoped(tenant_id, filter = deleted_at.is_null())]
    drafts (id) { id -> Integer, tenant_id -> Integer, label_id -> Integer, title -> VarChar, deleted_at -> Nullable<Integer>, }
    // Of two other kinds of owner.
    #[tenant_scoped(org_id: OrgId)]
    ledgers (id) { id -> Integer, org_id -> Integer, page_id -> Integer, name -> VarChar, }
    #[tenant_scoped(workspace_id: WorkspaceId)]
    pages (id) { id -> Integer, workspace_id -> Integer, name -> VarChar, }
}
tenancy_diesel::joinable!(notes -> boards (board_id));
tenancy_diesel::joinable!(marks -> notes (note_id));
tenancy_diesel::joinable!(members -> people (person_id));
tenancy_diesel::joinable!(drafts -> labels (label_id));
tenancy_diesel::joinable!(ledgers -> pages (page_id));
diesel::allow_tables_to_appear_in_same_query!(
    firms, boards, notes, marks, covers, members, people, presets, labels, hints, drafts, ledgers, pages
);

/// The tables, in words that PostgreSQL, MariaDB and SQLite read alike. Without foreign keys: rows may name what is not there.
/// Notes have no primary key: SQLite's is the row's own number, which it finds in no conflict target of two columns.
pub(crate) const TABLES: &str = "
CREATE TABLE firms (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE boards (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, title VARCHAR(20) NOT NULL, UNIQUE (tenant_id, id));
CREATE TABLE notes (id INTEGER NOT NULL UNIQUE, board_id INTEGER NOT NULL, body VARCHAR(20) NOT NULL, UNIQUE (board_id, id));
CREATE TABLE marks (note_id INTEGER NOT NULL, mark VARCHAR(20) NOT NULL, weight INTEGER NOT NULL, PRIMARY KEY (note_id, mark));
CREATE TABLE covers (board_id INTEGER NOT NULL PRIMARY KEY, colour VARCHAR(20) NOT NULL);
CREATE TABLE members (tenant_id INTEGER NOT NULL, person_id INTEGER NOT NULL, role VARCHAR(20) NOT NULL, PRIMARY KEY (tenant_id, person_id));
CREATE TABLE people (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE presets (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER, name VARCHAR(20) NOT NULL, value VARCHAR(20) NOT NULL,
    UNIQUE (tenant_id, name));
CREATE TABLE labels (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL);
CREATE TABLE hints (label_id INTEGER NOT NULL, hint VARCHAR(20) NOT NULL, PRIMARY KEY (label_id, hint));
CREATE TABLE drafts (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, label_id INTEGER NOT NULL, title VARCHAR(20) NOT NULL,
    deleted_at INTEGER);
CREATE TABLE ledgers (id INTEGER NOT NULL PRIMARY KEY, org_id INTEGER NOT NULL, page_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL);
CREATE TABLE pages (id INTEGER NOT NULL PRIMARY KEY, workspace_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL);
";

pub(crate) const NAMES: [&str; 13] = [
    "firms", "boards", "notes", "marks", "covers", "members", "people", "presets", "labels", "hints",
    "drafts", "ledgers", "pages",
];

/// The query for each row as one line, beside whose it is by its key: a tenant, or 0 for everybody.
pub(crate) fn contents() -> String {
    let whose = |key: &str| format!("CASE WHEN {key} > 100 THEN 0 ELSE ({key} - 1) % 3 + 1 END");
    let tables = [
        ("firms", "id".to_owned(), "id, ' ', name"),
        ("boards", whose("id"), "id, ' ', tenant_id, ' ', title"),
        ("notes", whose("id"), "id, ' ', board_id, ' ', body"),
        ("marks", whose("note_id"), "note_id, ' ', mark, ' ', weight"),
        ("covers", whose("board_id"), "board_id, ' ', colour"),
        ("members", "tenant_id".to_owned(), "tenant_id, ' ', person_id, ' ', role"),
        ("people", "0".to_owned(), "id, ' ', name"),
        ("presets", whose("id"), "id, ' ', COALESCE(tenant_id, -1), ' ', name, ' ', value"),
        ("labels", whose("id"), "id, ' ', tenant_id, ' ', name"),
        ("hints", whose("label_id"), "label_id, ' ', hint"),
        (
            "drafts",
            whose("id"),
            "id, ' ', tenant_id, ' ', label_id, ' ', title, ' ', COALESCE(deleted_at, -1)",
        ),
        ("ledgers", whose("id"), "id, ' ', org_id, ' ', page_id, ' ', name"),
        ("pages", whose("id"), "id, ' ', workspace_id, ' ', name"),
    ];
    let rows = |(table, whose, columns): &(&str, String, &str)| {
        format!("SELECT {whose} AS whose, CONCAT('{table} ', {columns}) AS line FROM {table}")
    };
    tables.iter().map(rows).collect::<Vec<_>>().join(" UNION ALL ")
}
