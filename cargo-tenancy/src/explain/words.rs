//! The compiler's types in words that one reads: without the paths, and without what Diesel's types are made of.

use std::iter::Peekable;
use std::str::Chars;

/// Types whose parameters say something, as long as they are short.
const TELLING: [&str; 21] = [
    "Admitted",
    "Arc",
    "Box",
    "Claimed",
    "CrossTenant",
    "HashMap",
    "Option",
    "Poll",
    "Rc",
    "Result",
    "Scoped",
    "Slot",
    "Tenant",
    "TenantHandle",
    "TenantPool",
    "TenantTransaction",
    "Vec",
    "Webhook",
    "Within",
    "WithinAny",
    "Scope",
];

/// How long a type with its parameters may be.
const SHORT: usize = 48;

/// Statements of Diesel's and of ours, and what they are in SQL.
const STATEMENTS: [(&str, &str); 10] = [
    ("SelectStatement", "SELECT … FROM"),
    ("BoxedSelectStatement", "SELECT … FROM"),
    ("InsertStatement", "INSERT INTO"),
    ("ScopedInsert", "INSERT INTO"),
    ("UpdateStatement", "UPDATE"),
    ("ScopedUpdate", "UPDATE"),
    ("DeleteStatement", "DELETE FROM"),
    ("ScopedDelete", "DELETE FROM"),
    ("CopyToQuery", "COPY"),
    ("FromClause", "FROM"),
];

/// A line of the compiler's, with each type between backticks in short.
pub(super) fn shortened(line: &str) -> String {
    let mut text = String::new();
    // What the macros and the compiler quote is between backticks, and never has one in it.
    for (index, part) in line.split('`').enumerate() {
        if index > 0 {
            text.push('`');
        }
        if index % 2 == 1 { text += &short_type(part).replace("...", "…") } else { text += part }
    }
    text
}

/// The tables that a line names between backticks, `agents` for `schema::agents::table`, in its order.
pub(super) fn tables_in(line: &str) -> Vec<String> {
    let mut tables: Vec<String> = Vec::new();
    for quoted in line.split('`').skip(1).step_by(2) {
        if let Some(table) = table_of(quoted)
            && !tables.contains(&table)
        {
            tables.push(table);
        }
    }
    tables
}

/// The name of the first table in a type. A table without a path is one, and has no name.
pub(super) fn table_of(of_type: &str) -> Option<String> {
    let word = |letter: char| letter == '_' || letter == '#' || letter == ':' || letter.is_alphanumeric();
    for path in of_type.split(|letter| !word(letter)) {
        let mut parts = path.rsplit("::");
        if parts.next() == Some("table") {
            return Some(parts.next().unwrap_or("table").to_owned());
        }
    }
    None
}

fn short_type(text: &str) -> String {
    let mut letters = text.chars().peekable();
    let mut short = String::new();
    types(&mut letters, &mut short);
    // A bracket too many: no type.
    short.extend(letters);
    short
}

/// Reads types up to the bracket that closes them, and writes them in short.
fn types(letters: &mut Peekable<Chars<'_>>, short: &mut String) {
    while let Some(&letter) = letters.peek() {
        if letter == '_' || letter.is_alphabetic() {
            let path = path(letters);
            let parameters = if letters.peek() == Some(&'<') { Some(bracketed(letters)) } else { None };
            *short += &named(&path, parameters.as_deref());
            continue;
        }
        match letter {
            '<' => {
                letters.next();
                short.push('<');
                types(letters, short);
            }
            '>' if short.ends_with(['-', '=']) => {
                letters.next();
                short.push('>');
            }
            '>' => {
                letters.next();
                short.push('>');
                return;
            }
            // A number's digits, a lifetime, brackets of other kinds.
            _ => {
                letters.next();
                short.push(letter);
            }
        }
    }
}

/// `a::b::C`, and the `C` of `a::b::{closure#0}::C` as well.
fn path(letters: &mut Peekable<Chars<'_>>) -> String {
    let mut path = String::new();
    while let Some(&letter) = letters.peek() {
        let goes_on = match letter {
            '_' => true,
            // `a: b` is none.
            ':' => path.ends_with(':') || letters.clone().nth(1) == Some(':'),
            '{' | '}' | '#' => path.ends_with("::") || path.contains('{'),
            letter => letter.is_alphanumeric(),
        };
        if !goes_on {
            break;
        }
        path.push(letter);
        letters.next();
    }
    path
}

/// What is between `<` and the `>` that closes it.
fn bracketed(letters: &mut Peekable<Chars<'_>>) -> String {
    let mut text = String::new();
    let mut depth = 0_usize;
    let mut before = ' ';
    for letter in letters.by_ref() {
        match letter {
            '<' => depth += 1,
            '>' if before != '-' && before != '=' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        before = letter;
        text.push(letter);
    }
    text.split_off(text.find('<').map_or(0, |at| at + 1))
}

fn named(path: &str, parameters: Option<&str>) -> String {
    let mut name = name(path);
    if name == "Within" {
        // What reaches as far as a scope is named like it.
        "Scoped".clone_into(&mut name);
    }
    // `::Values` after a qualified type.
    let Some(parameters) = parameters else { return name };
    if let Some((_, sql)) = STATEMENTS.iter().find(|(statement, _)| *statement == name) {
        return match table_of(parameters) {
            Some(table) => format!("{sql} {table}"),
            None => format!("{sql} …"),
        };
    }
    match name.as_str() {
        "ScopedTable" => {
            let table = table_of(parameters).unwrap_or_default();
            let opened = if parameters.contains("EveryTenant") { "across_tenants" } else { "scoped" };
            let table = if table == "table" || table.is_empty() {
                "table".to_owned()
            } else {
                format!("{table}::table")
            };
            format!("{table}.{opened}(…)")
        }
        // `_` says nothing, and neither do the parameters of what one does not write.
        _ if parameters.split(',').all(|one| one.trim() == "_") => name,
        _ => {
            let short = short_type(parameters);
            let telling = TELLING.contains(&name.as_str()) && name.len() + short.len() <= SHORT;
            if telling { format!("{name}<{short}>") } else { format!("{name}<…>") }
        }
    }
}

/// The last part of a path; of a table's, a column's and a module's item the last two.
fn name(path: &str) -> String {
    if let Some(rest) = path.strip_prefix("::") {
        return format!("::{}", name(rest));
    }
    let parts: Vec<&str> = path.split("::").filter(|part| *part != "columns" && !part.is_empty()).collect();
    match parts[..] {
        [.., module, last]
            if last.starts_with(|letter: char| letter.is_lowercase()) && !module.starts_with('{') =>
        {
            format!("{module}::{last}")
        }
        [.., last] => last.to_owned(),
        [] => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_loses_its_paths_and_diesels_parameters() {
        for (long, short) in [
            ("tenancy_tests::schema::agents::table", "agents::table"),
            ("tenancy_tests::schema::agents::columns::tenant_id", "agents::tenant_id"),
            ("table", "table"),
            ("Option<&Scoped<i32>>", "Option<&Scoped<i32>>"),
            ("std::string::String", "String"),
            (
                "ScopedTable<tenancy_tests::schema::agents::table, Within<i32>>: HasTable",
                "agents::table.scoped(…): HasTable",
            ),
            (
                "SelectStatement<diesel::query_builder::FromClause<ScopedTable<a::agents::table, Within<i32>>>, X<Y<Z>>>",
                "SELECT … FROM agents",
            ),
            ("SelectStatement<FromClause<...>, ..., ..., ...>", "SELECT … FROM …"),
            (
                "<name as Column>::Table == ScopedTable<table, Within<i32>>",
                "<name as Column>::Table == table.scoped(…)",
            ),
            (
                "Result<Vec<(tenancy_tests::schema::agents::table, SelectStatement<A, B, C>)>, std::string::String>",
                "Result<…>",
            ),
            ("impl Fn(&i32) -> Vec<u8>", "impl Fn(&i32) -> Vec<u8>"),
            ("fn(Foo<_>) -> Bar<A<B>>", "fn(Foo) -> Bar<…>"),
            ("list::{closure#0}::agents::table", "agents::table"),
            ("a > b", "a > b"),
        ] {
            assert_eq!(short_type(long), short);
        }
    }

    #[test]
    fn only_what_is_quoted_is_a_type() {
        let line = "tenant table `a::agents::table` is joined: see a::b, with `c::canvases::table` and `a::agents::table`";
        assert_eq!(
            shortened(line),
            "tenant table `agents::table` is joined: see a::b, with `canvases::table` and `agents::table`"
        );
        assert_eq!(tables_in(line), ["agents", "canvases"]);
    }
}
