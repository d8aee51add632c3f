//! What an answer or a state says, as facts that can be compared one by one.
//!
//! Services say things that are new each time: times, numbers of requests, what is left of a limit. A fact that differs among
//! answers to the same question says nothing, and is left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Facts by their names: `status`, `header etag`, `body /items/0/name`, `body /items (length)`, `body word 3`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    said: BTreeMap<String, Fact>,
    /// Of a page, the numbers that stand by themselves between two tags. They are words of it as well: only [`has_figures_of`](Self::has_figures_of) reads them.
    figures: BTreeMap<String, Fact>,
}

/// One as it is, and without what was sent: that an id is repeated tells nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fact {
    raw: String,
    plain: String,
}

impl Fact {
    fn new(value: &str, sent: &[String]) -> Self {
        Self { raw: value.to_owned(), plain: without(value, sent) }
    }

    fn agrees(&self, other: &Self) -> bool {
        self.raw == other.raw || self.plain == other.plain
    }
}

/// A fact that is not what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) fact: String,
    /// What was to be expected; `None`: nothing.
    pub(crate) expected: Option<String>,
    pub(crate) found: Option<String>,
}

impl Facts {
    pub(crate) fn insert(&mut self, name: impl Into<String>, value: &str, sent: &[String]) {
        self.said.insert(name.into(), Fact::new(value, sent));
    }

    /// What a JSON value says, each leaf by its pointer.
    pub(crate) fn insert_json(&mut self, name: &str, value: &Value, sent: &[String]) {
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                for (field, value) in fields {
                    self.insert_json(&format!("{name}/{field}"), value, sent);
                }
            }
            Value::Array(items) => {
                self.insert(format!("{name} (length)"), &items.len().to_string(), &[]);
                for (at, value) in items.iter().enumerate() {
                    self.insert_json(&format!("{name}/{at}"), value, sent);
                }
            }
            Value::String(text) => self.insert(name, text, sent),
            other => self.insert(name, &other.to_string(), sent),
        }
    }

    /// What a text says, word by word.
    pub(crate) fn insert_text(&mut self, name: &str, text: &str, sent: &[String]) {
        let text = without(text, sent);
        let words: Vec<&str> = text.split_whitespace().collect();
        self.insert(format!("{name} (length)"), &words.len().to_string(), &[]);
        for (at, word) in words.iter().enumerate() {
            self.insert(format!("{name} word {at}"), word, &[]);
        }
    }

    /// What a page of HTML says, word by word, and which of it are figures.
    pub(crate) fn insert_html(&mut self, name: &str, html: &str, sent: &[String]) {
        self.insert_text(name, html, sent);
        for (at, figure) in figures_of_page(html).enumerate() {
            self.figures.insert(format!("{name} figure {at}"), Fact::new(figure, sent));
        }
    }

    /// Whether these have numbers of JSON or of a page, and `other` has the same ones, beyond the noise and what was sent.
    pub(crate) fn has_figures_of(&self, other: &Self, noise: &Noise) -> bool {
        let figures = |facts: &Self| -> Vec<(String, String)> {
            let is_figure = |name: &str, fact: &Fact| {
                name.starts_with("body")
                    && !name.contains(" word ")
                    && !name.ends_with(" (length)")
                    && fact.raw.parse::<f64>().is_ok()
            };
            let of_json = facts.said.iter().filter(|(name, fact)| is_figure(name, fact));
            let found = of_json.chain(&facts.figures);
            let found = found.filter(|(name, fact)| fact.raw == fact.plain && !noise.covers(name));
            found.map(|(name, fact)| (name.clone(), fact.raw.clone())).collect()
        };
        let own = figures(self);
        !own.is_empty() && own == figures(other)
    }

    /// The facts of these that differ among them, though they answer the same question.
    pub(crate) fn noise<'f>(answers: impl IntoIterator<Item = &'f Self>) -> Noise {
        let answers: Vec<&Self> = answers.into_iter().collect();
        let names: BTreeSet<&String> =
            answers.iter().flat_map(|facts| facts.said.keys().chain(facts.figures.keys())).collect();
        let differs = |name: &String| {
            let mut of = answers.iter().map(|facts| facts.said.get(name).or_else(|| facts.figures.get(name)));
            let first = of.next().flatten();
            of.any(|other| match (first, other) {
                (Some(first), Some(other)) => !first.agrees(other),
                (None, None) => false,
                _ => true,
            })
        };
        Noise(names.into_iter().filter(|name| differs(name)).cloned().collect())
    }

    /// Where this differs from what was expected, beyond the noise.
    pub(crate) fn differences(&self, expected: &Self, noise: &Noise) -> Vec<Difference> {
        let names: BTreeSet<&String> = self.said.keys().chain(expected.said.keys()).collect();
        names
            .into_iter()
            .filter(|name| !noise.covers(name))
            .filter_map(|name| {
                let (found, expected) = (self.said.get(name), expected.said.get(name));
                if let (Some(found), Some(expected)) = (found, expected)
                    && found.agrees(expected)
                {
                    return None;
                }
                let raw = |fact: Option<&Fact>| fact.map(|fact| fact.raw.clone());
                Some(Difference { fact: name.clone(), expected: raw(expected), found: raw(found) })
            })
            .collect()
    }
}

/// Facts that say nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Noise(BTreeSet<String>);

impl Noise {
    fn covers(&self, name: &str) -> bool {
        self.0.contains(name) || self.0.iter().any(|noisy| is_within(name, noisy))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// Whether a fact is a part of a list whose length is noise.
fn is_within(name: &str, noisy: &str) -> bool {
    noisy.strip_suffix(" (length)").is_some_and(|list| {
        name.strip_prefix(list).is_some_and(|rest| rest.starts_with('/') || rest.starts_with(" word "))
    })
}

/// The numbers of a page that are all that stands between two tags, as in `<b>3</b>` and `<td>1,024 %</td>`: what a page shows of what it has counted. A number in
/// a sentence may be part of what the page always says.
fn figures_of_page(html: &str) -> impl Iterator<Item = &str> {
    let texts = html.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim());
    texts.filter(|text| {
        text.contains(|letter: char| letter.is_ascii_digit())
            && text
                .chars()
                .all(|letter| letter.is_ascii_digit() || letter.is_whitespace() || ".,-+%".contains(letter))
    })
}

/// A text without what was sent, where that stands by itself and not within a word.
fn without(text: &str, sent: &[String]) -> String {
    let mut text = text.to_owned();
    for sent in sent.iter().filter(|sent| !sent.is_empty()) {
        let stands_alone = |at: usize| {
            let (before, after) = (&text[..at], &text[at + sent.len()..]);
            !before.chars().next_back().is_some_and(char::is_alphanumeric)
                && !after.chars().next().is_some_and(char::is_alphanumeric)
        };
        let mut kept = String::new();
        let mut done = 0;
        for (at, _) in text.match_indices(sent.as_str()).filter(|(at, _)| stands_alone(*at)) {
            kept.push_str(&text[done..at]);
            kept.push_str("{sent}");
            done = at + sent.len();
        }
        kept.push_str(&text[done..]);
        text = kept;
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(value: Value, sent: &[&str]) -> Facts {
        let mut facts = Facts::default();
        let sent: Vec<String> = sent.iter().map(|one| (*one).to_owned()).collect();
        facts.insert_json("body", &value, &sent);
        facts
    }

    fn names(found: &[Difference]) -> Vec<&str> {
        found.iter().map(|difference| difference.fact.as_str()).collect()
    }

    #[test]
    fn what_was_sent_and_what_changes_by_itself_say_nothing() {
        let first = facts(json!({ "error": "no agent 900", "at": 1, "hops": [1] }), &["900"]);
        let second = facts(json!({ "error": "no agent 901", "at": 2, "hops": [1, 2] }), &["901"]);
        let noise = Facts::noise([&first, &second]);
        let same = facts(json!({ "error": "no agent 7", "at": 3, "hops": [5, 6, 7] }), &["7"]);
        assert_eq!(same.differences(&first, &noise), []);
        let other = facts(json!({ "error": "agent 7 is not yours", "at": 3, "hops": [] }), &["7"]);
        assert_eq!(names(&other.differences(&first, &noise)), ["body/error"]);
        let more = facts(json!({ "error": "no agent 7", "at": 3, "hops": [], "hint": 1 }), &["7"]);
        assert_eq!(names(&more.differences(&first, &noise)), ["body/hint"]);
    }

    #[test]
    fn figures_of_a_page_are_what_stands_alone_between_tags() {
        let page = "<p title='7'>of 50</p><ul><li><b>3</b>of 5</li><td>\n 1,024 % </td><i>-</i><td>2026-01</td><b></b>9";
        assert_eq!(figures_of_page(page).collect::<Vec<_>>(), ["3", "1,024 %", "2026-01", "9"]);
    }

    #[test]
    fn pages_have_the_same_figures_where_each_that_does_not_change_by_itself_is_the_same() {
        let page = |name: &str, rows: u32, took: u32| {
            let mut facts = Facts::default();
            facts.insert_html(
                "body",
                &format!("<h1>{name}</h1> <b>{rows}</b> <i>{took}</i>"),
                &["70".to_owned()],
            );
            facts
        };
        let noise = Facts::noise([&page("acme", 3, 1), &page("acme", 3, 2)]);
        assert!(page("acme", 3, 1).has_figures_of(&page("globex", 3, 2), &noise));
        assert!(!page("acme", 3, 1).has_figures_of(&page("globex", 4, 1), &noise));
        assert!(!page("acme", 70, 1).has_figures_of(&page("globex", 70, 1), &noise), "it was sent");
        // They are no facts of their own: a difference is told once.
        let found = page("acme", 3, 1).differences(&page("globex", 4, 1), &noise);
        assert_eq!(names(&found), ["body word 0", "body word 1"]);
    }

    #[test]
    fn an_id_in_a_word_is_no_id() {
        assert_eq!(without("7 agents of 77, a7", &["7".to_owned()]), "{sent} agents of 77, a7");
        let by_chance = facts(json!({ "page": 7 }), &["7"]);
        assert_eq!(by_chance.differences(&facts(json!({ "page": 7 }), &["900"]), &Noise::default()), []);
        let count = by_chance.differences(&facts(json!({ "page": 0 }), &["900"]), &Noise::default());
        assert_eq!(names(&count), ["body/page"]);
    }

    #[test]
    fn texts_are_compared_by_words_as_long_as_their_number_is_steady() {
        let text = |text: &str| {
            let mut facts = Facts::default();
            facts.insert_text("body", text, &[]);
            facts
        };
        let noise = Facts::noise([&text("at 1 nothing"), &text("at 2 nothing")]);
        assert_eq!(
            names(&text("at 3 something").differences(&text("at 1 nothing"), &noise)),
            ["body word 2"]
        );
        let noise = Facts::noise([&text("a"), &text("a b")]);
        assert_eq!(text("c d e").differences(&text("a"), &noise), []);
    }
}
