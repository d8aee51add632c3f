//! What is in one target, with its own name taken out.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::Kind;
use crate::migrations::error::{MigrationError, database};
use crate::migrations::session::Session;
use crate::migrations::target::Target;
use crate::tenants::sql::identifier;

const OBJECTS: &str = include_str!("objects.sql");

/// Each object with its text.
#[derive(Debug, Default)]
pub(super) struct Contents(pub(super) BTreeMap<(Kind, String), String>);

impl Contents {
    pub(super) async fn read(session: &Session, target: &Target) -> Result<Self, MigrationError> {
        let failed = || database(format!("{target}: what is in it cannot be read"));
        // A target's objects are few, and the catalog's many: each is looked for by an index, whatever the statistics say.
        let path = format!(
            "SET search_path = {}; SET jit = off; SET max_parallel_workers_per_gather = 0; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off",
            identifier(&session.schema)
        );
        session.client.batch_execute(&path).await.map_err(failed())?;
        let mut contents = BTreeMap::new();
        for row in session.client.query(OBJECTS, &[&session.schema]).await.map_err(failed())? {
            let (kind, name, text): (String, String, Option<String>) = (row.get(0), row.get(1), row.get(2));
            let Some(kind) = Kind::named(&kind) else { continue };
            contents.insert((kind, name), without_schema(text.unwrap_or_default(), &session.schema));
        }
        for version in session.applied().await? {
            contents.insert((Kind::Migration, version), "applied".to_owned());
        }
        Ok(Self(contents))
    }

    /// Leaves out whose the schema is, and who may use it: a database's default schema is not made by a migration.
    pub(super) fn forget_the_schema(&mut self) {
        self.0.retain(|(kind, _), _| *kind != Kind::Schema);
    }

    /// The same for two that are alike.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for ((kind, name), text) in &self.0 {
            for part in [kind.word(), name, text] {
                hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
                hash.update(part);
            }
        }
        hash.finalize().into()
    }
}

/// A function's text and settings are kept as they were written, with the schema's name in it.
fn without_schema(text: String, schema: &str) -> String {
    let (quoted, plain) = (identifier(schema), format!("{schema}."));
    let text = text
        .replace(&quoted, "\"schema\"")
        .replace(&format!("search_path={schema}"), "search_path=\"schema\"");
    // `acme.` and not `of_acme.`
    let mut parts = text.split(&plain);
    let mut replaced = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_whole =
            !replaced.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '_' | '$' | '.'));
        replaced.push_str(if is_whole { "\"schema\"." } else { &plain });
        replaced.push_str(part);
    }
    replaced
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Migration,
        Self::Schema,
        Self::Table,
        Self::Column,
        Self::Constraint,
        Self::Index,
        Self::Policy,
        Self::Trigger,
        Self::View,
        Self::Sequence,
        Self::Function,
        Self::Type,
        Self::Grants,
    ];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Migration => "migration",
            Self::Schema => "schema",
            Self::Table => "table",
            Self::Column => "column",
            Self::Constraint => "constraint",
            Self::Index => "index",
            Self::Policy => "policy",
            Self::Trigger => "trigger",
            Self::View => "view",
            Self::Sequence => "sequence",
            Self::Function => "function",
            Self::Type => "type",
            Self::Grants => "grants",
        }
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_is_named_alike_wherever_a_text_names_it() {
        for (text, schema) in [
            ("SELECT acme.notes, of_acme.x, \"acme\".y; search_path=acme, pg_temp", "acme"),
            ("SELECT zoo.notes, of_acme.x, \"zoo\".y; search_path=zoo, pg_temp", "zoo"),
        ] {
            assert_eq!(
                without_schema(text.to_owned(), schema),
                "SELECT \"schema\".notes, of_acme.x, \"schema\".y; search_path=\"schema\", pg_temp"
            );
        }
    }
}
