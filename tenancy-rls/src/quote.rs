//! Names and strings as PostgreSQL reads them.

/// `name` as a quoted identifier.
pub(crate) fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `schema`.`name`, quoted.
pub(crate) fn qualified(schema: &str, name: &str) -> String {
    format!("{}.{}", identifier(schema), identifier(name))
}

/// `text` as a string literal, whatever `standard_conforming_strings` says: with a backslash in it, it is an `E''`.
pub(crate) fn literal(text: &str) -> String {
    let mut quoted = String::new();
    push_literal(&mut quoted, text);
    quoted
}

/// Appends [`literal`]. Most texts hold nothing that has to be escaped, and one is quoted in every transaction.
pub(crate) fn push_literal(out: &mut String, text: &str) {
    if !text.contains(['\'', '\\']) {
        out.extend(["'", text, "'"]);
        return;
    }
    let doubled = text.replace('\'', "''");
    if doubled.contains('\\') {
        // The space keeps the E from joining what stands before it, as in the server's own quote_literal.
        out.extend([" E'", &doubled.replace('\\', "\\\\"), "'"]);
    } else {
        out.extend(["'", &doubled, "'"]);
    }
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;

    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::{hex, identifier, literal};

    #[test]
    fn nothing_leads_out_of_quotes() {
        assert_eq!(identifier(r#"a"b"#), r#""a""b""#);
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"\'; DROP"), r" E'\\''; DROP'");
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }
}
