//! Ids that exist nowhere, of the form of one that exists.

use serde_json::Value;

/// Above what a table of a test counts to, and below where 32 bits end.
const NUMBERS: std::ops::Range<i64> = 1_500_000_000..2_000_000_000;

/// How many letters at the end of a text are drawn anew: one in 36⁸ is met by chance.
const DRAWN: usize = 8;

/// An id like this one that nothing has. UUIDs keep their version and, as UUIDs of version 7 do, the time before it.
pub(crate) fn nowhere(like: &Value) -> Value {
    match like {
        Value::String(text) if text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4 => {
            Value::String(redrawn(text, 20))
        }
        Value::String(text) if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
            Value::String(fastrand::i64(NUMBERS).to_string())
        }
        Value::String(text) => {
            let tail = text.rsplit(|character: char| !character.is_alphanumeric()).next().unwrap_or_default();
            if tail.chars().count() >= DRAWN {
                Value::String(redrawn(text, text.chars().count() - DRAWN))
            } else {
                Value::String(format!("{text}{}", redrawn("aaaaaaaa", 0)))
            }
        }
        _ => Value::from(fastrand::i64(NUMBERS)),
    }
}

/// A word like this one, of those that the proof makes up, that nobody has written. What makes it a mail address stays.
pub(crate) fn another_word(like: &str) -> String {
    let (word, rest) = like.split_at(like.find('@').unwrap_or(like.len()));
    format!("{}{rest}", redrawn(word, word.chars().count().saturating_sub(DRAWN)))
}

/// The text with its letters and digits from there on drawn anew, each of its kind.
fn redrawn(text: &str, from: usize) -> String {
    let hexadecimal = text.chars().all(|character| character.is_ascii_hexdigit() || character == '-');
    let draw = |character: char| match character {
        '0'..='9' => char::from(b'0' + fastrand::u8(0..10)),
        'a'..='f' if hexadecimal => char::from(b'a' + fastrand::u8(0..6)),
        'A'..='F' if hexadecimal => char::from(b'A' + fastrand::u8(0..6)),
        'a'..='z' => fastrand::lowercase(),
        'A'..='Z' => fastrand::uppercase(),
        other => other,
    };
    text.chars()
        .enumerate()
        .map(|(at, character)| if at < from { character } else { draw(character) })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_form_stays_and_the_id_does_not() {
        let uuid = json!("0192f3a0-7c1e-7b11-8c3d-5a6b7c8d9e0f");
        let other = nowhere(&uuid);
        assert_ne!(other, uuid);
        let other = other.as_str().unwrap().to_owned();
        assert!(
            other.starts_with("0192f3a0-7c1e-7b11-8") || other.starts_with("0192f3a0-7c1e-7b11-"),
            "{other}"
        );
        assert_eq!(other.len(), 36);
        let word = another_word("tpabcd000001@example.test");
        assert!(word.starts_with("tpab") && word.ends_with("@example.test") && word.len() == 25, "{word}");
        assert_ne!(word, "tpabcd000001@example.test");
        assert_eq!(another_word("tpabcd000001").len(), 12);
        assert!(nowhere(&json!("agt_7h3k")).as_str().unwrap().starts_with("agt_7h3k"));
        assert!(nowhere(&json!("agt_7h3k7h3k")).as_str().unwrap().starts_with("agt_"));
        assert!(nowhere(&json!(7)).as_i64().is_some_and(|id| i32::try_from(id).is_ok()));
        assert!(nowhere(&json!("7")).as_str().unwrap().parse::<i32>().is_ok());
    }
}
