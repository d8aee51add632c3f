//! Whether a text stays where it is put.

/// Whether `text` is one expression, as far as its parentheses and quotes go: put in parentheses, it does not leave them, and what
/// follows it is read as it stands.
///
/// What databases read in different ways is not allowed in it at all.
#[must_use]
pub const fn is_one_expression(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut at, mut depth, mut blank) = (0, 0_usize, true);
    while at < bytes.len() {
        let (byte, next) = (bytes[at], if at + 1 < bytes.len() { bytes[at + 1] } else { 0 });
        match byte {
            b'\'' | b'"' | b'`' => {
                at += 1;
                // A doubled quote ends one text and begins another.
                while at < bytes.len() && bytes[at] != byte {
                    if bytes[at] == b'\\' || bytes[at] == 0 {
                        return false;
                    }
                    at += 1;
                }
                if at == bytes.len() {
                    return false;
                }
            }
            b'(' => depth += 1,
            b')' if depth == 0 => return false,
            b')' => depth -= 1,
            b';' | b'\\' | b'$' | b'#' | b'[' | b']' | b'{' | b'}' | 0 => return false,
            b'-' if next == b'-' => return false,
            b'/' if next == b'*' => return false,
            // A list would be more than one expression.
            b',' if depth == 0 => return false,
            _ => {}
        }
        blank = blank && byte.is_ascii_whitespace();
        at += 1;
    }
    depth == 0 && !blank
}

#[cfg(test)]
mod tests {
    use super::is_one_expression;

    #[test]
    fn an_expression_stays_where_it_is_put() {
        for text in
            ["date_trunc('day', at)", "a + b", "lower(\"x\") || ')' || 'it''s'", "(1)", "x - -1", "'a;b'"]
        {
            assert!(is_one_expression(text), "{text}");
        }
        for text in [
            "",
            " ",
            "true) OR (true",
            "(",
            ")(",
            "'",
            "\"x",
            "'\\'",
            "1; DELETE",
            "1 -- x",
            "1 /* x",
            "$$x$$",
            "$1",
            "1 # x",
            "['x",
            "1, 2",
            "\0",
            "`x",
        ] {
            assert!(!is_one_expression(text), "{text}");
        }
    }
}
