//! The two pieces of SQL that a declaration has, and a file may not: a type's name, which is looked at, and a value, which is written as
//! JSON.

use super::document::Literal;

/// PostgreSQL's own types of several words that can be told from a statement.
const OF_WORDS: [&str; 2] = ["character varying", "double precision"];

/// Whether `text` is the name of a type and no more: a policy has it behind `::`, as it is.
pub(super) fn is_type(text: &str) -> bool {
    if OF_WORDS.contains(&text) {
        return true;
    }
    let Some(rest) = after_name(text) else { return false };
    let rest = match rest.strip_prefix('.') {
        Some(rest) => match after_name(rest) {
            Some(rest) => rest,
            None => return false,
        },
        None => rest,
    };
    let length = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    rest.is_empty()
        || length.is_some_and(|length| !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What follows the name that `text` begins with.
fn after_name(text: &str) -> Option<&str> {
    if let Some(quoted) = text.strip_prefix('"') {
        let end = quoted.find('"').filter(|end| *end > 0)?;
        // One in the name would be doubled. No type needs that.
        return quoted[..end].chars().all(|c| !c.is_control() && c != '$').then_some(&quoted[end + 1..]);
    }
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii() && c.is_alphanumeric()))
        .unwrap_or(text.len());
    (end > 0 && !text.starts_with(|c: char| c.is_ascii_digit())).then_some(&text[end..])
}

/// The value that a declaration writes as `sql`; `None` if it is none.
pub(super) fn literal(sql: &str) -> Option<Literal> {
    match sql {
        "TRUE" => return Some(Literal::Bool(true)),
        "FALSE" => return Some(Literal::Bool(false)),
        _ => {}
    }
    if let Some(text) = sql.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Some(Literal::Text(text.replace("''", "'")));
    }
    sql.parse().ok().map(Literal::Number)
}

impl Literal {
    /// As a declaration writes it. A text with what a setting of the server could read otherwise is none.
    pub(super) fn sql(&self) -> Option<String> {
        Some(match self {
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) if text.contains(['\\', '\0', '$']) => return None,
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Literal, is_type, literal};

    #[test]
    fn a_type_is_its_name_and_nothing_that_follows() {
        for name in
            ["uuid", "app.tenant_id", "\"App\".\"Tenant id\"", "varchar(36)", "character varying", "größe"]
        {
            assert!(is_type(name), "{name}");
        }
        for sql in [
            "",
            "7",
            "integer OR true",
            "integer) OR (true",
            "integer; DROP TABLE agents",
            "integer--",
            "integer/**/",
            "a.b.c",
            "text COLLATE \"C\"",
            "\"a\"\"b\"",
            "\"a",
            "\"\"",
            "varchar()",
            "varchar(1 OR 1)",
            "a$tenancy$",
            "\"$tenancy$\"",
            "text[]",
        ] {
            assert!(!is_type(sql), "{sql}");
        }
    }

    #[test]
    fn a_value_is_a_value() {
        for (sql, value) in [
            ("TRUE", Literal::Bool(true)),
            ("-1", Literal::Number(-1)),
            ("'it''s'", Literal::Text("it's".to_owned())),
        ] {
            assert_eq!(literal(sql), Some(value), "{sql}");
            assert_eq!(literal(sql).and_then(|value| value.sql()).as_deref(), Some(sql));
        }
        assert_eq!(literal("now()"), None);
        assert_eq!(Literal::Text("a' OR true".to_owned()).sql().as_deref(), Some("'a'' OR true'"));
        assert_eq!(Literal::Text("a\\".to_owned()).sql(), None);
    }
}
