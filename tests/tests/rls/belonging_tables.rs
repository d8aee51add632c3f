//! A database with tables of every kind: those that belong to tenants through a parent or a link, and rows that all tenants share.

use std::time::SystemTime;

use diesel::PgConnection;
use diesel::connection::SimpleConnection as _;
use tenancy_rls::{Mode, RowSecurity, Sealer, SealingKey, Tables, Wall, tables};

use crate::database::{Database, lines};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
    #[tenant_scoped(through = boards(board_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
    #[tenant_scoped(through = notes(note_id))]
    marks (note_id, mark) { note_id -> Integer, mark -> Text, }
    members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, role -> Text, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> Text, }
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, name -> Text, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
    #[tenant_scoped(through = labels(label_id))]
    hints (label_id, hint) { label_id -> Integer, hint -> Text, }
}

/// The first tenant's board 1 with note 10, the second's board 2 with note 20. Person 7 is of both, 8 of the second, 9 of nobody.
pub(crate) const TABLES: &str = "
CREATE TABLE boards (tenant_id integer NOT NULL, id integer NOT NULL UNIQUE, title text NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TABLE notes (id serial PRIMARY KEY, board_id integer NOT NULL REFERENCES boards (id) ON UPDATE CASCADE, body text NOT NULL);
CREATE TABLE marks (note_id integer NOT NULL REFERENCES notes (id), mark text NOT NULL, PRIMARY KEY (note_id, mark));
CREATE TABLE people (id serial PRIMARY KEY, name text NOT NULL);
CREATE TABLE members (tenant_id integer NOT NULL, person_id integer NOT NULL REFERENCES people (id), role text NOT NULL,
    PRIMARY KEY (tenant_id, person_id));
CREATE TABLE presets (id integer PRIMARY KEY, tenant_id integer, name text NOT NULL UNIQUE NULLS NOT DISTINCT);
CREATE TABLE labels (id integer NOT NULL UNIQUE, tenant_id integer NOT NULL, name text NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TABLE hints (label_id integer NOT NULL REFERENCES labels (id), hint text NOT NULL, PRIMARY KEY (label_id, hint));
INSERT INTO boards VALUES (1, 1, 'ours'), (2, 2, 'theirs');
INSERT INTO notes VALUES (10, 1, 'a'), (20, 2, 'b');
INSERT INTO marks VALUES (10, 'x'), (20, 'y');
INSERT INTO people VALUES (7, 'Ann'), (8, 'Bob'), (9, 'Eve');
INSERT INTO members VALUES (1, 7, 'admin'), (2, 7, 'guest'), (2, 8, 'admin');
INSERT INTO presets VALUES (1, NULL, 'theme'), (2, 1, 'ours'), (3, 2, 'theirs');
INSERT INTO labels VALUES (1, 0, 'urgent'), (2, 1, 'ours'), (3, 2, 'theirs');
INSERT INTO hints VALUES (1, 'of all'), (2, 'ours'), (3, 'theirs');
";

pub(crate) fn declared() -> Tables {
    tables![boards, notes, marks, members, people, presets, labels, hints]
}

/// A database with the tables and rows, not walled yet.
pub(crate) fn unwalled(prefix: &str) -> (Database, RowSecurity) {
    let database = Database::empty(prefix);
    database.owner().batch_execute(TABLES).unwrap();
    let wall = RowSecurity::new(declared(), database.roles()).unwrap();
    (database, wall)
}

/// The same behind its wall.
pub(crate) fn walled(prefix: &str, make: impl Fn(RowSecurity) -> RowSecurity) -> (Database, RowSecurity) {
    let (database, wall) = unwalled(prefix);
    let wall = make(wall);
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    database.install_key(&wall);
    (database, wall)
}

/// What opens a transaction of a tenant.
pub(crate) fn opening(wall: &RowSecurity, tenant: &str) -> String {
    let wall = match wall.mode() {
        Mode::Plain => Wall::plain(wall.clone()),
        _ => Wall::sealed(wall.clone(), Sealer::new(SealingKey::new(1, [1; 32]).unwrap())),
    };
    format!("BEGIN; {}", wall.set_local(tenant, None, SystemTime::now()))
}

/// What a query shows within a transaction of `tenant`, in its order.
pub(crate) fn seen(app: &mut PgConnection, opening: &str, query: &str) -> String {
    app.batch_execute(opening).unwrap();
    let rows = lines(app, query).unwrap_or_else(|error| panic!("{error}: {query}"));
    app.batch_execute("ROLLBACK").unwrap();
    rows.iter().map(|row| row.trim_matches(['(', ')'])).collect::<Vec<_>>().join(" ")
}
