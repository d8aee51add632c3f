//! `$ref`.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::DocumentError;

/// More links than any document has; a chain of them is a circle.
const LONGEST_CHAIN: usize = 64;

/// The references of one document.
#[derive(Clone, Copy)]
pub(crate) struct References<'d> {
    root: &'d Value,
}

impl<'d> References<'d> {
    pub(crate) const fn of(root: &'d Value) -> Self {
        Self { root }
    }

    /// What a value stands for: itself, unless it is a reference.
    pub(crate) fn resolve(self, value: &'d Value) -> Result<&'d Value, DocumentError> {
        let mut value = value;
        for _ in 0..LONGEST_CHAIN {
            match name(value) {
                Some(reference) => value = self.follow(reference)?,
                None => return Ok(value),
            }
        }
        let reference = name(value).unwrap_or_default().to_owned();
        Err(DocumentError::Reference { reference, reason: "leads in a circle" })
    }

    /// What a reference names.
    pub(crate) fn follow(self, reference: &str) -> Result<&'d Value, DocumentError> {
        let failed = |reason| DocumentError::Reference { reference: reference.to_owned(), reason };
        let pointer = reference.strip_prefix('#').ok_or_else(|| failed("leads out of the document"))?;
        let pointer: Cow<'_, str> =
            percent_decode_str(pointer).decode_utf8().map_err(|_| failed("is not UTF-8"))?;
        self.root.pointer(&pointer).ok_or_else(|| failed("leads nowhere"))
    }
}

/// What `$ref` says, if there is one.
pub(crate) fn name(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()
}
