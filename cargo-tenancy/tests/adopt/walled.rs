//! What was adopted is put behind its wall: no index is there twice, and all of it can be taken back.

use diesel::connection::SimpleConnection as _;
use diesel::{PgConnection, RunQueryDsl as _, sql_query};
use tenancy_rls::{Roles, RowSecurity, tables};

use crate::declared::schema::{
    attachments, boards, labels, memberships, notes, notes_labels, organizations, plans, presets, users,
};
use crate::desk::{DECIDED, Desk};
use crate::migrated::{Line, shape};

/// Indexes of one table that have the same columns, in whatever order, and the same rows.
const TWICE: &str = "
SELECT format('%s: %s', indrelid::regclass, string_agg(indexrelid::regclass::text, ' and ' ORDER BY indexrelid::regclass::text COLLATE \"C\")) AS line
  FROM pg_index, LATERAL (SELECT array_agg(attnum ORDER BY attnum) AS columns FROM unnest((indkey::smallint[])[0:indnkeyatts - 1]) AS attnum) AS c
 WHERE indrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
 GROUP BY indrelid, columns, pg_get_expr(indpred, indrelid), pg_get_expr(indexprs, indrelid) HAVING count(*) > 1 ORDER BY line";

fn lines(connection: &mut PgConnection, query: &str) -> Vec<String> {
    let lines: Vec<Line> = sql_query(query).load(connection).unwrap();
    lines.into_iter().map(|line| line.line).collect()
}

fn wall(desk: &Desk) -> RowSecurity {
    let [app, across] = ["app", "across"].map(|role| desk.role(role));
    desk.connection().batch_execute(&format!("CREATE ROLE {app}; CREATE ROLE {across}")).unwrap();
    let tables = tables![
        attachments,
        boards,
        labels,
        memberships,
        notes,
        notes_labels,
        organizations,
        plans,
        presets,
        users
    ];
    RowSecurity::new(tables, Roles::new(app, across).unwrap()).unwrap()
}

#[test]
fn no_index_is_there_twice_when_the_wall_is_up_and_the_keys_are_as_before_when_it_is_down() {
    let desk = Desk::new("adopt_walled");
    let mut connection = desk.connection();
    // Of tables that are not declared, which need the keys as they are.
    connection.batch_execute("DROP TABLE boards_labels, charges, events").unwrap();
    desk.said(DECIDED, 0);
    let untouched = shape(&mut connection);
    for folder in desk.migrations() {
        desk.migrate(&folder, "up.sql");
    }
    assert_eq!(lines(&mut connection, TWICE), [""; 0]);
    let before = shape(&mut connection);
    let wall = wall(&desk);
    // An index is taken, not made: it is the same file.
    let made = "SELECT pg_relation_filenode('notes_id_tenancy')::text AS line";
    let made = lines(&mut connection, made);
    connection.batch_execute(&wall.migration().up()).unwrap();
    assert_eq!(lines(&mut connection, TWICE), [""; 0]);
    let key = "SELECT pg_relation_filenode('notes_pkey')::text AS line";
    assert_eq!(lines(&mut connection, key), made);
    let after = shape(&mut connection);
    for line in [
        "notes notes_pkey PRIMARY KEY (organization_id, id)",
        "boards boards_pkey PRIMARY KEY (organization_id, id)",
        "attachments attachments_note_id_tenancy FOREIGN KEY (organization_id, note_id) REFERENCES notes(organization_id, id) ON DELETE CASCADE",
    ] {
        assert!(after.iter().any(|one| one == line), "{line}: {after:#?}");
    }
    // What refers to the key is held to it still.
    let refused = connection.batch_execute("UPDATE attachments SET note_id = 2 WHERE note_id = 1");
    assert!(refused.unwrap_err().to_string().contains("violates foreign key"));

    connection.batch_execute(&wall.migration().down()).unwrap();
    assert_eq!(shape(&mut connection), before);
    let refused = connection.batch_execute("UPDATE attachments SET note_id = 2 WHERE note_id = 1");
    assert!(refused.unwrap_err().to_string().contains("violates foreign key"));
    // Up again, with a foreign key that came since, which goes with its index as well.
    connection.batch_execute(&wall.migration().up()).unwrap();
    connection
        .batch_execute(
            "CREATE TABLE pins (organization_id integer, note_id bigint, CONSTRAINT pinned FOREIGN KEY (organization_id, note_id) REFERENCES notes)",
        )
        .unwrap();
    connection.batch_execute(&wall.migration().down()).unwrap();
    let pins = shape(&mut connection);
    let pinned = "pins pinned FOREIGN KEY (organization_id, note_id) REFERENCES notes(organization_id, id)";
    assert!(pins.iter().any(|line| line == pinned), "{pins:#?}");
    connection.batch_execute("DROP TABLE pins").unwrap();
    for folder in desk.migrations().iter().rev() {
        desk.migrate(folder, "down.sql");
    }
    assert_eq!(shape(&mut connection), untouched);
}

/// Whatever is not all that the key would be is left, and the key is made beside it.
#[test]
fn an_index_that_is_not_what_a_key_becomes_is_left() {
    for (other, name) in [
        ("CREATE UNIQUE INDEX other ON labels (org, id) WHERE id > 0", "part of the rows"),
        ("CREATE UNIQUE INDEX other ON labels (org, id) INCLUDE (name)", "another column"),
        ("CREATE UNIQUE INDEX other ON labels (org DESC, id)", "another order"),
        ("CREATE UNIQUE INDEX other ON labels (id, org)", "columns the other way round"),
        ("CREATE INDEX other ON labels (org, id)", "not unique"),
        ("CREATE UNIQUE INDEX other ON labels (org, id); COMMENT ON INDEX other IS 'mine'", "a comment"),
        (
            "CREATE UNIQUE INDEX other ON labels (org, id); ALTER TABLE labels REPLICA IDENTITY USING INDEX other",
            "rows are known by it",
        ),
    ] {
        let desk = Desk::new("adopt_spare");
        let mut connection = desk.connection();
        connection.batch_execute("DROP TABLE charges; DROP TABLE boards_labels, notes_labels").unwrap();
        connection.batch_execute(other).unwrap();
        let before = shape(&mut connection);
        let [app, across] = ["app", "across"].map(|role| desk.role(role));
        connection.batch_execute(&format!("CREATE ROLE {app}; CREATE ROLE {across}")).unwrap();
        let wall = RowSecurity::new(tables![labels], Roles::new(app, across).unwrap()).unwrap();
        connection.batch_execute(&wall.migration().up()).unwrap();
        let after = shape(&mut connection);
        let has = |text: &str| after.iter().any(|line| line.contains(text));
        assert!(has(" other ON ") && has("labels labels_pkey PRIMARY KEY (org, id)"), "{name}: {after:#?}");
        connection.batch_execute(&wall.migration().down()).unwrap();
        assert_eq!(shape(&mut connection), before, "{name}");
    }
}

/// The indexes that adopting makes, as constraints.
const CONSTRAINTS: &str = "
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT indrelid::regclass AS relation, relname FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid
                WHERE indisunique AND relname LIKE '%\\_tenancy' AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype = 'u') LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I UNIQUE USING INDEX %I', one.relation, one.relname, one.relname);
    END LOOP;
END $$";

#[test]
fn a_unique_constraint_that_is_just_what_a_key_becomes_does_not_stay_beside_it() {
    let desk = Desk::new("adopt_constraints");
    let mut connection = desk.connection();
    connection.batch_execute("DROP TABLE boards_labels, charges, events").unwrap();
    desk.said(DECIDED, 0);
    for folder in desk.migrations() {
        desk.migrate(&folder, "up.sql");
    }
    connection.batch_execute(CONSTRAINTS).unwrap();
    let has = |shape: &[String], line: &str| shape.iter().any(|one| one == line);
    let before = shape(&mut connection);
    assert!(has(&before, "notes notes_id_tenancy UNIQUE (organization_id, id)"), "{before:#?}");
    let wall = wall(&desk);
    let paired = "UPDATE attachments SET note_id = 2 WHERE note_id = 1";
    // And again: what was taken back is there to be taken once more.
    for _ in 0..2 {
        connection.batch_execute(&wall.migration().up()).unwrap();
        assert_eq!(lines(&mut connection, TWICE), [""; 0]);
        let after = shape(&mut connection);
        for line in [
            "notes notes_pkey PRIMARY KEY (organization_id, id)",
            "attachments attachments_note_id_tenancy FOREIGN KEY (organization_id, note_id) REFERENCES notes(organization_id, id) ON DELETE CASCADE",
        ] {
            assert!(has(&after, line), "{line}: {after:#?}");
        }
        let refused = connection.batch_execute(paired).unwrap_err();
        assert!(refused.to_string().contains("violates foreign key"), "{refused}");
        connection.batch_execute(&wall.migration().down()).unwrap();
        assert_eq!(shape(&mut connection), before);
        let refused = connection.batch_execute(paired).unwrap_err();
        assert!(refused.to_string().contains("violates foreign key"), "{refused}");
    }
}

/// A unique constraint takes the place of another one, with its name; and what would be lost stays.
#[test]
fn a_unique_constraint_takes_another_s_place_and_loses_nothing() {
    for (other, kept) in [
        ("ALTER TABLE labels ADD CONSTRAINT other UNIQUE (org, name)", None),
        (
            "ALTER TABLE labels ADD CONSTRAINT other UNIQUE (org, name); COMMENT ON CONSTRAINT other ON labels IS 'mine'",
            Some("a comment"),
        ),
        ("ALTER TABLE labels ADD CONSTRAINT other UNIQUE (org, name) DEFERRABLE", Some("checked later")),
        (
            "ALTER TABLE labels ADD CONSTRAINT other UNIQUE (org, id); COMMENT ON CONSTRAINT other ON labels IS 'mine'",
            Some("a comment"),
        ),
    ] {
        let desk = Desk::new("adopt_constraint");
        let mut connection = desk.connection();
        connection.batch_execute("DROP TABLE charges; DROP TABLE boards_labels, notes_labels").unwrap();
        connection.batch_execute("ALTER TABLE labels ADD CONSTRAINT named UNIQUE (name)").unwrap();
        connection.batch_execute(other).unwrap();
        let before = shape(&mut connection);
        let [app, across] = ["app", "across"].map(|role| desk.role(role));
        connection.batch_execute(&format!("CREATE ROLE {app}; CREATE ROLE {across}")).unwrap();
        let wall = RowSecurity::new(tables![labels], Roles::new(app, across).unwrap()).unwrap();
        connection.batch_execute(&wall.migration().up()).unwrap();
        let after = shape(&mut connection);
        let has = |text: &str| after.iter().any(|line| line.contains(text));
        assert_eq!(has("labels other "), kept.is_some(), "{kept:?}: {after:#?}");
        assert!(has("labels named UNIQUE (org, name)"), "{kept:?}: {after:#?}");
        assert!(has("labels labels_pkey PRIMARY KEY (org, id)"), "{kept:?}: {after:#?}");
        connection.batch_execute(&wall.migration().down()).unwrap();
        assert_eq!(shape(&mut connection), before, "{kept:?}");
    }
}
