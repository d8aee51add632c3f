//! A value of each type of PostgreSQL's that the schemas have, different for each number.

use crate::catalog::Column;

/// The text of value number `number` for `column`.
pub(crate) fn text(column: &Column, number: i64) -> String {
    let element = element(column, number);
    if column.is_array { format!("{{{element}}}") } else { element }
}

fn element(column: &Column, number: i64) -> String {
    if !column.labels.is_empty() {
        return column.labels[number.unsigned_abs() as usize % column.labels.len()].clone();
    }
    match column.kind.as_str() {
        "int2" => (number % 30_000).to_string(),
        "int4" | "int8" | "float4" | "float8" => number.to_string(),
        "numeric" => (number % 90).to_string(),
        "bool" => (number % 2 == 0).to_string(),
        "text" | "varchar" | "citext" | "bpchar" => {
            let text = format!("x{number}");
            match column.length {
                // The last characters differ.
                Some(length) => text[text.len().saturating_sub(length as usize)..].to_owned(),
                None => text,
            }
        }
        "uuid" => format!("00000000-0000-4000-8000-{number:012}"),
        "bytea" => format!("\\x{number:012}"),
        "json" | "jsonb" => format!("{{\"n\": {number}}}"),
        "date" => "2026-01-31".to_owned(),
        "time" => "12:30".to_owned(),
        "timestamp" | "timestamptz" => "2026-01-31 12:30:00Z".to_owned(),
        "interval" => format!("{number} minutes"),
        "inet" => format!("10.0.{}.{}", number / 250 % 250, number % 250),
        "macaddr" => "08:00:2b:01:02:03".to_owned(),
        "point" => format!("({number}, 1)"),
        "tsvector" => format!("x{number}:1"),
        "money" => number.to_string(),
        "bit" | "varbit" => "1".to_owned(),
        "int4range" | "int8range" | "numrange" => format!("[{number},{})", number + 5),
        "daterange" => "[2026-01-01,2026-02-01)".to_owned(),
        "tsrange" | "tstzrange" => "[2026-01-01 10:00,2026-01-01 12:00)".to_owned(),
        other => panic!("no value of the type {other} for {}", column.name),
    }
}
