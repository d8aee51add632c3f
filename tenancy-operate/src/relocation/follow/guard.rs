//! Whether everything that follows the changes is where it was put.
//!
//! Whoever owns the tables may set triggers off, and after `ENABLE TRIGGER ALL` they do not fire for replicated changes any more; a partition that was
//! made later has no trigger for TRUNCATE of its own; one that was detached is no part of the tenant's table. What was written meanwhile is found by
//! comparing the rows. This finds what would be written after that.

use super::super::error::{Obstacle, RelocationError};
use super::super::family::{family, roots};
use super::super::session::Session;
use super::super::sql::literal;
use super::super::tables::Moved;
use super::Objects;
use super::triggers::{self, DEFINITION, EVENTS};

/// What is not as it was put.
#[derive(Debug, Default)]
pub(in crate::relocation) struct Found {
    /// Tables and parts without a trigger that fires.
    pub(in crate::relocation) unguarded: Vec<Obstacle>,
    /// What has the triggers of a table, and is none of its parts any more.
    pub(in crate::relocation) detached: Vec<Obstacle>,
}

/// Compares the triggers of each table, and of each of its parts, with those that were made: that they fire always, what the server says of them, their condition
/// among it, and what their function does and as whom. Nothing is known by a name.
pub(in crate::relocation) async fn look(
    session: &Session,
    objects: &Objects,
    tables: &[Moved],
    tenant: &str,
) -> Result<Found, RelocationError> {
    let roots = roots(tables);
    if roots.is_empty() {
        return Ok(Found::default());
    }
    let wanted: Vec<_> = tables
        .iter()
        .map(|table| {
            format!(
                "({}::oid, to_regprocedure({}), {})",
                literal(&table.source.oid),
                literal(&format!("{}()", objects.function(table.number))),
                literal(&triggers::body(objects, table, tables, tenant)),
            )
        })
        .collect();
    let query = format!(
        "{}, wanted (root, function, source) AS (VALUES {})
         SELECT 'unguarded', f.member::regclass, string_agg(e.event, ', ' ORDER BY e.event)
           FROM family AS f JOIN wanted AS w ON w.root = f.root CROSS JOIN {EVENTS}
          WHERE NOT EXISTS (SELECT FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
                             WHERE t.tgrelid = f.member AND t.tgfoid = w.function AND t.tgtype = e.kind AND t.tgenabled = 'A' AND t.tgattr::text = ''
                               AND {DEFINITION} = ANY (string_to_array(obj_description(w.function, 'pg_proc'), E'\\n'))
                               AND p.prosrc = w.source AND NOT p.prosecdef AND p.proconfig::text[] = ARRAY[{}])
          GROUP BY f.member
         UNION ALL
         SELECT DISTINCT 'detached', t.tgrelid::regclass, w.root::regclass::text
           FROM wanted AS w JOIN pg_trigger AS t ON t.tgfoid = w.function
          WHERE NOT EXISTS (SELECT FROM family AS f WHERE f.root = w.root AND f.member = t.tgrelid)
          ORDER BY 1, 2",
        family(&roots),
        wanted.join(", "),
        literal(&format!("search_path={}", triggers::SEARCH_PATH)),
    );
    let mut found = Found::default();
    for row in session.texts("looking whether changes are followed", &query).await? {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (kind, name, more) = (next(), next(), next());
        if kind == "unguarded" {
            found.unguarded.push(Obstacle::new(
                name,
                format!("its changes were not followed by a trigger as it was made, for {more}"),
                "find who disables, drops or alters triggers while the tenant is being moved",
            ));
        } else {
            let trigger = objects.trigger("truncate");
            found.detached.push(Obstacle::new(
                name.clone(),
                format!("it was a part of {more}, and was detached while the tenant was being moved; what it has of the tenant's would be left behind"),
                format!("attach it again; or, if that is meant, DROP TRIGGER {trigger} ON {name}"),
            ));
        }
    }
    Ok(found)
}
