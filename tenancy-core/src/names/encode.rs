//! A part of a name, in letters that no system reads as something else.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Where a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere but in a storage path: short, and without dots.
    Name,
    /// A folder or a file.
    File,
}

impl Place {
    /// The most bytes of an encoded part. More than a hash has.
    const fn longest(self) -> usize {
        match self {
            Self::Name => 80,
            Self::File => 200,
        }
    }
}

/// `part`, so that no two parts are written the same. The table is in the module's documentation.
pub(super) fn encode(part: &str, place: Place) -> String {
    if part.is_empty() {
        return "_-".to_owned();
    }
    let bytes = part.as_bytes();
    let mut encoded = String::with_capacity(part.len());
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' => encoded.push(char::from(byte)),
            b'-' if at > 0 => encoded.push('-'),
            b'_' => encoded.push_str("__"),
            b'.' if place == Place::File && is_between(bytes, at) => encoded.push('.'),
            _ => escape(&mut encoded, byte),
        }
    }
    if is_device(&encoded) {
        let mut escaped = String::with_capacity(encoded.len() + 2);
        escape(&mut escaped, bytes[0]);
        escaped.push_str(&encoded[1..]);
        encoded = escaped;
    }
    if encoded.len() > place.longest() { format!("_h{}", hex(&sha256(bytes))) } else { encoded }
}

/// Parts that are too long together, as one.
pub(super) fn hash_of_rest(encoded: &str) -> String {
    format!("_r{}", hex(&sha256(encoded.as_bytes())))
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Whether a dot is neither at an end nor beside another, so that it makes no `..` and Windows drops none.
fn is_between(bytes: &[u8], dot: usize) -> bool {
    let is_other = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(|byte| *byte != b'.');
    is_other(dot.checked_sub(1)) && is_other(dot.checked_add(1))
}

/// What Windows opens a device for, with and without an extension
/// (<https://learn.microsoft.com/windows/win32/fileio/naming-a-file>). Encoded names have no capitals.
fn is_device(encoded: &str) -> bool {
    let stem = encoded.split('.').next().unwrap_or(encoded);
    match stem.as_bytes() {
        b"con" | b"prn" | b"aux" | b"nul" => true,
        [b'c', b'o', b'm', digit] | [b'l', b'p', b't', digit] => digit.is_ascii_digit(),
        _ => false,
    }
}

fn escape(to: &mut String, byte: u8) {
    // Writing into a `String` does not fail.
    let _ = write!(to, "_{byte:02x}");
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
