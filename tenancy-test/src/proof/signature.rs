//! Whose signature a message has, where messages are signed.

use serde_json::{Map, Value};

/// Writes the headers that sign a body for a tenant.
pub(crate) type Signer = std::sync::Arc<dyn Fn(&str, &[u8]) -> Vec<(String, String)> + Send + Sync>;

type Headers = Vec<(String, String)>;

/// Who is to sign a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signature {
    By(usize),
    Missing,
    /// One of this tenant's, of the right form, that is of another message.
    Wrong(usize),
}

impl Signature {
    /// The headers that sign a body, and what a report says of them.
    pub(crate) fn of<'n>(
        self,
        signer: &Signer,
        name: impl Fn(usize) -> &'n str,
        body: &[u8],
    ) -> (Headers, String) {
        match self {
            Self::By(tenant) => (signer(name(tenant), body), format!(", signed by {}", name(tenant))),
            Self::Missing => (Vec::new(), ", unsigned".to_owned()),
            Self::Wrong(tenant) => {
                let name = name(tenant);
                let (right, other) = (signer(name, body), signer(name, &another_message(body)));
                // A shared secret is the same whatever the message says.
                let wrong = if other == right { right.iter().map(altered).collect() } else { other };
                (wrong, format!(", with {name}'s signature of another message"))
            }
        }
    }
}

/// One that says more, and is still JSON or a form, for signers that read what they sign.
fn another_message(body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<Map<String, Value>>(body) {
        Ok(mut fields) => {
            fields.insert("tenancy-proof".to_owned(), Value::from("another message"));
            Value::Object(fields).to_string().into_bytes()
        }
        Err(_) => [body, b"&tenancy-proof=another"].concat(),
    }
}

/// A header with other letters and digits in its last word, and of the same form.
fn altered((name, value): &(String, String)) -> (String, String) {
    let is_of_word = |letter: char| letter.is_ascii_alphanumeric();
    let end = value.rfind(is_of_word).map_or(0, |last| last + 1);
    let start = value[..end].trim_end_matches(is_of_word).len();
    let other = |letter: char| match letter {
        '0' => '1',
        '1'..='9' => '0',
        'a' => 'b',
        'b'..='z' => 'a',
        'A' => 'B',
        'B'..='Z' => 'A',
        other => other,
    };
    let word: String = value[start..end].chars().map(other).collect();
    (name.clone(), format!("{}{word}{}", &value[..start], &value[end..]))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn wrong(signer: &Signer, body: &str) -> Headers {
        Signature::Wrong(0).of(signer, |_| "acme", body.as_bytes()).0
    }

    #[test]
    fn a_wrong_signature_is_that_of_another_message_and_of_the_same_kind() {
        let reads: Signer = Arc::new(|_, body| {
            let read: Value = serde_json::from_slice(body).unwrap();
            vec![("x-signature".to_owned(), format!("of {} fields", read.as_object().unwrap().len()))]
        });
        assert_eq!(wrong(&reads, r#"{"event":"paid"}"#)[0].1, "of 2 fields");
        let counts: Signer = Arc::new(|_, body| vec![("x-signature".to_owned(), body.len().to_string())]);
        assert_ne!(wrong(&counts, "event=paid")[0].1, "10");
    }

    #[test]
    fn a_shared_secret_is_altered() {
        for (secret, other) in
            [("v1=09af==", "v1=10ba=="), ("Bearer s3cret", "Bearer a0aaaa"), ("ö-Ab", "ö-Ba"), ("--", "--")]
        {
            let same: Signer = Arc::new(|_, _| vec![("x-token".to_owned(), secret.to_owned())]);
            assert_eq!(wrong(&same, "{}")[0].1, other);
        }
    }
}
