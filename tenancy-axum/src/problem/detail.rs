//! Texts that are put together while the program runs, as an answer has them.

use std::borrow::Cow;

/// As many characters of a text are answered.
const LONGEST: usize = 500;

/// `text` on one line, in one direction, and not too long.
pub(super) fn one_line(text: Cow<'static, str>) -> Cow<'static, str> {
    let is_fit = text.chars().count() <= LONGEST && !text.chars().any(moves);
    if is_fit {
        return text;
    }
    let kept = text.chars().take(LONGEST).map(|character| if moves(character) { ' ' } else { character });
    Cow::Owned(kept.collect())
}

/// Whether it begins another line, steers a terminal, or has what stands behind it read the other way round.
fn moves(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_becomes_a_blank_and_what_is_long_is_cut() {
        for (text, fit) in [
            ("plain, and „ähnlich“", "plain, and „ähnlich“"),
            ("a\r\nSet-Cookie: b\0\u{1b}[2J", "a  Set-Cookie: b  [2J"),
            ("x\u{202e}y\u{2028}z\u{2069}\u{85}", "x y z  "),
        ] {
            assert_eq!(one_line(text.into()), fit);
        }
        let long = one_line("ä".repeat(2 * LONGEST).into());
        assert_eq!(long.chars().count(), LONGEST);
        assert!(matches!(one_line("as it is".into()), Cow::Borrowed(_)));
    }
}
