//! A database with a table that is read before anybody is admitted, by a role of its own.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use tenancy_rls::{Roles, RowSecurity, Tables, tables};

use crate::database::Database;

tenancy_diesel::table! {
    #![tenant_global(organisations, plans)]

    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
    #[tenant_scoped(tenant_id, admission(person, read(role)), filter = left_at.is_null())]
    members (tenant_id, person) {
        tenant_id -> Integer, person -> Integer, role -> Text, notes -> Text, left_at -> Nullable<Integer>,
    }
    organisations (id) { id -> Integer, name -> Text, }
    plans (id) { id -> Integer, name -> Text, }
}

/// The same tables, declared as they often are.
pub(crate) mod as_global {
    tenancy_diesel::table! {
        #![tenant_global(organisations, plans, members = "read before admission, to find a user's tenants")]

        boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> Text, }
        members (tenant_id, person) {
            tenant_id -> Integer, person -> Integer, role -> Text, notes -> Text, left_at -> Nullable<Integer>,
        }
        organisations (id) { id -> Integer, name -> Text, }
        plans (id) { id -> Integer, name -> Text, }
    }
}

/// Person 7 is of both tenants, 8 of the second.
pub(crate) const TABLES: &str = "
CREATE TABLE organisations (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE plans (id integer PRIMARY KEY, name text NOT NULL);
CREATE TABLE boards (tenant_id integer NOT NULL, id integer NOT NULL, title text NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TABLE members (tenant_id integer NOT NULL, person integer NOT NULL, role text NOT NULL, notes text NOT NULL, left_at integer,
    PRIMARY KEY (tenant_id, person));
INSERT INTO organisations VALUES (1, 'Acme'), (2, 'Globex');
INSERT INTO plans VALUES (1, 'free');
INSERT INTO boards VALUES (1, 1, 'ours'), (2, 2, 'theirs');
INSERT INTO members VALUES (1, 7, 'owner', 'a', NULL), (2, 7, 'guest', 'b', NULL), (2, 8, 'owner', 'c', NULL);
";

/// The tables, of which strangers read one, and the names of organisations beside it.
pub(crate) fn declared() -> Tables {
    tables![boards, members, organisations, plans].read_before_admission::<organisations::table>()
}

/// The same as they often are.
pub(crate) fn declared_global() -> Tables {
    tables![as_global::boards, as_global::members, as_global::organisations, as_global::plans]
}

/// The roles of `database`, with the one for what is read before admission.
pub(crate) fn roles(database: &Database) -> Roles {
    database.roles().admission(database.role("admission")).unwrap()
}

/// A database with the tables and rows and all roles, not walled yet.
pub(crate) fn unwalled(prefix: &str) -> Database {
    let database = Database::empty(prefix);
    let role = format!("CREATE ROLE {} LOGIN PASSWORD 'tenancy'", database.role("admission"));
    database.superuser().batch_execute(&role).unwrap();
    database.owner().batch_execute(TABLES).unwrap();
    database
}

/// The same behind its wall.
pub(crate) fn walled(prefix: &str, make: impl Fn(RowSecurity) -> RowSecurity) -> (Database, RowSecurity) {
    let database = unwalled(prefix);
    let wall = make(RowSecurity::new(declared(), roles(&database)).unwrap());
    database.owner().batch_execute(&wall.migration().up()).unwrap();
    database.install_key(&wall);
    (database, wall)
}

/// A connection of the role for what is read before admission.
pub(crate) fn stranger(database: &Database) -> PgConnection {
    PgConnection::establish(&database.url("admission")).unwrap()
}
