//! The tables of a database as its catalog has them: columns, keys and references.

use diesel::sql_types::{Array, Bool, Integer, Nullable, Text};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    /// The columns of its primary key.
    pub(crate) key: Vec<String>,
    pub(crate) references: Vec<Reference>,
}

/// A column that can be written.
#[derive(Debug, Clone, QueryableByName)]
pub(crate) struct Column {
    #[diesel(sql_type = Text)]
    pub(crate) name: String,
    /// The name of its type, of the element's of an array, of what a domain is made of.
    #[diesel(sql_type = Text)]
    pub(crate) kind: String,
    /// The type as SQL has it, with its length.
    #[diesel(sql_type = Text)]
    pub(crate) sql_type: String,
    #[diesel(sql_type = Bool)]
    pub(crate) is_array: bool,
    #[diesel(sql_type = Bool)]
    pub(crate) not_null: bool,
    /// How many characters it takes.
    #[diesel(sql_type = Nullable<Integer>)]
    pub(crate) length: Option<i32>,
    /// Those of an enum.
    #[diesel(sql_type = Array<Text>)]
    pub(crate) labels: Vec<String>,
}

/// A foreign key.
#[derive(Debug, Clone, QueryableByName)]
pub(crate) struct Reference {
    #[diesel(sql_type = Array<Text>)]
    pub(crate) columns: Vec<String>,
    #[diesel(sql_type = Text)]
    pub(crate) parent: String,
    #[diesel(sql_type = Array<Text>)]
    pub(crate) parent_columns: Vec<String>,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    schema: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Array<Text>)]
    key: Vec<String>,
}

const TABLES: &str = "
SELECT n.nspname::text AS schema, c.relname::text AS name,
       ARRAY(SELECT a.attname::text FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k (attnum, place)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
             WHERE i.indrelid = c.oid AND i.indisprimary ORDER BY k.place) AS key
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname !~ '^(pg_|information_schema|tenancy)' ORDER BY 1, 2";

const COLUMNS: &str = "
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS sql_type, a.attnotnull OR t.typnotnull AS not_null,
       t.typelem <> 0 AND t.typlen = -1 AS is_array, b.typname::text AS kind,
       CASE WHEN b.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4 THEN a.atttypmod - 4 END AS length,
       ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = b.oid ORDER BY e.enumsortorder) AS labels
FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
JOIN pg_type e ON e.oid = CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN t.typelem ELSE t.oid END
JOIN pg_type b ON b.oid = CASE e.typtype WHEN 'd' THEN e.typbasetype ELSE e.oid END
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum";

const REFERENCES: &str = "
SELECT ARRAY(SELECT a.attname::text FROM unnest(f.conkey) WITH ORDINALITY k (attnum, place)
             JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.attnum ORDER BY k.place) AS columns,
       n.nspname || '.' || p.relname AS parent,
       ARRAY(SELECT a.attname::text FROM unnest(f.confkey) WITH ORDINALITY k (attnum, place)
             JOIN pg_attribute a ON a.attrelid = f.confrelid AND a.attnum = k.attnum ORDER BY k.place) AS parent_columns
FROM pg_constraint f JOIN pg_class p ON p.oid = f.confrelid JOIN pg_namespace n ON n.oid = p.relnamespace
WHERE f.contype = 'f' AND f.conrelid = $1::text::regclass ORDER BY cardinality(f.conkey) DESC, f.conname";

/// All tables, but for the wall's own.
pub(crate) fn tables(connection: &mut PgConnection) -> Vec<Table> {
    let found: Vec<Found> = sql_query(TABLES).load(connection).unwrap();
    let mut read = |Found { schema, name, key }: Found| {
        let sql_name = format!("{schema}.{name}");
        let columns = sql_query(COLUMNS).bind::<Text, _>(&sql_name).load(connection).unwrap();
        let references = sql_query(REFERENCES).bind::<Text, _>(&sql_name).load(connection).unwrap();
        Table { schema, name, columns, key, references }
    };
    found.into_iter().map(&mut read).collect()
}

impl Table {
    /// `schema.name`, which here needs no quotes.
    pub(crate) fn sql_name(&self) -> String {
        format!("{}.{}", self.schema, self.name)
    }

    /// What tells a row from all others, as SQL.
    pub(crate) fn row(&self) -> String {
        let columns: Vec<_> = self.key.iter().map(|column| format!("{column:?}")).collect();
        format!("ROW({})::text", columns.join(", "))
    }
}
