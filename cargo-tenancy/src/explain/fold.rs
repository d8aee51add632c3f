//! Which errors are of one mistake.
//!
//! The compiler asks of a refused statement again and again: where it is built, where it is run, and what its result is. All of that is one
//! mistake, and goes away with it. So what is told together is:
//!
//! * our errors of one statement that are about the same table, or about another one in the same words;
//! * in the same statement, or in one around it, errors of unmet bounds and of types that cannot be inferred, if they lead into Diesel or
//!   into a crate of ours.
//!
//! Nothing else is: an error that might be a mistake of its own has a line of its own.

use super::complaint::{Complaint, Place};
use super::known::{self, Known};
use super::mistake::Mistake;
use super::source::{Range, Sources};
use super::words::{shortened, tables_in};

/// Unmet bounds, mismatched projections, overflows while looking for an implementation, types that cannot be inferred, methods that are not there.
const CONSEQUENCES: [&str; 7] = ["E0271", "E0275", "E0277", "E0282", "E0283", "E0284", "E0599"];

/// Those of types that cannot be inferred.
const INFERRED: [&str; 3] = ["E0282", "E0283", "E0284"];

struct Told<'a> {
    complaint: &'a Complaint,
    region: Option<Range>,
    /// The code and the words, if it is a mistake that is known.
    known: Option<Known>,
}

/// The mistakes behind the errors, in the order of the files and lines.
pub(crate) fn mistakes(complaints: &[Complaint], sources: &mut Sources) -> Vec<Mistake> {
    let told: Vec<Told<'_>> = complaints
        .iter()
        .map(|complaint| Told {
            complaint,
            region: region(complaint, sources),
            known: known::known(complaint),
        })
        .collect();
    let mut mistakes: Vec<(Mistake, Option<Range>)> = Vec::new();
    // Those with a code first, then the known ones without, then what may be their consequence.
    for rank in [Rank::Coded, Rank::Known, Rank::Other] {
        for one in told.iter().filter(|one| one.rank() == rank) {
            match mistakes.iter_mut().find(|(mistake, region)| one.belongs_to(mistake, region.as_ref())) {
                Some((mistake, _)) => one.join(mistake),
                None => mistakes.push((one.alone(), one.region)),
            }
        }
    }
    let mut mistakes: Vec<Mistake> = mistakes.into_iter().map(|(mistake, _)| mistake).collect();
    for mistake in &mut mistakes {
        known::word(mistake);
    }
    // What has no place comes last.
    mistakes
        .sort_by(|one, other| (one.place.is_none(), &one.place).cmp(&(other.place.is_none(), &other.place)));
    mistakes
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Coded,
    Known,
    Other,
}

impl Told<'_> {
    fn rank(&self) -> Rank {
        match &self.known {
            Some(known) if known.code.is_some() => Rank::Coded,
            Some(_) => Rank::Known,
            None => Rank::Other,
        }
    }

    fn belongs_to(&self, mistake: &Mistake, region: Option<&Range>) -> bool {
        let (Some(place), Some(of_mistake)) = (&self.complaint.place, &mistake.place) else { return false };
        if place.file != of_mistake.file {
            return false;
        }
        let same = self.region.is_some() && self.region.as_ref() == region || place.line == of_mistake.line;
        let around = matches!((&self.region, region), (Some(own), Some(inner)) if own.around(inner));
        match &self.known {
            Some(known) if known.code.is_some() => {
                let tables = self.tables();
                let about_the_same = tables.is_empty()
                    || mistake.tables.is_empty()
                    || tables.iter().all(|table| mistake.tables.contains(table));
                same && (known.code == mistake.code || about_the_same)
            }
            // Without a code there is only the statement to go by.
            Some(known) => {
                same && self.is_consequence()
                    && (known::leads_on(mistake) || known.message == mistake.message)
            }
            None => {
                let follows = self.is_consequence() && self.complaint.of_diesel;
                // Of what is not known, only the same error once more, or another one of the very same place.
                let inferred =
                    |code: &Option<String>| code.as_deref().is_some_and(|code| INFERRED.contains(&code));
                let again = place == of_mistake
                    || mistake.message.starts_with(&shortened(&self.complaint.headline))
                    || inferred(&self.complaint.code) && inferred(&mistake.code);
                follows && (known::leads_on(mistake) && (same || around) || same && again)
            }
        }
    }

    fn is_consequence(&self) -> bool {
        self.complaint.code.as_deref().is_some_and(|code| CONSEQUENCES.contains(&code))
    }

    fn join(&self, mistake: &mut Mistake) {
        if self.known.as_ref().is_some_and(|known| known.code == mistake.code) {
            for table in self.tables() {
                if !mistake.tables.contains(&table) {
                    mistake.tables.push(table);
                }
            }
        }
        let code =
            self.known.as_ref().and_then(|known| known.code.clone()).or_else(|| self.complaint.code.clone());
        mistake.follow_ups.extend(code);
    }

    fn alone(&self) -> Mistake {
        let complaint = self.complaint;
        let recognised = self.known.is_some();
        let (code, message, fix) = match self.known.clone() {
            Some(known) => (known.code.or_else(|| complaint.code.clone()), known.message, known.fix),
            None => (complaint.code.clone(), known::summary(complaint), known::advice_of_others(complaint)),
        };
        let tables = self.tables();
        Mistake {
            place: complaint.place.clone(),
            code,
            message,
            fix,
            tables,
            follow_ups: Vec::new(),
            recognised,
        }
    }

    fn tables(&self) -> Vec<String> {
        match &self.known {
            Some(Known { table: Some(table), .. }) => vec![table.clone()],
            Some(_) => tables_in(&self.complaint.headline),
            None => Vec::new(),
        }
    }
}

fn region(complaint: &Complaint, sources: &mut Sources) -> Option<Range> {
    let place: &Place = complaint.place.as_ref()?;
    sources.get(&place.file)?.region(place.start())
}
