//! What is looked for before anything is changed.

use super::conflicts;
use super::error::{Obstacle, RelocationError};
use super::family::family;
use super::follow::SCHEMA;
use super::session::Session;
use super::sql::{identifier, literals};
use super::tables::Moved;
use super::verify::{self, ForeignKey};
use crate::every_row::SHOWS_ALL;
use crate::which_database::{self, WhichDatabase};

/// The oldest server: generated walls ask for it as well, and earlier ones grant no role the settings that a move needs.
const OLDEST: u64 = 150_000;

/// Which database a session leads to.
pub(super) async fn which(session: &Session) -> Result<WhichDatabase, RelocationError> {
    let rows = session.texts("asking which database it is", which_database::QUERY).await?;
    let mut texts = rows.into_iter().flatten().map(Option::unwrap_or_default);
    Ok(WhichDatabase::new(std::array::from_fn(|_| texts.next().unwrap_or_default())))
}

/// Which role sees every tenant's rows there: `across`, unless the session's own does. It has to be a PostgreSQL that is known here, and the role
/// one that may do it.
pub(super) async fn role(
    session: &Session,
    across: &str,
    obstacles: &mut Vec<Obstacle>,
) -> Result<Option<String>, RelocationError> {
    let (doing, place) = ("asking what the role may do", session.place());
    let version = session.number(doing, "SELECT current_setting('server_version_num')").await?;
    if version < OLDEST {
        obstacles.push(Obstacle::new(
            place,
            format!("its server has the version number {version}"),
            "upgrade it to PostgreSQL 15 or newer",
        ));
    }
    if session.text(doing, "SELECT extname FROM pg_extension WHERE extname = 'citus'").await?.is_some() {
        obstacles.push(Obstacle::new(
            place,
            "it is a Citus cluster, where this is not to be had: triggers of distributed tables do not follow a tenant",
            "move it to another node by Citus' own moves (`tenancy move TENANT --to node --node HOST:PORT`)",
        ));
    }
    let rows = session
        .texts(
            doing,
            &format!(
                "SELECT current_user, r.rolsuper OR r.rolbypassrls,
                        coalesce((SELECT pg_has_role(current_user, a.oid, 'MEMBER') FROM pg_roles AS a WHERE a.rolname = {across}), false),
                        coalesce((SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = '{SCHEMA}'),
                                 has_database_privilege(current_database(), 'CREATE')),
                        current_database()
                   FROM pg_roles AS r WHERE r.rolname = current_user",
                across = super::sql::literal(across),
            ),
        )
        .await?;
    let mut texts = rows.into_iter().flatten().map(Option::unwrap_or_default);
    let mut next = || texts.next().unwrap_or_default();
    let (name, passes, member, creates, database) =
        (next(), next() == "t", next() == "t", next() == "t", next());
    if !passes && !member {
        obstacles.push(Obstacle::new(
            format!("the role {} at the {place}", identifier(&name)),
            format!("it does not see every tenant's rows: it is not a member of {}", identifier(across)),
            format!("GRANT {} TO {}", identifier(across), identifier(&name)),
        ));
    }
    if !creates {
        obstacles.push(Obstacle::new(
            format!("the role {} at the {place}", identifier(&name)),
            format!("it may not make the schema {SCHEMA}"),
            format!("GRANT CREATE ON DATABASE {} TO {}", identifier(&database), identifier(&name)),
        ));
    }
    let replica = "SET session_replication_role = replica; SET session_replication_role = origin";
    match session.run(doing, replica).await {
        Err(RelocationError::Database { said, .. })
            if said.code() == Some(&tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE) =>
        {
            obstacles.push(Obstacle::new(
                format!("the role {} at the {place}", identifier(&name)),
                "it may not write rows as a replica does, without setting triggers off",
                format!("GRANT SET ON PARAMETER session_replication_role TO {}", identifier(&name)),
            ));
        }
        other => other?,
    }
    Ok((!passes && member).then(|| across.to_owned()))
}

/// Tables of which this role, as it acts now, would see a part of the rows: the rest would be left behind, and nothing would say so.
pub(super) async fn every_row(
    session: &Session,
    tables: impl Iterator<Item = &str>,
) -> Result<Vec<Obstacle>, RelocationError> {
    let oids = literals(tables);
    let query = format!(
        "SELECT c.oid::regclass, quote_ident(current_user) FROM pg_class AS c
          WHERE c.oid = ANY (ARRAY[{oids}]::oid[]) AND c.relrowsecurity AND row_security_active(c.oid) AND NOT {SHOWS_ALL} ORDER BY 1"
    );
    let rows = session.texts("asking whether the role sees every row", &query).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut texts = row.into_iter().map(Option::unwrap_or_default);
            let (table, role) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
            Obstacle::new(
                format!("{table} at the {}", session.place()),
                format!("its policies show a part of the rows to the role {role}: those that it does not see would be left behind"),
                "run the wall's migration there, and take away what else restricts that role, by DROP POLICY or ALTER POLICY … TO",
            )
        })
        .collect())
}

/// That the foreign key `k` keeps anything: since PostgreSQL 18 one can be NOT ENFORCED.
const ENFORCED: &str = "coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)";

/// Rows of other tenants that refer to the tenant's: once these are gone they would refer to nothing, and nothing would say so.
pub(super) async fn referred_by_others(
    session: &Session,
    tables: &[Moved],
    at_source: bool,
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let side = |table: &'_ Moved| {
        let (relation, own) = if at_source {
            (&table.source, &table.own_at_source)
        } else {
            (&table.destination, &table.own_at_destination)
        };
        (relation.oid.clone(), own.clone())
    };
    let owns: Vec<_> = tables.iter().map(side).collect();
    let moved = literals(owns.iter().map(|(oid, _)| oid.as_str()));
    if moved.is_empty() {
        return Ok(());
    }
    let query = format!(
        "{} SELECT k.conname, k.conrelid::regclass, k.confrelid::regclass, c.root, p.root,
                   -- A PERIOD, the last column of a key to one WITHOUT OVERLAPS, refers to what it meets.
                   (SELECT string_agg(format('r.%I %s o.%I', a.attname,
                                             CASE WHEN u.position = cardinality(k.conkey)
                                                   AND EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = k.conindid AND i.indisexclusion)
                                                  THEN '&&' ELSE '=' END, b.attname), ' AND ')
                      FROM unnest(k.conkey, k.confkey) WITH ORDINALITY AS u (here, there, position)
                      JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.here
                      JOIN pg_attribute AS b ON b.attrelid = k.confrelid AND b.attnum = u.there)
              FROM pg_constraint AS k JOIN family AS c ON c.member = k.conrelid JOIN family AS p ON p.member = k.confrelid
             WHERE k.contype = 'f' AND k.conparentid = 0 AND {ENFORCED} ORDER BY 2, 1",
        family(&moved)
    );
    let of = |root: &str| owns.iter().find(|(oid, _)| oid == root).map(|(_, own)| own.as_str());
    for row in session.texts("looking for what refers to the tables", &query).await? {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (key, from, to, from_root, to_root, refers) = (next(), next(), next(), next(), next(), next());
        let (Some(own_from), Some(own_to)) = (of(&from_root), of(&to_root)) else { continue };
        let count = format!(
            "SELECT count(*) FROM {from} AS r WHERE ({own_from}) IS NOT TRUE
                AND EXISTS (SELECT FROM (SELECT * FROM {to} AS r WHERE {own_to}) AS o WHERE {refers})"
        );
        let rows = session.number(&format!("looking for rows of others that refer to {to}"), &count).await?;
        if rows > 0 {
            obstacles.push(Obstacle::new(
                from,
                format!(
                    "{rows} of its rows are not the tenant's, and refer to rows of {to} that are, by {}",
                    identifier(&key)
                ),
                "let them refer to rows of their own tenant: the key should have the tenant in it",
            ));
        }
    }
    Ok(())
}

/// Tables that refer to the moved ones and are not moved: their rows would refer to nothing.
pub(super) async fn undeclared(
    session: &Session,
    tables: &[Moved],
    at_source: bool,
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let of =
        |table: &'_ Moved| if at_source { table.source.oid.clone() } else { table.destination.oid.clone() };
    let oids: Vec<_> = tables.iter().map(of).collect();
    let moved = literals(oids.iter().map(String::as_str));
    if moved.is_empty() {
        return Ok(());
    }
    let query = format!(
        "{} SELECT k.conrelid::regclass, k.conname, k.confrelid::regclass FROM pg_constraint AS k
             WHERE k.contype = 'f' AND k.conparentid = 0 AND {ENFORCED} AND k.confrelid IN (SELECT member FROM family)
                   AND k.conrelid NOT IN (SELECT member FROM family)
             ORDER BY 1, 2",
        family(&moved)
    );
    for row in session.texts("looking for what refers to the tables", &query).await? {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (table, key, other) = (next(), next(), next());
        obstacles.push(Obstacle::new(
            table,
            format!("it refers to {other} by the foreign key {}, and is not moved with it", identifier(&key)),
            "declare it as a table of tenants (`through` that table, or with a tenant column), or drop the key",
        ));
    }
    Ok(())
}

/// Triggers at the destination that would be set off by rows that are brought.
pub(super) async fn triggers(
    destination: &Session,
    tables: &[Moved],
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    let moved = literals(tables.iter().map(|table| table.destination.oid.as_str()));
    if moved.is_empty() {
        return Ok(());
    }
    // Another tenant may be moved from there at the same time. What follows that is a function of the table's owner, which writes to a table of changes.
    let query = format!(
        "SELECT g.tgrelid::regclass, g.tgname FROM pg_trigger AS g JOIN pg_proc AS p ON p.oid = g.tgfoid JOIN pg_class AS c ON c.oid = g.tgrelid
          WHERE g.tgrelid::text IN ({moved}) AND NOT g.tgisinternal AND g.tgenabled IN ('A', 'R')
            AND NOT (p.pronamespace::regnamespace::text = '{SCHEMA}' AND p.proowner = c.relowner AND g.tgtype IN (5, 9, 17, 34)
                     AND EXISTS (SELECT FROM regexp_match(p.proname, '^follow_(\\d+)_\\d+$') AS m
                                  WHERE to_regclass('{SCHEMA}.changes_' || m[1]) IS NOT NULL AND to_regclass('{SCHEMA}.fence_' || m[1]) IS NOT NULL
                                    AND strpos(p.prosrc, 'INSERT INTO {SCHEMA}.changes_' || m[1] || ' ') > 0))"
    );
    for row in destination.texts("looking for triggers", &query).await? {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let (table, trigger) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
        obstacles.push(Obstacle::new(
            table.clone(),
            format!(
                "its trigger {} fires for rows that are only copied (ENABLE ALWAYS or REPLICA)",
                identifier(&trigger)
            ),
            format!("ALTER TABLE {table} ENABLE TRIGGER {}", identifier(&trigger)),
        ));
    }
    Ok(())
}

/// Rows of the tenant that are at the destination already.
pub(super) async fn empty(
    destination: &Session,
    tables: &[Moved],
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    for table in tables {
        let name = table.destination.sql();
        let query = format!("SELECT count(*) FROM {name} AS r WHERE {}", table.own_at_destination);
        let rows = destination.number(&format!("looking for the tenant's rows in {name}"), &query).await?;
        if rows > 0 {
            obstacles.push(Obstacle::new(
                name,
                format!("it has {rows} rows of the tenant already, and which are right is not known"),
                "erase those that are not served",
            ));
        }
    }
    Ok(())
}

/// Rows that the tenant's refer to and that do not come along: of global tables. They have to be at the destination.
pub(super) async fn referred_to(
    source: &Session,
    destination: &Session,
    tables: &[Moved],
    keys: &[ForeignKey],
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    for table in tables {
        for key in keys.iter().filter(|key| key.number == table.number) {
            if tables.iter().any(|other| other.destination.sql() == key.other) {
                continue;
            }
            let doing = format!("looking at what {} refers to", table.label());
            let query = format!(
                "SELECT DISTINCT {} FROM {} AS r WHERE {} AND {}",
                conflicts::texts("r", &key.columns),
                table.source.sql(),
                table.own_at_source,
                verify::present("r", &key.columns),
            );
            let types: Vec<_> =
                key.columns.iter().map(|name| table.destination.type_of(name).to_owned()).collect();
            let mut parts = source.parts(&doing, &query, conflicts::PART).await?;
            while let Some(rows) = parts.next().await? {
                let missing = format!(
                    "SELECT count(*), min(concat_ws(', ', {})) FROM {} WHERE NOT {}",
                    super::sql::columns("r", key.columns.iter().map(String::as_str)),
                    conflicts::values("r", &key.columns, &types, &rows),
                    verify::is_there("r", key),
                );
                let answer = destination.texts(&doing, &missing).await?;
                let found = verify::missing(table, key, answer.into_iter().flatten().collect());
                if found.is_some() {
                    obstacles.extend(found);
                    break;
                }
            }
        }
    }
    Ok(())
}
