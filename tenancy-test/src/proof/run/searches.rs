//! Texts that rows are looked for by: what another tenant has just written, and what nobody has.

use std::collections::BTreeSet;

use super::Run;
use super::compare::Question;
use super::judge::Names;
use crate::proof::case::{AskedText, Case};
use crate::proof::error::ProofError;
use crate::proof::nowhere::another_word;
use crate::proof::request::Ask;
use crate::proof::written::formed;
use crate::report::Notice;
use crate::transport::Transport;

impl<T: Transport> Run<'_, T> {
    /// Looks for what another tenant wrote, in each text of a query. A row that is found by a name, a mail address or a code needs
    /// no id to leak.
    ///
    /// What is looked for is one word that the proof has made up: a search by words finds one's own rows by a marker's.
    pub(super) async fn searches(&mut self, cases: &[Case<'_>]) -> Result<(), ProofError> {
        let asks = |case: &Case<'_>| case.operation.is_safe() && !case.asked.is_empty();
        let searching: Vec<usize> = (0..cases.len()).filter(|number| asks(&cases[*number])).collect();
        for (actor, other) in self.pairs() {
            if searching.is_empty() {
                return Ok(());
            }
            self.restore().await?;
            let words = self.write_words(cases, other).await;
            for number in &searching {
                let case = &cases[*number];
                if words.is_empty() {
                    let text = "no request of a tenant's own writes a text that another one could look for"
                        .to_owned();
                    let notice = Notice { about: case.operation.name.clone(), text };
                    if !self.notices.contains(&notice) {
                        self.notices.push(notice);
                    }
                    continue;
                }
                if !self.works[*number][actor] {
                    continue;
                }
                for asked in &case.asked {
                    for word in &words {
                        if let Err(reason) = self.search(case, asked, word, (actor, other)).await {
                            self.lacks(&case.operation.name, asked.label.clone(), reason);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Has a tenant write a new word wherever it writes a text, and returns the word in the forms in which it stands there.
    async fn write_words(&mut self, cases: &[Case<'_>], tenant: usize) -> BTreeSet<String> {
        let word = self.canaries.fresh();
        let mut written = BTreeSet::new();
        for (number, case) in cases.iter().enumerate() {
            let writes = !case.operation.is_safe() && case.operation.method != http::Method::DELETE;
            if !writes || !self.works[number][tenant] || self.signer(case).is_some() {
                continue;
            }
            let mut ask = self.own(case, tenant);
            ask.texts = case.texts.iter().map(|text| (text.place.clone(), word.clone())).collect();
            // What was written before it counts, whatever comes of this one.
            if self.send(case, &ask).await.is_ok_and(|sent| sent.answer.is_granted()) {
                written.extend(case.texts.iter().map(|text| formed(word.clone(), &text.format)));
            }
        }
        written
    }

    async fn search(
        &mut self,
        case: &Case<'_>,
        asked: &AskedText,
        word: &str,
        (actor, other): (usize, usize),
    ) -> Result<(), String> {
        let own = self.own(case, actor);
        let with = |word: String| Ask { words: vec![(asked.parameter, word)], ..own.clone() };
        let control = || with(another_word(word));
        let question = Question {
            foreign: with(word.to_owned()),
            control: &control,
            before: None,
            actor,
            other,
            writes: false,
        };
        let position = format!("a text that another tenant wrote, as {}", asked.label);
        self.examine(case, &question, Names::IDS, &position).await.map(|_| ())
    }
}
