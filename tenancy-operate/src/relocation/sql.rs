//! Names and texts, as SQL has them.

/// `name` as a quoted identifier.
pub(super) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `schema`.`name`, quoted.
pub(super) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// `text` as a string literal, whatever `standard_conforming_strings` says.
pub(super) fn literal(text: &str) -> String {
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        format!(" E'{}'", doubled.replace('\\', "\\\\"))
    } else {
        format!("'{doubled}'")
    }
}

/// `text` between dollar signs with a word that is not in it: a tenant's id may be any text.
pub(super) fn dollar_quoted(text: &str) -> String {
    let mut tag = "$tenancy$".to_owned();
    // With the sign that comes after it, which might be the last of one.
    let followed = format!("{text}$");
    while followed.contains(&tag) {
        tag.insert(1, '_');
    }
    format!("{tag}{text}{tag}")
}

/// The texts as an array of literals.
pub(super) fn literals<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    texts.into_iter().map(literal).collect::<Vec<_>>().join(", ")
}

/// Each name after the alias, as a list: `r."a", r."b"`.
pub(super) fn columns<'t>(alias: &str, names: impl IntoIterator<Item = &'t str>) -> String {
    let dot = if alias.is_empty() { "" } else { "." };
    names.into_iter().map(|name| format!("{alias}{dot}{}", identifier(name))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leads_out_of_quotes() {
        assert_eq!(qualified("a", r#"b"c"#), r#""a"."b""c""#);
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"\'; DROP"), r" E'\\''; DROP'");
        assert_eq!(literals(["a", "b"]), "'a', 'b'");
        assert_eq!(dollar_quoted("a"), "$tenancy$a$tenancy$");
        assert_eq!(dollar_quoted("$tenancy$; DROP"), "$_tenancy$$tenancy$; DROP$_tenancy$");
        assert_eq!(dollar_quoted("$tenancy"), "$_tenancy$$tenancy$_tenancy$");
        assert_eq!(
            (columns("r", ["a", "b"]), columns("", ["a"])),
            (r#"r."a", r."b""#.to_owned(), r#""a""#.to_owned())
        );
    }
}
