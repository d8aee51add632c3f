//! What the text of a statement reads and calls.
//!
//! Types and walks see Diesel's nodes. What a fragment, a node of the application's own or a table without a declaration
//! prints, they do not. The text is what the server gets, whoever wrote which part of it; so the tables are read off the text,
//! and compared with those that declared themselves while it was printed. This reads no SQL in general: it knows the places
//! where a table can stand, and refuses what it cannot follow.

mod harmless;
mod known;
mod lexer;

use self::harmless::leaves_the_session_alone;
use self::known::{BEFORE_PARENTHESES, ENDS_FROM, KEYWORDS, MAKE_ROWS, TAKES_FROM, is_known_operator};
use self::lexer::{Token, split};

/// What a statement reads and calls.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// The tables, each as the parts of its name: `"schema"."table"`.
    pub(crate) tables: Vec<Vec<String>>,
    /// What is called that is not known to leave the session alone: functions, in lower case unless they are quoted, and
    /// operators.
    pub(crate) unknown: Vec<String>,
    /// Whether something is in it that Diesel's own nodes do not write: a name without quotes, a text.
    pub(crate) foreign: bool,
}

/// One level of parentheses.
#[derive(Debug, Default)]
struct Level {
    /// A table has to come next.
    table_next: bool,
    /// A comma is followed by a table.
    in_from: bool,
    /// A FROM in it is one of a function's words: `extract(year FROM …)`.
    takes_from: bool,
    /// It is a subquery.
    selects: bool,
}

/// Reads a statement; or says what is in it that cannot be followed.
pub(crate) fn read(sql: &str, postgres: bool) -> Result<Text, &'static str> {
    let tokens = split(sql, postgres)?;
    // SQLite reads a table there: `1 IN secrets`.
    if !postgres && tokens.windows(2).any(|pair| pair[0].is("IN") && pair[1] != Token::Open) {
        return Err("an IN without parentheses");
    }
    let begins = ["SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE"];
    if !tokens.first().is_some_and(|first| *first == Token::Open || first.is_any(&begins)) {
        return Err("a statement that is no SELECT, INSERT, UPDATE or DELETE");
    }
    let (levels, text) = (vec![Level::default()], Text::default());
    let mut reader = Reader { tokens: &tokens, at: 0, levels, text, postgres };
    while reader.at < tokens.len() {
        reader.step()?;
    }
    match reader.levels.as_slice() {
        [Level { table_next: false, .. }] => Ok(reader.text),
        [_] => Err("a place for a table without one"),
        _ => Err("a parenthesis that does not end"),
    }
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    at: usize,
    levels: Vec<Level>,
    text: Text,
    postgres: bool,
}

impl<'a> Reader<'a> {
    fn level(&mut self) -> Result<&mut Level, &'static str> {
        self.levels.last_mut().ok_or("a parenthesis that does not begin")
    }

    /// The token so many places before this one.
    fn before(&self, places: usize) -> Option<&'a Token<'a>> {
        self.at.checked_sub(places).and_then(|at| self.tokens.get(at))
    }

    fn step(&mut self) -> Result<(), &'static str> {
        let token = &self.tokens[self.at];
        if self.level()?.table_next {
            return self.table(token);
        }
        match token {
            Token::Word(_) => return self.word(token),
            Token::Quoted(_) => {
                let is_alias = self.before(1).is_some_and(|before| before.is("AS"));
                let name = self.name();
                if !is_alias {
                    self.call(name);
                }
                return Ok(());
            }
            Token::Open => self.open(Level::default()),
            Token::Close => {
                self.levels.pop();
                self.level()?;
            }
            Token::Comma => {
                let level = self.level()?;
                level.table_next = level.in_from;
            }
            Token::Operator(operator) if !is_known_operator(operator) => {
                self.text.unknown.push((*operator).to_owned());
            }
            Token::Text => self.text.foreign = true,
            _ => {}
        }
        self.at += 1;
        Ok(())
    }

    /// Where a table has to stand.
    fn table(&mut self, token: &'a Token<'a>) -> Result<(), &'static str> {
        match token {
            Token::Word(_) if self.stands_before_a_table(token) => self.at += 1,
            Token::Word(_) if token.is_any(&["SELECT", "VALUES"]) => self.level()?.table_next = false,
            Token::Open => {
                self.level()?.table_next = false;
                self.open(Level { table_next: true, in_from: true, ..Level::default() });
                self.at += 1;
            }
            Token::Word(_) | Token::Quoted(_) => {
                self.level()?.table_next = false;
                let name = self.name();
                // A name may begin with a digit on MariaDB.
                if self.before(1) == Some(&Token::Dot) {
                    return Err("a place for a table without one");
                }
                let called =
                    matches!(token, Token::Word(_)) && self.tokens.get(self.at) == Some(&Token::Open);
                let makes_rows =
                    self.postgres || matches!(&name[..], [name] if MAKE_ROWS.contains(&name.as_str()));
                if called && makes_rows {
                    self.call(name);
                } else {
                    self.text.tables.push(name);
                }
            }
            _ => return Err("a place for a table without one"),
        }
        Ok(())
    }

    /// Whether it is a keyword in front of a table. Where PostgreSQL's are none they are a table's name: `FROM only plans`.
    fn stands_before_a_table(&self, token: &Token<'a>) -> bool {
        let opens = self.tokens.get(self.at + 1) == Some(&Token::Open);
        (self.postgres && token.is("ONLY")) || (token.is("LATERAL") && (self.postgres || opens))
    }

    fn word(&mut self, token: &Token<'a>) -> Result<(), &'static str> {
        let after = |places, words: &[&str]| self.before(places).is_some_and(|token| token.is_any(words));
        // MySQL takes RETURNING for one; and `USE INDEX FOR ORDER BY (…)` is a hint at a table, which others may follow.
        let is_name = after(1, &["AS", "FOR"])
            || self.tokens.get(self.at + 1).is_some_and(|next| {
                *next == Token::Comma || next.is_any(&["FORCE", "IGNORE", "ON", "USE", "USING"])
            });
        let opens_table = match token {
            _ if token.is("FROM") => {
                let compares = after(1, &["DISTINCT"]) && after(2, &["IS", "NOT"]);
                let level = self.level()?;
                !compares && (level.selects || !level.takes_from)
            }
            _ if token.is("UPDATE") => !after(1, &["FOR", "KEY", "DO"]),
            _ => token.is_any(&["JOIN", "STRAIGHT_JOIN", "INTO", "USING", "TABLE"]),
        };
        if opens_table {
            let level = self.level()?;
            (level.table_next, level.in_from) = (true, true);
            self.at += 1;
            return Ok(());
        }
        if token.is("SELECT") {
            let level = self.level()?;
            (level.selects, level.in_from) = (true, false);
        }
        if token.is_any(ENDS_FROM) && !is_name {
            self.level()?.in_from = false;
        }
        let names_type = self.before(1).is_some_and(|before| *before == Token::Cast || before.is("AS"));
        if names_type || token.is_any(BEFORE_PARENTHESES) {
            self.at += 1;
            return Ok(());
        }
        let name = self.name();
        if self.tokens.get(self.at) == Some(&Token::Open) {
            self.call(name);
        } else if !matches!(&name[..], [_, _, ..]) && !token.is_any(KEYWORDS) {
            self.text.foreign = true;
        }
        Ok(())
    }

    /// The name that begins here, in its parts, of which a `*` is none. What has no quotes is lower case to the database.
    fn name(&mut self) -> Vec<String> {
        let mut parts = Vec::new();
        loop {
            match self.tokens.get(self.at) {
                Some(Token::Word(word)) => parts.push(word.to_ascii_lowercase()),
                Some(Token::Quoted(name)) => parts.push(name.clone().into_owned()),
                _ => return parts,
            }
            self.at += 1;
            if self.tokens.get(self.at) != Some(&Token::Dot) {
                return parts;
            }
            self.at += 1;
        }
    }

    /// A name that is called, if a parenthesis follows.
    fn call(&mut self, name: Vec<String>) {
        if self.tokens.get(self.at) != Some(&Token::Open) {
            return;
        }
        let takes_from = matches!(&name[..], [name] if TAKES_FROM.contains(&name.as_str()));
        self.open(Level { takes_from, ..Level::default() });
        self.at += 1;
        if !leaves_the_session_alone(&name) {
            self.text.unknown.push(name.join("."));
        }
    }

    fn open(&mut self, level: Level) {
        self.levels.push(level);
    }
}

#[cfg(test)]
mod tests;
