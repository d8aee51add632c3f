//! A plan of PostgreSQL without what two statements of the same meaning may differ in.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// The plan as text, of which the following is taken out and nothing else:
///
/// - A source has the alias `agents_1` where the hand-written statement has `managers`, or `agents`: PostgreSQL numbers the
///   names of a flattened subselect and of the table in it. Columns are written with the table's name instead, and the
///   alias is left out. Where there is one table, columns are written without a name.
/// - Conditions that are joined by AND come in another order, because the tenant's comes from within the source. They
///   are sorted.
/// - A statement's parameters are numbered in the order of its text: `$1` and `$2` are written `$`.
pub(crate) fn normal_form(plan_text: &str) -> String {
    let mut plan: Value = serde_json::from_str(plan_text).expect("PostgreSQL's JSON");
    let mut tables = HashMap::new();
    collect_tables(&plan, &mut tables);
    let scans = plan_text.matches("\"Relation Name\"").count();
    if scans == 1 {
        // PostgreSQL qualifies columns when there are several sources, and the subselect and its table are two.
        tables.values_mut().for_each(String::clear);
    }
    normalize(&mut plan, &tables);
    serde_json::to_string_pretty(&plan).expect("JSON")
}

/// Which table each alias stands for.
fn collect_tables(plan: &Value, tables: &mut HashMap<String, String>) {
    match plan {
        Value::Object(node) => {
            if let (Some(Value::String(alias)), Some(Value::String(table))) =
                (node.get("Alias"), node.get("Relation Name"))
            {
                tables.insert(alias.clone(), table.clone());
            }
            node.values().for_each(|value| collect_tables(value, tables));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_tables(value, tables)),
        _ => {}
    }
}

fn normalize(plan: &mut Value, tables: &HashMap<String, String>) {
    match plan {
        Value::Object(node) => {
            node.remove("Alias");
            normalize_node(node, tables);
        }
        Value::Array(values) => values.iter_mut().for_each(|value| normalize(value, tables)),
        _ => {}
    }
}

fn normalize_node(node: &mut Map<String, Value>, tables: &HashMap<String, String>) {
    for (key, value) in node.iter_mut() {
        match value {
            Value::String(text) if key.ends_with("Cond") || key.ends_with("Filter") => {
                *text = sorted_condition(&with_table_names(text, tables));
            }
            Value::String(text) => *text = with_table_names(text, tables),
            Value::Array(values) if key.ends_with("Key") => {
                for value in values {
                    if let Value::String(text) = value {
                        *text = with_table_names(text, tables);
                    }
                }
            }
            value => normalize(value, tables),
        }
    }
}

/// `text` with each `alias.` written as its table's name, and each `$1` as `$`.
fn with_table_names(text: &str, tables: &HashMap<String, String>) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length.max(first.len_utf8()));
        match tables.get(word) {
            Some(table) if after.starts_with('.') && table.is_empty() => {
                rest = &after[1..];
                continue;
            }
            Some(table) if after.starts_with('.') => written.push_str(table),
            _ if written.ends_with('$') && word.bytes().all(|byte| byte.is_ascii_digit()) => {}
            _ => written.push_str(word),
        }
        rest = after;
    }
    written
}

/// The conditions that AND joins at the top of `condition`, in order.
fn sorted_condition(condition: &str) -> String {
    let inner = condition.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(condition);
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, character) in inner.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            // `(a) AND (b)`: there is no such text in the values of the shapes.
            ' ' if depth == 0 && inner[at..].starts_with(" AND ") => {
                parts.push(&inner[start..at]);
                start = at + " AND ".len();
            }
            _ => {}
        }
    }
    parts.push(&inner[start..]);
    parts.sort_unstable();
    parts.join(" AND ")
}

#[test]
fn only_the_order_of_conditions_is_lost() {
    let sorted = ["((a = 1) AND (b = 2))", "((b = 2) AND (a = 1))"].map(sorted_condition);
    assert_eq!(sorted[0], sorted[1]);
    assert_ne!(sorted_condition("((a = 1) AND (b = 2))"), sorted_condition("((a = 1) OR (b = 2))"));
    assert_ne!(sorted_condition("((a = 1) AND (b = 2))"), sorted_condition("(a = 1)"));
}

#[test]
fn names_and_parameters_are_rewritten_and_nothing_else() {
    let tables = HashMap::from([("agents_1".to_owned(), "agents".to_owned())]);
    assert_eq!(with_table_names("(agents_1.id = $12)", &tables), "(agents.id = $)");
    assert_eq!(with_table_names("(agents_10.id = 12) 'é'", &tables), "(agents_10.id = 12) 'é'");
}
