//! Mistakes in what the macros are given: collected, so that all are reported at once, each at its token.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;

/// A mistake in words. [`codes`](crate::codes) makes them.
#[derive(Debug)]
pub(crate) struct Mistake {
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) fix: String,
}

/// Collects mistakes. Dropping it unread is a bug in the macro, and panics.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    found: Vec<TokenStream>,
    read: bool,
}

impl Mistakes {
    pub(crate) fn add(&mut self, span: Span, Mistake { code, message, fix }: Mistake) {
        let text = format!(
            "{message}\n\nhelp: {fix}\nnote: {code}, see \
             https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#{}",
            code.to_lowercase(),
        );
        self.found.push(quote_spanned!(span=> ::core::compile_error! { #text }));
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
