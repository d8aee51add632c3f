//! Mistakes in what the macros are given: collected, so that all are reported at once, each at its token.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A mistake by its stable code. `docs/errors` has a page for each, and the suite a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Code(pub(crate) &'static str);

/// Collects mistakes. Dropping it unread is a bug in the macro, and panics.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    found: Vec<TokenStream>,
    read: bool,
}

impl Mistakes {
    /// Adds a mistake: what is wrong, and how to mend it.
    pub(crate) fn add(&mut self, code: Code, span: Span, message: impl AsRef<str>, fix: impl AsRef<str>) {
        let Code(code) = code;
        let text = format!(
            "{}\n\nhelp: {}\nnote: {code}, see https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#{}",
            message.as_ref(),
            fix.as_ref(),
            code.to_lowercase(),
        );
        self.found.push(quote_spanned!(span=> ::core::compile_error! { #text }));
    }

    /// Adds a syntax error in the words of the parser.
    pub(crate) fn syntax(&mut self, code: Code, error: &syn::Error, fix: &str) {
        self.add(code, error.span(), error.to_string(), fix);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// All of them, as items.
    pub(crate) fn into_items(mut self) -> TokenStream {
        self.read = true;
        self.found.drain(..).collect()
    }
}

impl Drop for Mistakes {
    fn drop(&mut self) {
        if !self.read && !std::thread::panicking() {
            panic!("mistakes were collected and not reported");
        }
    }
}
