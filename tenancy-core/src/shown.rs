//! Texts from outside, as a message shows them.

/// How many characters of a text a message shows: a UUID in its longest form (`urn:uuid:` and 36 characters), and more.
const SHOWN_CHARS: usize = 64;

/// `text` for a message: escaped, and cut to a safe length.
#[must_use]
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((at, _)) => format!("{:?}…", &text[..at]),
        None => format!("{text:?}"),
    }
}
