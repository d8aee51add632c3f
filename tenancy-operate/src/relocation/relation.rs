//! The tables as a database has them.

use std::collections::BTreeMap;

use super::error::RelocationError;
use super::session::Session;
use super::sql::{literal, qualified};

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) sql_type: String,
    /// The same, with `{schema}` for the table's own.
    pub(super) relative_type: String,
    pub(super) not_null: bool,
    /// The database computes it.
    pub(super) generated: bool,
}

/// One table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Relation {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) oid: String,
    /// `r` or `p`, or something that rows cannot be moved from.
    pub(super) kind: String,
    /// Whether the session's role has what its owner may.
    pub(super) owned: bool,
    /// Whether row-level security is on, and holds for the owner; and the policies.
    pub(super) wall: String,
    pub(super) columns: Vec<Column>,
    /// The columns that name a row: of the primary key, or of the shortest unique index that can have none twice.
    pub(super) key: Vec<String>,
}

impl Relation {
    /// The name, quoted and qualified.
    pub(super) fn sql(&self) -> String {
        qualified(&self.schema, &self.name)
    }

    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The type of a column, as SQL.
    pub(super) fn type_of(&self, name: &str) -> &str {
        self.column(name).map_or("text", |column| column.sql_type.as_str())
    }
}

/// The tables of these schemas and names that there are, by their names.
pub(super) async fn read(
    session: &Session,
    names: &[(String, String)],
) -> Result<BTreeMap<(String, String), Relation>, RelocationError> {
    let doing = "reading the tables";
    let values = names
        .iter()
        .map(|(schema, name)| format!("({}, {})", literal(schema), literal(name)))
        .collect::<Vec<_>>()
        .join(", ");
    if values.is_empty() {
        return Ok(BTreeMap::new());
    }
    let from = format!(
        "(VALUES {values}) AS v (schema, name) JOIN pg_namespace AS n ON n.nspname = v.schema
         JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = v.name"
    );
    let tables = session
        .texts(
            doing,
            &format!(
                "SELECT v.schema, v.name, c.oid, c.relkind, pg_has_role(c.relowner, 'USAGE'),
                        concat_ws(' ', c.relrowsecurity, c.relforcerowsecurity,
                                  (SELECT string_agg(concat_ws(',', p.polname, p.polcmd, p.polpermissive,
                                                               replace(pg_get_expr(p.polqual, p.polrelid), quote_ident(n.nspname) || '.', ''), '|',
                                                               replace(pg_get_expr(p.polwithcheck, p.polrelid), quote_ident(n.nspname) || '.', ''),
                                                               (SELECT string_agg(r::regrole::text, '+' ORDER BY r::regrole::text) FROM unnest(p.polroles) AS r)),
                                                     ' ' ORDER BY p.polname) FROM pg_policy AS p WHERE p.polrelid = c.oid))
                   FROM {from}"
            ),
        )
        .await?;
    let columns = session
        .texts(
            doing,
            &format!(
                "SELECT v.schema, v.name, a.attname, a.attnotnull, a.attgenerated <> '', format_type(a.atttypid, a.atttypmod),
                        CASE WHEN t.typnamespace = n.oid
                             THEN '{{schema}}' || substr(format_type(a.atttypid, a.atttypmod), length(quote_ident(n.nspname)) + 1)
                             ELSE format_type(a.atttypid, a.atttypmod) END
                   FROM {from} JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   JOIN pg_type AS b ON b.oid = a.atttypid JOIN pg_type AS t ON t.oid = CASE WHEN b.typelem <> 0 AND b.typlen = -1 THEN b.typelem ELSE b.oid END
                  ORDER BY a.attnum"
            ),
        )
        .await?;
    let keys = session
        .texts(
            doing,
            &format!(
                "SELECT v.schema, v.name, a.attname
                   FROM {from},
                        LATERAL (SELECT i.indkey, i.indnkeyatts FROM pg_index AS i
                                  WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                                    AND i.indpred IS NULL AND i.indexprs IS NULL
                                    AND NOT EXISTS (SELECT FROM pg_attribute AS o WHERE o.attrelid = c.oid AND NOT o.attnotnull
                                                       AND o.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1]))
                                  ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid LIMIT 1) AS i,
                        unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (number, position)
                   JOIN pg_attribute AS a ON a.attnum = k.number
                  WHERE a.attrelid = c.oid AND k.position <= i.indnkeyatts ORDER BY k.position"
            ),
        )
        .await?;

    let mut relations = BTreeMap::new();
    for row in tables {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let (schema, name) = (next(), next());
        let relation = Relation {
            oid: next(),
            kind: next(),
            owned: next() == "t",
            wall: next(),
            columns: Vec::new(),
            key: Vec::new(),
            schema: schema.clone(),
            name: name.clone(),
        };
        relations.insert((schema, name), relation);
    }
    for row in columns {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let table = (next(), next());
        let (name, not_null, generated, sql_type) = (next(), next() == "t", next() == "t", next());
        let relative_type = next();
        if let Some(relation) = relations.get_mut(&table) {
            relation.columns.push(Column { name, sql_type, relative_type, not_null, generated });
        }
    }
    for row in keys {
        let mut texts = row.into_iter().map(Option::unwrap_or_default);
        let mut next = || texts.next().unwrap_or_default();
        let table = (next(), next());
        if let Some(relation) = relations.get_mut(&table) {
            relation.key.push(next());
        }
    }
    Ok(relations)
}
