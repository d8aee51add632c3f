//! Raw SQL of one tenant against the table that says who is a member of which, and of a stranger against everything.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use tenancy_rls::RowSecurity;

use crate::admission_tables::{declared_global, stranger, unwalled, walled};
use crate::belonging_tables::{opening, seen};
use crate::database::{Database, lines};

const MEMBERS: &str = "SELECT tenant_id, person, role, notes FROM members ORDER BY 1, 2";

/// Person 9 is a member of nobody. Each makes it one of the second tenant, in a transaction of the first.
const JOINING: [&str; 4] = [
    "INSERT INTO members VALUES (2, 9, 'owner', '')",
    "UPDATE members SET tenant_id = 2, person = 9 WHERE tenant_id = 1",
    "INSERT INTO members VALUES (2, 7, 'x', '') ON CONFLICT (tenant_id, person) DO UPDATE SET person = 9, role = 'owner'",
    "MERGE INTO members USING (VALUES (9)) AS v (p) ON person = v.p WHEN NOT MATCHED THEN INSERT VALUES (2, v.p, 'owner', '', NULL)",
];

const POLICY: &str = "row-level security policy";
const GRANT: &str = "permission denied";

/// What the server answers to a statement in a committed transaction of the first tenant: the rows it changed, or the error.
fn answer(database: &Database, wall: &RowSecurity, statement: &str) -> Result<usize, String> {
    let mut app = database.app();
    app.batch_execute(&opening(wall, "1")).unwrap();
    let done = diesel::sql_query(statement).execute(&mut app);
    app.batch_execute("COMMIT").unwrap();
    done.map_err(|error| error.to_string())
}

fn is_a_member(database: &Database) -> bool {
    let found = "SELECT 1 FROM members WHERE tenant_id = 2 AND person = 9 AND role = 'owner'";
    !lines(&mut database.superuser(), found).unwrap().is_empty()
}

const WALLS: [fn(RowSecurity) -> RowSecurity; 2] = [|wall| wall, RowSecurity::sealed];

/// What the other test refuses, and why: declared global, the table is written by whoever has the grant, sealed or not.
#[test]
fn declared_global_a_tenant_s_sql_makes_itself_a_member_of_another() {
    for make in WALLS {
        let database = unwalled("attack_global");
        let wall = make(RowSecurity::new(declared_global(), database.roles()).unwrap());
        database.owner().batch_execute(&wall.migration().up()).unwrap();
        database.install_key(&wall);
        let grant = format!("GRANT INSERT, UPDATE ON members TO {}", database.role("app"));
        database.owner().batch_execute(&grant).unwrap();
        assert!(!is_a_member(&database));
        assert_eq!(answer(&database, &wall, JOINING[0]), Ok(1));
        assert!(is_a_member(&database));
        let read =
            seen(&mut database.app(), &opening(&wall, "1"), "SELECT person FROM members WHERE tenant_id = 2");
        assert_eq!(read, "7 8 9", "and reads everybody's");
    }
}

#[test]
fn declared_for_admission_it_does_not() {
    for make in WALLS {
        let (database, wall) = walled("attack_admission", make);
        let before = lines(&mut database.superuser(), MEMBERS).unwrap();
        for statement in JOINING {
            let answer = answer(&database, &wall, statement);
            assert!(answer.as_ref().is_err_and(|error| error.contains(POLICY)), "{statement}: {answer:?}");
        }
        for statement in [
            "UPDATE members SET person = 9 WHERE tenant_id = 2",
            "UPDATE members SET role = 'owner' WHERE person = 8",
            "DELETE FROM members WHERE tenant_id = 2",
        ] {
            assert_eq!(answer(&database, &wall, statement), Ok(0), "{statement}");
        }
        for role in ["admission", "across"] {
            let taken = answer(&database, &wall, &format!("SET LOCAL ROLE {}", database.role(role)));
            assert!(taken.as_ref().is_err_and(|error| error.contains(GRANT)), "{role}: {taken:?}");
        }
        assert_eq!(lines(&mut database.superuser(), MEMBERS).unwrap(), before);
        assert_eq!(seen(&mut database.app(), &opening(&wall, "1"), "SELECT person FROM members"), "7");
        assert_eq!(seen(&mut database.app(), "BEGIN", MEMBERS), "", "nor does it read without a tenant");
        // What is its own it writes.
        assert_eq!(answer(&database, &wall, "INSERT INTO members VALUES (1, 9, 'guest', '')"), Ok(1));
    }
}

#[test]
fn a_stranger_s_sql_reads_the_declared_columns_and_writes_nothing_whatever_it_sets() {
    for make in WALLS {
        let (database, _) = walled("attack_stranger", make);
        let before = lines(&mut database.superuser(), MEMBERS).unwrap();
        let mut stranger = stranger(&database);
        for setting in ["", "2", "v1.1.0.0.0.32.00"] {
            stranger.batch_execute(&format!("SET tenancy.tenant = '{setting}'")).unwrap();
            let read =
                lines(&mut stranger, "SELECT tenant_id, person, role, left_at FROM members ORDER BY 1, 2");
            assert_eq!(read.unwrap(), ["(1,7,owner,)", "(2,7,guest,)", "(2,8,owner,)"]);
            assert_eq!(
                lines(&mut stranger, "SELECT name FROM organisations WHERE id = 1").unwrap(),
                ["(Acme)"]
            );
            for statement in [
                "SELECT notes FROM members",
                "SELECT * FROM members",
                "SELECT title FROM boards",
                "SELECT name FROM plans",
                "INSERT INTO members VALUES (2, 9, 'owner', '')",
                "UPDATE members SET role = 'owner'",
                "DELETE FROM members",
                "INSERT INTO organisations VALUES (3, '')",
                "SELECT * FROM tenancy.sealing_keys",
                "SELECT tenancy.tenant()",
            ] {
                let answer = stranger.batch_execute(statement).map_err(|error| error.to_string());
                assert!(answer.as_ref().is_err_and(|error| error.contains(GRANT)), "{statement}: {answer:?}");
            }
            for role in ["app", "across", "owner"] {
                let taken = stranger.batch_execute(&format!("SET ROLE {}", database.role(role)));
                assert!(taken.is_err_and(|error| error.to_string().contains(GRANT)), "{role}");
            }
        }
        assert_eq!(lines(&mut database.superuser(), MEMBERS).unwrap(), before);
    }
}

/// Whatever is granted and permitted to it by mistake, the restrictive policy lets the role read these tables and write none.
#[test]
fn no_grant_and_no_policy_that_is_added_lets_a_stranger_write_or_read_another_table() {
    let (database, _) = walled("attack_added", |wall| wall);
    let role = database.role("admission");
    let add = format!(
        "GRANT ALL ON members, boards TO {role}; CREATE POLICY more ON members TO {role} USING (true) WITH CHECK (true);
         CREATE POLICY more ON boards TO {role} USING (true) WITH CHECK (true)"
    );
    database.owner().batch_execute(&add).unwrap();
    let mut stranger = stranger(&database);
    for statement in [
        "INSERT INTO members VALUES (2, 9, 'owner', '')",
        "UPDATE members SET role = 'owner'",
        "INSERT INTO boards VALUES (2, 9, '')",
    ] {
        let answer = stranger.batch_execute(statement).map_err(|error| error.to_string());
        assert!(answer.as_ref().is_err_and(|error| error.contains(POLICY)), "{statement}: {answer:?}");
    }
    assert_eq!(lines(&mut stranger, "SELECT title FROM boards").unwrap(), [""; 0]);
}
