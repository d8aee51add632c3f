//! What a migration finds before it changes anything, so that its *down* brings back just that: the state without a wall, or
//! that of the migration before it.

use super::policies::names;
use super::{Step, grants};
use crate::citus::on_all_nodes;
use crate::quote::{identifier, literal};
use crate::row_security::{RowSecurity, Server};

/// The objects of the schema `tenancy` that a migration makes or changes.
pub(super) const OWN: [&str; 5] = [
    "SCHEMA tenancy",
    "TABLE tenancy.before_wall",
    KEYS,
    "FUNCTION tenancy.tenant()",
    "FUNCTION tenancy.set_tenant(text)",
];

/// The one of these that each node of Citus has for itself.
pub(super) const KEYS: &str = "TABLE tenancy.sealing_keys";

/// The table of it: each row an object, the migration that changed it, and a statement that takes a part of the change back.
///
/// A row without a migration is of a version of this crate that knew one only. A row without a statement says that the object was
/// looked at.
pub(super) fn table(wall: &RowSecurity) -> Vec<Step> {
    let all = grants::all(wall);
    vec![
        Step::new(
            "CREATE TABLE IF NOT EXISTS tenancy.before_wall (\n    \
             position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    \
             migration text,\n    object text NOT NULL,\n    undo text\n)",
            // Another migration of the wall may still be in it.
            "DO $tenancy$\nBEGIN\n    \
             IF to_regclass('tenancy.before_wall') IS NOT NULL AND NOT EXISTS (SELECT FROM tenancy.before_wall) THEN\n        \
             DROP TABLE tenancy.before_wall;\n    END IF;\nEND\n$tenancy$",
        ),
        Step::up(format!("REVOKE ALL ON TABLE tenancy.before_wall FROM PUBLIC, {all}")),
    ]
}

/// The column that older versions of this crate did not make.
pub(super) fn column() -> Step {
    Step::up(
        "DO $tenancy$\nBEGIN\n    \
         IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'tenancy.before_wall'::regclass AND attname = 'migration') THEN\n        \
         ALTER TABLE tenancy.before_wall ADD COLUMN migration text;\n    END IF;\nEND\n$tenancy$",
    )
}

/// Objects that are remembered together, by name, as SQL literals.
struct Objects {
    tables: Vec<String>,
    schemas: Vec<String>,
    others: Vec<String>,
}

impl Objects {
    fn list(&self) -> String {
        [self.tables.as_slice(), &self.schemas, &self.others].concat().join(", ")
    }

    /// The condition that the object of the row `remembered` is still there: what was dropped needs nothing back. In parentheses, for
    /// PL/pgSQL.
    fn exist(&self) -> String {
        let mut cases = String::new();
        for (objects, find) in [(&self.tables, "to_regclass"), (&self.schemas, "to_regnamespace")] {
            if !objects.is_empty() {
                let of = objects.join(", ");
                cases += &format!(
                    "WHEN remembered.object IN ({of}) THEN {find}(remembered.object) IS NOT NULL\n             "
                );
            }
        }
        if cases.is_empty() { "true".to_owned() } else { format!("(CASE {cases}ELSE true END)") }
    }

    /// The rows that statements of this migration added without its name are its own; and it is the last that changed these
    /// objects, or else nothing is done.
    fn claim(&self, migration: &str, verb: &str) -> String {
        let (objects, migration) = (self.list(), literal(migration));
        format!(
            "    UPDATE tenancy.before_wall AS b SET migration = {migration}
     WHERE b.migration IS NULL AND b.object IN ({objects})
       AND b.position > (SELECT min(own.position) FROM tenancy.before_wall AS own
                          WHERE own.object = b.object AND own.migration = {migration});
    SELECT b.migration, b.object INTO later
      FROM tenancy.before_wall AS b JOIN tenancy.before_wall AS own ON own.object = b.object AND own.migration = {migration}
     WHERE b.object IN ({objects}) AND b.migration <> {migration} AND b.position > own.position
     ORDER BY b.position DESC LIMIT 1;
    IF FOUND THEN
        RAISE object_not_in_prerequisite_state USING
            MESSAGE = format('the wall''s migration %s cannot be {verb}: %s came after it and changed %s as well',
                             {migration}, later.migration, later.object),
            HINT = 'Take the later one down first.';
    END IF;
"
        )
    }

    /// A block that adds the rows that `select` gives as `(object, undo, place)`, those that are undone last first.
    fn remember(&self, migration: &str, select: &str) -> String {
        format!(
            "DO $tenancy$
DECLARE
    search_path text := current_setting('search_path');
    later record;
BEGIN
{claim}    -- With nothing else in the search path the server prints every name with its schema.
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    INSERT INTO tenancy.before_wall (migration, object, undo)
    SELECT {migration}, r.object, r.undo FROM (
{select}
    ) AS r ORDER BY r.place;
    PERFORM set_config('search_path', search_path, true);
END
$tenancy$",
            claim = self.claim(migration, "run again"),
            migration = literal(migration),
        )
    }

    /// A block that brings back what was remembered, the last thing first.
    fn undo(&self, migration: &str) -> String {
        format!(
            "DO $tenancy$
DECLARE
    positions bigint[];
    place bigint;
    remembered record;
    later record;
BEGIN
    IF to_regclass('tenancy.before_wall') IS NULL THEN
        RETURN;
    END IF;
{claim}    -- Read beforehand: the table itself may be changed below, which it cannot while a query on it is open.
    positions := ARRAY(SELECT b.position FROM tenancy.before_wall AS b
                        WHERE b.migration = {migration} AND b.object IN ({objects}) ORDER BY b.position DESC);
    FOREACH place IN ARRAY positions LOOP
        SELECT b.position, b.object, b.undo INTO remembered FROM tenancy.before_wall AS b WHERE b.position = place;
        IF remembered.undo IS NOT NULL AND {exist} THEN
            EXECUTE remembered.undo;
        END IF;
        DELETE FROM tenancy.before_wall AS b WHERE b.position = remembered.position;
    END LOOP;
END
$tenancy$",
            claim = self.claim(migration, "taken down"),
            migration = literal(migration),
            objects = self.list(),
            exist = self.exist(),
        )
    }
}

/// The names that grants are remembered for, as literals: the wall's roles'. Beside them, PUBLIC's.
fn roles(wall: &RowSecurity) -> String {
    wall.roles.all().map(|role| literal(role.as_str())).collect::<Vec<_>>().join(", ")
}

/// Whether an object was remembered by this migration already: then what is there now is its own work.
fn unless_remembered(migration: &str, object: &str) -> String {
    format!(
        "NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.object = {object} AND b.migration = {})",
        literal(migration)
    )
}

/// What is in the schema `tenancy`: the functions as they are, whose they are, and who may use them.
pub(super) fn of_the_schema(wall: &RowSecurity, migration: &str) -> Step {
    let objects = Objects { tables: Vec::new(), schemas: Vec::new(), others: OWN.map(literal).to_vec() };
    let all = grants::all(wall);
    let is_new = unless_remembered(migration, "o.object");
    let owners = if wall.roles.owner.is_some() { "true" } else { "false" };
    let select = format!(
        "    WITH objects AS (
        SELECT o.* FROM (
            SELECT 'SCHEMA tenancy' AS object, n.oid, NULL AS dropped, NULL AS definition, n.nspowner AS owner,
                   coalesce(n.nspacl, acldefault('n', n.nspowner)) AS acl
              FROM pg_namespace AS n WHERE n.nspname = 'tenancy'
            UNION ALL
            SELECT 'TABLE tenancy.before_wall', c.oid, NULL, NULL, c.relowner, NULL::aclitem[] FROM pg_class AS c WHERE c.oid = 'tenancy.before_wall'::regclass
            UNION ALL
            SELECT 'TABLE ' || t.name, c.oid, CASE WHEN c.oid IS NULL THEN {drop_keys} END, NULL, c.relowner, NULL::aclitem[]
              FROM (VALUES ('tenancy.sealing_keys')) AS t (name) LEFT JOIN pg_class AS c ON c.oid = to_regclass(t.name)
            UNION ALL
            SELECT 'FUNCTION ' || f.name, p.oid, CASE WHEN p.oid IS NULL THEN 'DROP FUNCTION IF EXISTS ' || f.name END,
                   pg_get_functiondef(p.oid), p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
              FROM (VALUES ('tenancy.tenant()'), ('tenancy.set_tenant(text)')) AS f (name)
              LEFT JOIN pg_proc AS p ON p.oid = to_regprocedure(f.name)) AS o
         WHERE {is_new}
    )
    SELECT object, format('ALTER %s OWNER TO %I', object, pg_get_userbyid(owner)) AS undo, 1 AS place
      FROM objects WHERE oid IS NOT NULL AND {owners}
    UNION ALL
    SELECT object, format('GRANT %s ON %s TO %s', a.privilege_type, object,
                          CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END), 2
      FROM objects, aclexplode(acl) AS a WHERE oid IS NOT NULL AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) IN ({roles}))
    UNION ALL
    SELECT object, 'REVOKE ALL ON ' || object || {from}, 3 FROM objects WHERE oid IS NOT NULL AND object NOT LIKE 'TABLE %'
    UNION ALL
    SELECT object, coalesce(dropped, definition), 4 FROM objects",
        roles = roles(wall),
        drop_keys = literal(&match wall.server {
            Server::PostgreSql => format!("DROP {KEYS}"),
            Server::Citus => on_all_nodes(&format!("DROP {KEYS}")),
        }),
        from = literal(&format!(" FROM PUBLIC, {all}")),
    );
    Step::new(objects.remember(migration, &select), objects.undo(migration))
}

/// Who could do what with the database itself.
pub(super) fn of_the_database(wall: &RowSecurity, migration: &str) -> Step {
    let objects = Objects { tables: Vec::new(), schemas: Vec::new(), others: vec!["'database'".to_owned()] };
    let is_new = unless_remembered(migration, "'database'");
    let select = format!(
        "    SELECT 'database' AS object, format('GRANT %s ON DATABASE %I TO %s', a.privilege_type, d.datname,
                   CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS undo, 1 AS place
      FROM pg_database AS d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) AS a
     WHERE d.datname = current_database() AND a.privilege_type IN ('TEMPORARY', 'CREATE')
       AND (a.grantee = 0 OR pg_get_userbyid(a.grantee) IN ({roles})) AND {is_new}
    UNION ALL
    SELECT 'database', NULL, 2 WHERE {is_new}",
        roles = roles(wall)
    );
    Step::new(objects.remember(migration, &select), objects.undo(migration))
}

/// The grants, the row-level security and the wall's policies of each table, and the grants on their schemas.
pub(super) fn of_tables(wall: &RowSecurity, migration: &str) -> Step {
    let objects = Objects {
        tables: wall.tables.iter().map(|table| literal(&wall.tables.sql_name(table))).collect(),
        schemas: wall.tables.schemas().iter().map(|schema| literal(&identifier(schema))).collect(),
        others: Vec::new(),
    };
    let (tables, schemas) = (objects.tables.join(", "), objects.schemas.join(", "));
    let names = names(wall).into_iter().map(literal).collect::<Vec<_>>().join(", ");
    let of_tenants: Vec<_> =
        wall.tables.of_tenants().map(|(table, _)| literal(&wall.tables.sql_name(table))).collect();
    let of_tenants = of_tenants.join(", ");
    let [table_is_new, schema_is_new] =
        ["o.object", "s.object"].map(|object| unless_remembered(migration, object));
    let select = format!(
        "    WITH objects AS (
        SELECT o.object, o.object::regclass AS relation FROM unnest(ARRAY[{tables}]::text[]) AS o (object)
         WHERE {table_is_new}
    ), schemas AS (
        SELECT s.object, n.nspowner, n.nspacl
          FROM unnest(ARRAY[{schemas}]::text[]) AS s (object)
          JOIN pg_namespace AS n ON '\"' || replace(n.nspname, '\"', '\"\"') || '\"' = s.object
         WHERE {schema_is_new}
    ), policies AS (
        -- Of a table that became a global one they stay, and are not made again.
        SELECT o.object, p.* FROM objects AS o JOIN pg_policy AS p ON p.polrelid = o.relation
         WHERE p.polname IN ({names}) AND o.object IN ({of_tenants})
    ), relations AS (
        SELECT o.object, c.oid, 'TABLE' AS kind, c.relacl AS acl, acldefault('r', c.relowner) AS owners
          FROM objects AS o JOIN pg_class AS c ON c.oid = o.relation
        UNION ALL
        SELECT o.object, s.oid, 'SEQUENCE', s.relacl, acldefault('s', s.relowner)
          FROM objects AS o
          JOIN pg_depend AS d ON d.refobjid = o.relation AND d.refclassid = 'pg_class'::regclass
                             AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
          JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
        UNION
        -- Those that no column owns, of which a default takes the next value.
        SELECT o.object, s.oid, 'SEQUENCE', s.relacl, acldefault('s', s.relowner)
          FROM objects AS o
          JOIN pg_attrdef AS f ON f.adrelid = o.relation
          JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid AND d.refclassid = 'pg_class'::regclass
          JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S'
    ), granted AS (
        SELECT r.object, format('%s ON %s %s', a.privilege_type, r.kind, r.oid::regclass) AS what, a.grantee, a.is_grantable
          FROM relations AS r, aclexplode(coalesce(r.acl, r.owners)) AS a
        UNION ALL
        SELECT r.object, format('%s (%I) ON TABLE %s', a.privilege_type, c.attname, r.oid::regclass), a.grantee, a.is_grantable
          FROM relations AS r JOIN pg_attribute AS c ON c.attrelid = r.oid AND r.kind = 'TABLE' AND NOT c.attisdropped, aclexplode(c.attacl) AS a
        UNION ALL
        SELECT s.object, format('%s ON SCHEMA %s', a.privilege_type, s.object), a.grantee, a.is_grantable
          FROM schemas AS s, aclexplode(coalesce(s.nspacl, acldefault('n', s.nspowner))) AS a
    )
    SELECT g.object, format('GRANT %s TO %s%s', g.what,
                            CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                            CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS undo, 1 AS place
      FROM granted AS g
     WHERE g.grantee = 0 OR pg_get_userbyid(g.grantee) IN ({roles})
        -- The roles of the wall before this one lose what they had.
        OR EXISTS (SELECT FROM policies AS p WHERE p.object = g.object AND g.grantee = ANY (p.polroles))
    UNION ALL
    SELECT o.object, format('ALTER TABLE %s %s', o.object, switched.on_), 2
      FROM objects AS o JOIN pg_class AS c ON c.oid = o.relation,
           LATERAL (VALUES (c.relrowsecurity, 'ENABLE ROW LEVEL SECURITY'),
                           (c.relforcerowsecurity, 'FORCE ROW LEVEL SECURITY')) AS switched (was, on_)
     WHERE switched.was
    UNION ALL
    SELECT p.object, format('CREATE POLICY %I ON %s AS %s FOR %s TO %s%s%s', p.polname, p.object,
                            CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
                            CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                            (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END, ', ')
                               FROM unnest(p.polroles) AS role),
                            ' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
                            ' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'), 3
      FROM policies AS p
    UNION ALL
    SELECT object, NULL, 4 FROM objects
    UNION ALL
    SELECT object, NULL, 4 FROM schemas",
        roles = roles(wall)
    );
    Step::new(objects.remember(migration, &select), objects.undo(migration))
}

/// Has the sessions of the tables' owners fail where they would silently find no rows, as FORCE has it.
///
/// Not those that the policies give rows to, nor superusers and BYPASSRLS, whom no policy binds.
pub(super) fn of_the_owners(wall: &RowSecurity, migration: &str) -> Option<Step> {
    if wall.server == Server::Citus {
        return None;
    }
    let tables: Vec<_> =
        wall.tables.of_tenants().map(|(table, _)| literal(&wall.tables.sql_name(table))).collect();
    let migration = literal(migration);
    let up = format!(
        "DO $tenancy$
DECLARE
    owner record;
BEGIN
    FOR owner IN
        SELECT format('ALTER ROLE %I IN DATABASE %I', r.rolname, current_database()) AS alter_,
               'role ' || quote_ident(r.rolname) AS object,
               (SELECT substr(setting, 14) FROM pg_db_role_setting AS s, unnest(s.setconfig) AS setting
                 WHERE s.setrole = r.oid AND s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
                   AND setting LIKE 'row\\_security=%') AS before
          FROM pg_roles AS r
         WHERE (r.rolname IN (session_user, current_user) OR r.oid IN (SELECT relowner FROM pg_class WHERE oid = ANY (ARRAY[{tables}]::regclass[])))
           AND NOT r.rolsuper AND NOT r.rolbypassrls
           AND NOT EXISTS (SELECT FROM pg_roles AS g WHERE g.rolname IN ({roles}) AND pg_has_role(r.oid, g.oid, 'USAGE'))
    LOOP
        -- One's own settings are one's own; another's take CREATEROLE.
        BEGIN
            EXECUTE owner.alter_ || ' SET row_security = off';
            INSERT INTO tenancy.before_wall (migration, object, undo)
            SELECT {migration}, owner.object, owner.alter_ || coalesce(' SET row_security = ' || quote_literal(owner.before), ' RESET row_security')
             WHERE NOT EXISTS (SELECT FROM tenancy.before_wall AS b WHERE b.migration = {migration} AND b.object = owner.object);
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
END
$tenancy$",
        tables = tables.join(", "),
        roles = roles(wall),
    );
    let down = format!(
        "DO $tenancy$
DECLARE
    remembered record;
BEGIN
    IF to_regclass('tenancy.before_wall') IS NULL THEN
        RETURN;
    END IF;
    FOR remembered IN
        SELECT position, undo, substr(object, 6) AS role FROM tenancy.before_wall
         WHERE migration = {migration} AND object LIKE 'role %'
    LOOP
        IF to_regrole(remembered.role) IS NOT NULL THEN
            EXECUTE remembered.undo;
        END IF;
        DELETE FROM tenancy.before_wall AS b WHERE b.position = remembered.position;
    END LOOP;
END
$tenancy$"
    );
    Some(Step::new(up, down))
}
