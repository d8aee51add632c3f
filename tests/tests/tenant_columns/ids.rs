//! Pairs of ids that differ, and by which some database may have them for one.

use proptest::prelude::*;

/// Letters in two cases, with an accent and without, in two spellings, wide ones, what collations skip, what pads, what a number
/// may begin with.
fn id() -> impl Strategy<Value = String> {
    "[aAbBéÉeß7018 .\u{301}\u{ad}\u{200b}\u{a0}ａ🦀🦁]{1,12}"
}

/// Another id, made of the first.
fn changed(id: &str, how: usize) -> String {
    match how {
        0 => id.to_uppercase(),
        1 => id.to_lowercase(),
        2 => format!("{id} "),
        3 => format!(" {id}"),
        4 => format!("{id}\0"),
        5 => format!("{id}\u{200b}"),
        6 => id.chars().take(8).collect(),
        7 => id.replace('é', "e\u{301}"),
        8 => id.replace('ß', "ss"),
        9 => id.replace('🦀', "🦁"),
        10 => format!("0{id}"),
        11 => format!("{id}\t"),
        _ => id.replace(['\u{ad}', '\u{301}'], ""),
    }
}

/// Two ids that Rust tells apart.
pub(crate) fn pair() -> impl Strategy<Value = (String, String)> {
    let pair = (id(), id(), 0_usize..16).prop_map(|(one, other, how)| {
        let other = if how > 12 { other } else { changed(&one, how) };
        (one, other)
    });
    pair.prop_filter("one id", |(one, other)| one != other && !other.is_empty())
}
