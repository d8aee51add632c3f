//! The words that Diesel writes.

/// Keywords that a parenthesis follows without being called.
pub(super) const BEFORE_PARENTHESES: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "BERNOULLI",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CONFLICT",
    "DEFAULT",
    "DISTINCT",
    "ELSE",
    "ESCAPE",
    "EXCEPT",
    "EXISTS",
    "FILTER",
    "FROM",
    "HAVING",
    "ILIKE",
    "IN",
    "INTERSECT",
    "INTO",
    "IS",
    "KEY",
    "LIKE",
    "LIMIT",
    "NOT",
    "OFFSET",
    "ON",
    "OR",
    "OVER",
    "PARTITION",
    "PRECISION",
    "REPEATABLE",
    "RETURNING",
    "ROW",
    "SELECT",
    "SET",
    "SOME",
    "SYSTEM",
    "THEN",
    "TO",
    "UNION",
    "VALUES",
    "VARYING",
    "WHEN",
    "WHERE",
    "ZONE",
];

/// Keywords that end the list of tables that FROM begins, and are a name on no database: on SQLite a table may go by `OFFSET`, and another
/// one stand behind it. What no comma follows at its level need not be here.
pub(super) const ENDS_FROM: &[&str] =
    &["GROUP", "HAVING", "LIMIT", "ORDER", "RETURNING", "SET", "VALUES", "WHERE"];

/// Functions that stand in the place of a table on SQLite and MariaDB, and read what they are given. Whatever else is called there may be a
/// table: a search in SQLite's FTS5 is written `FROM letters('word')`.
pub(super) const MAKE_ROWS: &[&str] =
    &["generate_series", "json_each", "json_table", "json_tree", "jsonb_each", "jsonb_tree"];

/// Functions that have a FROM among their own words.
pub(super) const TAKES_FROM: &[&str] = &["extract", "overlay", "position", "substring", "trim"];

/// The other words that Diesel and `tenancy-diesel` write.
pub(super) const KEYWORDS: &[&str] = &[
    "ABORT",
    "ASC",
    "AT",
    "BULK",
    "COLLATE",
    "CONSTRAINT",
    "CURRENT",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "CURRENT_TIMESTAMP",
    "DELETE",
    "DESC",
    "DO",
    "DUPLICATE",
    "END",
    "EXCLUDE",
    "EXCLUDED",
    "FALSE",
    "FIRST",
    "FOLLOWING",
    "FOR",
    "FULL",
    "GROUP",
    "GROUPS",
    "IGNORE",
    "INNER",
    "INSERT",
    "ISNULL",
    "JOIN",
    "JSON",
    "LAST",
    "LATERAL",
    "LEFT",
    "LOCKED",
    "NATURAL",
    "NO",
    "NOTHING",
    "NOTNULL",
    "NOWAIT",
    "NULL",
    "NULLS",
    "OBJECT",
    "ONE",
    "ONLY",
    "ORDER",
    "OTHERS",
    "OUTER",
    "PRECEDING",
    "RANGE",
    "REPLACE",
    "RIGHT",
    "ROWS",
    "SCALAR",
    "SELECTED",
    "SHARE",
    "SIMILAR",
    "SKIP",
    "SYMMETRIC",
    "TABLE",
    "TABLESAMPLE",
    "TIES",
    "TIME",
    "TRUE",
    "UNBOUNDED",
    "UPDATE",
    "USING",
    "VALUE",
    "WINDOW",
    "WITHOUT",
];

/// Operators that the server brings along. Others are the database's own, and may call what they like.
pub(super) fn is_known_operator(operator: &str) -> bool {
    OPERATORS.contains(&operator)
}

const OPERATORS: &[&str] = &[
    "=", "<", ">", "<=", ">=", "<>", "!=", "+", "-", "*", "/", "%", "^", "||", "&", "|", "#", "~", "<<",
    ">>", "!", "!!", "@", "&&", "@>", "<@", "@@", "@?", "?", "?|", "?&", "->", "->>", "#>", "#>>", "#-",
    "~~", "!~~", "~~*", "!~~*", "~*", "!~", "!~*", "<<=", ">>=", "&<", "&>", "-|-", "|/", "||/", "<->", "^@",
    "<=>",
];
