//! Lists of options, `key = value, …`, as every macro here takes them.

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Path, Token};

use crate::codes::{self, Place};
use crate::mistake::Mistakes;

/// Reads the lists of one place.
pub(crate) struct Reader {
    place: Place,
    /// The keys that were given a value.
    given: Vec<Ident>,
}

impl Reader {
    pub(crate) fn of(place: Place) -> Self {
        Reader { place, given: Vec::new() }
    }

    /// Reads a list; `false` when it stops being one.
    ///
    /// `option` gets each key, and reads what follows it; it answers `false` to a key that it does not know. Unknown and
    /// repeated keys are reported here.
    pub(crate) fn read(
        &mut self,
        tokens: TokenStream,
        mistakes: &mut Mistakes,
        mut option: impl FnMut(&Ident, ParseStream<'_>, &mut Mistakes) -> syn::Result<bool>,
    ) -> bool {
        let list = |input: ParseStream<'_>| {
            while !input.is_empty() {
                let key = key(input)?;
                let has_value = input.peek(Token![=]);
                if !option(&key, input, mistakes)? {
                    mistakes.add(key.span(), codes::unknown_option(self.place, &key));
                    skip(input)?;
                } else if has_value {
                    if self.given.contains(&key) {
                        mistakes.add(key.span(), codes::given_twice(self.place, &key));
                    }
                    self.given.push(key);
                }
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        let read = list.parse2(tokens);
        if let Err(error) = &read {
            mistakes.add(error.span(), codes::syntax(self.place, error));
        }
        read.is_ok()
    }
}

fn key(input: ParseStream<'_>) -> syn::Result<Ident> {
    // `crate` is a keyword, and an option.
    if input.peek(Token![crate]) { input.call(Ident::parse_any) } else { input.parse() }
}

/// Passes over what an unknown key is given, so that one unknown option is one mistake.
pub(crate) fn skip(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// `= value`
pub(crate) fn value<T: Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// `= path`
pub(crate) fn path(input: ParseStream<'_>) -> syn::Result<Path> {
    input.parse::<Token![=]>()?;
    input.call(Path::parse_mod_style)
}

/// Where this library is, unless `crate = path` says otherwise.
pub(crate) fn default_crate() -> Path {
    syn::parse_quote!(::tenancy_diesel)
}
