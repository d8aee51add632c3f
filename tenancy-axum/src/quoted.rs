//! Lists in headers, whose elements may be quoted (RFC 9110, 5.6).

/// The parts between separators that stand outside of quotes; `None` where a quote is not closed.
pub(crate) fn split_quoted(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if letter == separator && !quoted => {
                parts.push(text[start..at].trim());
                start = at + letter.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    (!quoted).then_some(parts)
}

/// A value that is a token or one quoted string, and nothing beside it.
pub(crate) fn value(text: &str) -> Option<String> {
    let Some(quoted) = text.strip_prefix('"') else { return is_token(text).then(|| text.to_owned()) };
    let (mut letters, mut plain) = (quoted.chars(), String::with_capacity(quoted.len()));
    loop {
        match letters.next()? {
            '\\' => plain.push(letters.next()?),
            '"' => return letters.as_str().is_empty().then_some(plain),
            letter => plain.push(letter),
        }
    }
}

/// RFC 9110, 5.6.2.
pub(crate) fn is_token(text: &str) -> bool {
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_of_it)
}
