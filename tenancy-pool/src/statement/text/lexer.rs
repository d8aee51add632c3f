//! The words of a statement.

use std::borrow::Cow;

/// One word, as far as it matters where the tables and functions of a statement stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// A name in quotes, without them.
    Quoted(Cow<'a, str>),
    /// A text that is written out.
    Text,
    /// A number that is written out, or a bound value.
    Value,
    Open,
    Close,
    Comma,
    Dot,
    /// `::`
    Cast,
    /// Brackets and single colons: what arrays are made of.
    Array,
    Operator(&'a str),
}

impl Token<'_> {
    /// Whether it is this keyword.
    pub(super) fn is(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Whether it is one of these keywords.
    pub(super) fn is_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(keyword))
    }
}

/// Splits a statement into its words; or says what is in it that cannot be followed.
///
/// What the databases read in different ways, by their settings or by their version, is none of what Diesel writes, so it is
/// not read at all: backslashes in quotes, comments, several statements.
pub(super) fn split(sql: &str, postgres: bool) -> Result<Vec<Token<'_>>, &'static str> {
    // A word is five letters long, or so.
    let mut tokens = Vec::with_capacity(sql.len() / 5);
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            _ if first.is_ascii_whitespace() => first.len_utf8(),
            '"' | '`' => {
                let (name, length) = quoted(rest, first)?;
                tokens.push(Token::Quoted(name));
                length
            }
            '\'' => {
                let (_, length) = quoted(rest, first)?;
                tokens.push(Token::Text);
                length
            }
            // SQLite takes what is in parentheses behind it for a part of its name, a quote as well.
            '$' | ':' | '@' if !postgres => return Err("a variable"),
            '$' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                tokens.push(Token::Value);
                1 + prefix(&rest[1..], |c| c.is_ascii_digit())
            }
            '0'..='9' => {
                tokens.push(Token::Value);
                number(rest)
            }
            _ if is_letter(first) => {
                let length = prefix(rest, |c| is_letter(c) || c.is_ascii_digit() || c == '$');
                tokens.push(Token::Word(&rest[..length]));
                length
            }
            '(' => single(&mut tokens, Token::Open),
            ')' => single(&mut tokens, Token::Close),
            ',' => single(&mut tokens, Token::Comma),
            '.' => single(&mut tokens, Token::Dot),
            // Quotes of a name on SQLite, in which a text could seem to begin.
            '[' | ']' if !postgres => return Err("a bracket"),
            '[' | ']' => single(&mut tokens, Token::Array),
            ':' if rest.starts_with("::") => {
                tokens.push(Token::Cast);
                2
            }
            ':' => single(&mut tokens, Token::Array),
            '#' if !postgres => return Err("a comment"),
            _ if is_operator(first) => {
                let length = prefix(rest, is_operator);
                let operator = &rest[..length];
                if operator.contains("--") || operator.contains("/*") || (!postgres && operator.contains('#'))
                {
                    return Err("a comment");
                }
                if !postgres && operator.contains('@') {
                    return Err("a variable");
                }
                tokens.push(Token::Operator(operator));
                length
            }
            ';' => return Err("a semicolon"),
            '$' => return Err("a text in dollar quotes"),
            _ => return Err("a character that Diesel does not write"),
        };
        rest = &rest[length..];
    }
    Ok(tokens)
}

fn single<'a>(tokens: &mut Vec<Token<'a>>, token: Token<'a>) -> usize {
    tokens.push(token);
    1
}

/// How many bytes from the start are such characters.
fn prefix(text: &str, is: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is(c)).unwrap_or(text.len())
}

/// Names may have letters of any language in them. A byte order mark is white space on SQLite.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !(c.is_ascii() || c.is_whitespace() || c == '\u{feff}')
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|?".contains(c)
}

/// The length of a number. Letters right behind it are a word of their own, as older servers have it.
fn number(text: &str) -> usize {
    let digits = prefix(text, |c| c.is_ascii_digit() || c == '.');
    let Some(exponent) = text[digits..].strip_prefix(['e', 'E']) else { return digits };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    match prefix(&exponent[sign..], |c| c.is_ascii_digit()) {
        0 => digits,
        length => digits + 1 + sign + length,
    }
}

/// What stands in the quotes that `text` begins with, and how long it is with them. A quote is doubled in it.
fn quoted(text: &str, quote: char) -> Result<(Cow<'_, str>, usize), &'static str> {
    let mut end = 1;
    let mut doubled = false;
    loop {
        let Some(found) = text[end..].find([quote, '\\']) else { return Err("a quote that does not end") };
        end += found;
        if text[end..].starts_with('\\') {
            return Err("a backslash in quotes");
        }
        if !text[end + 1..].starts_with(quote) {
            break;
        }
        doubled = true;
        end += 2;
    }
    let inner = &text[1..end];
    let name = if doubled {
        Cow::Owned(inner.replace(&format!("{quote}{quote}"), &quote.to_string()))
    } else {
        Cow::Borrowed(inner)
    };
    Ok((name, end + 1))
}
