//! What was read off texts that come again.
//!
//! A reading depends on the text alone, so one that is kept says what a new one would. It is found by the text itself and not by the
//! type of the query, although that would save the printing too: `QueryId` is a trait that anybody implements, and two
//! texts behind one id would let the second run unread.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::text::{Text, read};

/// What a text was read as, or what is in it that cannot be followed.
pub(crate) type Reading = Result<Text, &'static str>;

/// How many are kept. With one more, all are forgotten: whoever writes texts that never come again keeps nobody's.
const MOST: usize = 1_000;

/// The longest text of which one is kept, in bytes. Longer ones are inserts of many rows, whose reading is the smaller part.
const LONGEST: usize = 8 * 1024;

/// The readings of a pool.
#[derive(Debug)]
pub(crate) struct Readings {
    postgres: bool,
    kept: RwLock<HashMap<Box<str>, Arc<Reading>>>,
}

impl Readings {
    pub(crate) fn new(postgres: bool) -> Self {
        Self { postgres, kept: RwLock::default() }
    }

    /// Reads a text, if it was not read before.
    pub(crate) fn of(&self, sql: &str) -> Arc<Reading> {
        // Whoever panicked while holding the lock left a map that is whole.
        if let Some(reading) = self.kept.read().unwrap_or_else(PoisonError::into_inner).get(sql) {
            return reading.clone();
        }
        let reading = Arc::new(read(sql, self.postgres));
        if sql.len() <= LONGEST {
            let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
            if kept.len() >= MOST {
                kept.clear();
            }
            kept.insert(sql.into(), reading.clone());
        }
        reading
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_that_is_kept_is_the_text_s_own() {
        let readings = Readings::new(true);
        let texts = [
            r#"SELECT "agents"."id" FROM "agents""#,
            r#"SELECT "agents"."id" FROM "secrets""#,
            r#"SELECT my_function() FROM "agents""#,
            "COPY agents TO STDOUT",
        ];
        for _ in 0..2 {
            for text in texts {
                assert_eq!(*readings.of(text), read(text, true), "{text}");
            }
        }
        assert!(Arc::ptr_eq(&readings.of(texts[0]), &readings.of(texts[0])));
    }

    /// Memory stays bounded whatever a client writes.
    #[test]
    fn neither_many_texts_nor_long_ones_are_kept() {
        let readings = Readings::new(true);
        for number in 0..3 * MOST {
            let _reading = readings.of(&format!("SELECT {number}"));
            assert!(readings.kept.read().unwrap().len() <= MOST);
        }
        let before = readings.kept.read().unwrap().len();
        let long = format!("SELECT {}", "1, ".repeat(LONGEST));
        let _reading = readings.of(&long);
        assert_eq!(readings.kept.read().unwrap().len(), before);
    }
}
