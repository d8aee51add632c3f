//! Names of fields and parameters, whichever way they are written.

use std::fmt;

/// A name as its words in lower case: `agentId`, `agent_id` and `Agent-ID` are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Words(Vec<String>);

impl Words {
    pub(crate) fn of(name: &str) -> Self {
        let mut words: Vec<String> = Vec::new();
        let mut previous = None;
        for character in name.chars() {
            let starts = match previous {
                None => true,
                Some(before) => character.is_uppercase() && !char::is_uppercase(before),
            };
            if !character.is_alphanumeric() {
                previous = None;
                continue;
            }
            if starts {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.extend(character.to_lowercase());
            }
            previous = Some(character);
        }
        Self(words)
    }

    fn last(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    fn has(&self, word: &str) -> bool {
        self.0.iter().any(|one| one == word)
    }

    /// Without the plural's ending: `agent_ids` holds what `agent_id` does.
    pub(crate) fn singular(&self) -> Self {
        let mut words = self.0.clone();
        if let Some(stem) = words.last().and_then(|word| word.strip_suffix('s')).map(str::to_owned) {
            words.pop();
            words.push(stem);
        }
        Self(words)
    }

    /// Those of a header, which may begin with an `X` that means nothing.
    pub(crate) fn of_header(name: &str) -> Self {
        let mut words = Self::of(name);
        if words.0.len() > 1 && words.0[0] == "x" {
            words.0.remove(0);
        }
        words
    }

    /// These words and then others.
    pub(crate) fn then(&self, others: &Self) -> Self {
        Self(self.0.iter().chain(&others.0).cloned().collect())
    }

    /// As headers are written.
    pub(crate) fn as_header(&self) -> String {
        self.0.join("-")
    }
}

impl fmt::Display for Words {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.join("_"))
    }
}

/// Whether a field of this name most likely holds somebody's id. The ids of requests and traces are nobody's.
pub(crate) fn looks_like_an_id(name: &str) -> bool {
    let words = Words::of(name);
    let is_id = matches!(words.last(), "id" | "ids" | "uuid" | "uuids" | "guid" | "guids");
    is_id && !["request", "correlation", "trace", "span"].iter().any(|word| words.has(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_in_every_case() {
        for name in ["agent_id", "agentId", "AgentID", "Agent-Id", "agent id"] {
            assert_eq!(Words::of(name), Words::of("agent-id"), "{name}");
            assert!(looks_like_an_id(name), "{name}");
        }
        assert_eq!(Words::of("agent_ids").singular(), Words::of("agentId"));
        for name in ["paid", "valid", "X-Request-Id", "name", ""] {
            assert!(!looks_like_an_id(name), "{name}");
        }
    }
}
