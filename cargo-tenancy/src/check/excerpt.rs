//! Code as one line that is the same however it is laid out.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};
use quote::ToTokens;
use syn::Expr;
use syn::ext::IdentExt;

use super::place::digest;

/// Longer ones are cut, and the digest of the whole stands for the rest.
const LONGEST: usize = 160;
/// Operators that are easier to read with space around them.
const SPACED: [&str; 9] = ["=", "=>", "->", "==", "!=", "<=", ">=", "&&", "||"];

/// The line whole when it is short, and otherwise with a digest: another text is another excerpt.
pub(super) fn shortened(exact: &str) -> String {
    // A checkout on Windows may have other ends of lines.
    let exact = exact.replace("\r\n", "\n");
    let short = collapsed(&exact);
    if short == exact && short.chars().count() <= LONGEST {
        return short;
    }
    let cut: String = short.chars().take(LONGEST).collect();
    let more = if cut.len() < short.len() { "…" } else { "" };
    format!("{cut}{more} #{}", digest(&exact))
}

/// What the code gives as the reason: the text, or what computes it.
pub(super) fn reason(argument: &Expr) -> Option<String> {
    match argument {
        Expr::Lit(literal) => match &literal.lit {
            syn::Lit::Str(text) => Some(collapsed(&text.value())),
            _ => None,
        },
        Expr::Reference(reference) => reason(&reference.expr),
        Expr::Paren(inner) => reason(&inner.expr),
        Expr::Group(inner) => reason(&inner.expr),
        other => Some(format!("`{}`", collapsed(&line(other.to_token_stream())))),
    }
}

fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The tokens, with space only where it is needed, and no comma before a closing bracket.
pub(super) fn line(tokens: TokenStream) -> String {
    let mut line = Line::default();
    line.tokens(tokens);
    line.flush();
    line.text.truncate(line.text.trim_end().len());
    line.text
}

#[derive(Default)]
struct Line {
    text: String,
    /// An operator of which more may follow.
    operator: String,
    after_word: bool,
    comma: bool,
}

impl Line {
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    let [open, close] = match group.delimiter() {
                        Delimiter::Parenthesis => ["(", ")"],
                        Delimiter::Bracket => ["[", "]"],
                        Delimiter::Brace => ["{", "}"],
                        Delimiter::None => ["", ""],
                    };
                    self.put(open, false);
                    self.tokens(group.stream());
                    self.flush();
                    // A last comma says nothing.
                    self.comma = false;
                    self.text.push_str(close);
                    self.after_word = false;
                }
                TokenTree::Ident(name) => self.put(&name.to_string(), true),
                TokenTree::Literal(literal) => self.put(&literal.to_string(), true),
                TokenTree::Punct(punct) if punct.as_char() == ',' => {
                    self.flush();
                    self.comma = true;
                }
                TokenTree::Punct(punct) => {
                    self.operator.push(punct.as_char());
                    if punct.spacing() == Spacing::Alone {
                        self.flush();
                    }
                }
            }
        }
    }

    fn put(&mut self, text: &str, word: bool) {
        self.flush();
        self.separate();
        if word && (self.after_word || self.text.ends_with(['>', ')', ']', '}'])) {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.after_word = word;
    }

    fn separate(&mut self) {
        if std::mem::take(&mut self.comma) {
            self.text.push_str(", ");
            self.after_word = false;
        }
    }

    fn flush(&mut self) {
        let operator = std::mem::take(&mut self.operator);
        if operator.is_empty() {
            return;
        }
        self.separate();
        if SPACED.contains(&operator.as_str()) {
            self.text.push_str(&format!(" {operator} "));
        } else if operator == ":" || operator == ";" {
            self.text.push_str(&format!("{operator} "));
        } else {
            self.text.push_str(&operator);
        }
        self.after_word = false;
    }
}

/// A name without `r#`.
pub(super) fn plain(name: &syn::Ident) -> String {
    name.unraw().to_string()
}

#[cfg(test)]
mod tests {
    use super::{line, shortened};

    fn of(text: &str) -> String {
        line(text.parse().unwrap())
    }

    #[test]
    fn layout_makes_no_difference() {
        let one = of("agents::table\n    .across_tenants(\n        &support,\n    )");
        assert_eq!(one, of("agents :: table.across_tenants(&support)"));
        assert_eq!(one, "agents::table.across_tenants(&support)");
        assert_eq!(of("sql::<Nullable<Text>>(\"a\",)"), "sql::<Nullable<Text>>(\"a\")");
        assert_eq!(of("global = [a, b = \"why\",]"), "global = [a, b = \"why\"]");
    }

    #[test]
    fn what_is_not_shown_of_a_text_is_in_its_digest() {
        let text = |text: &str| shortened(&of(&format!("sql_query({text:?})")));
        assert_ne!(text("SELECT 'a  b'"), text("SELECT 'a b'"));
        let long = "x".repeat(500);
        assert!(text(&long).chars().count() < 200);
        assert_ne!(text(&long), text(&format!("{long}y")));
    }
}
