//! How the rows of a table belong to tenants, as a declaration says it: `tenant_id`, `org_id: OrgId`,
//! `through = canvases(canvas_id)`, `link = memberships(user_id)`; and `shared`, `filter = deleted_at.is_null()`.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::token::Paren;
use syn::{Lit, Path, Token, parenthesized};

use crate::tenant_column::TenantColumn;

/// What a declaration says.
#[derive(Clone, Debug)]
pub(crate) struct Ownership {
    pub(crate) way: Way,
    pub(crate) shared: Option<Shared>,
    pub(crate) filter: Option<Filter>,
    /// What is read before anybody is admitted.
    pub(crate) admission: Admission,
}

/// By what a row belongs to its tenant.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    /// A column that holds the tenant.
    Column(TenantColumn),
    /// The parent that a column of this table refers to.
    Through(Reference),
    /// The rows of another table that refer to this one.
    Link(Reference),
}

/// `canvases(canvas_id)`, or `canvases(canvas_code = code)`: a table, the column that refers, and the one that it refers to if
/// that is not the key.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) table: Path,
    pub(crate) column: Ident,
    pub(crate) key: Option<Ident>,
}

/// `shared`, or `shared = 0`: what the tenant column holds in rows that all tenants share.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub(crate) keyword: Ident,
    pub(crate) value: Option<Literal>,
}

/// `column.is_null()`, `column.is_not_null()`, `column.eq(literal)`.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    pub(crate) column: Ident,
    method: Ident,
    value: Option<Literal>,
}

/// `admission(user_id, token_hash, read(role))`: the columns by which a stranger's row is found, and those that are read of it beside them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Admission {
    pub(crate) by: Vec<Ident>,
    pub(crate) read: Vec<Ident>,
}

/// A literal that is the same in Rust and SQL, but for its quotes.
#[derive(Clone, Debug)]
pub(crate) struct Literal(Lit);

impl From<TenantColumn> for Ownership {
    fn from(column: TenantColumn) -> Self {
        Self { way: Way::Column(column), shared: None, filter: None, admission: Admission::default() }
    }
}

impl Ownership {
    /// The column of the table by which rows belong to tenants; `None` if it is the key.
    pub(crate) fn column(&self) -> Option<&Ident> {
        match &self.way {
            Way::Column(column) => Some(&column.name),
            Way::Through(reference) => Some(&reference.column),
            Way::Link(reference) => reference.key.as_ref(),
        }
    }
}

impl ToTokens for Ownership {
    fn to_tokens(&self, out: &mut TokenStream) {
        let way = match &self.way {
            Way::Column(column) => quote!(#column),
            Way::Through(reference) => quote!(through = #reference),
            Way::Link(reference) => quote!(link = #reference),
        };
        let shared = self.shared.as_ref().map(|Shared { keyword, value }| {
            let value = value.as_ref().map(|Literal(value)| quote!(= #value));
            quote!(, #keyword #value)
        });
        let filter = self.filter.as_ref().map(|Filter { column, method, value }| {
            let value = value.as_ref().map(|Literal(value)| value);
            quote!(, filter = #column.#method(#value))
        });
        let Admission { by, read } = &self.admission;
        let read = (!read.is_empty()).then(|| quote!(, read(#(#read),*)));
        let admission = (!by.is_empty()).then(|| quote!(, admission(#(#by),* #read)));
        out.extend(quote!(#way #shared #filter #admission));
    }
}

impl Admission {
    /// Adds what stands in the parentheses.
    pub(crate) fn extend(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        while !input.is_empty() {
            let name: Ident = input.parse()?;
            if name == "read" && input.peek(Paren) {
                let columns;
                parenthesized!(columns in input);
                self.read.extend(Punctuated::<Ident, Token![,]>::parse_terminated(&columns)?);
            } else {
                self.by.push(name);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        if let (true, Some(read)) = (self.by.is_empty(), self.read.first()) {
            return Err(syn::Error::new(
                read.span(),
                "name first the column by which a stranger looks for a row",
            ));
        }
        Ok(())
    }
}

impl Parse for Reference {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let table = input.call(Path::parse_mod_style)?;
        let columns;
        parenthesized!(columns in input);
        let column = columns.parse()?;
        let key = columns.parse::<Option<Token![=]>>()?.map(|_| columns.parse()).transpose()?;
        if !columns.is_empty() {
            return Err(columns.error("a reference is by one column"));
        }
        Ok(Self { table, column, key })
    }
}

impl ToTokens for Reference {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Self { table, column, key } = self;
        let key = key.as_ref().map(|key| quote!(= #key));
        out.extend(quote!(#table (#column #key)));
    }
}

impl Shared {
    /// What follows the keyword.
    pub(crate) fn parse(keyword: Ident, input: ParseStream<'_>) -> syn::Result<Self> {
        let value = input.parse::<Option<Token![=]>>()?.map(|_| input.parse()).transpose()?;
        Ok(Self { keyword, value })
    }
}

impl Parse for Filter {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let column = input.parse()?;
        input.parse::<Token![.]>()?;
        let method: Ident = input.parse()?;
        let arguments;
        parenthesized!(arguments in input);
        let value = match method.to_string().as_str() {
            "is_null" | "is_not_null" => None,
            "eq" => Some(arguments.parse()?),
            _ => {
                return Err(syn::Error::new(
                    method.span(),
                    "a filter is `column.is_null()`, `column.is_not_null()` or `column.eq(literal)`",
                ));
            }
        };
        if !arguments.is_empty() {
            return Err(arguments.error("a filter compares a column with one literal"));
        }
        Ok(Self { column, method, value })
    }
}

impl Filter {
    /// As a value of the library's, of the column's name in the database.
    pub(crate) fn value(&self, tenancy: &Ident, sql_name: &proc_macro2::Literal) -> TokenStream {
        match &self.value {
            Some(value) => {
                let value = value.sql();
                quote!(#tenancy::RowFilter::Equals(#sql_name, #value))
            }
            None if self.method == "is_null" => quote!(#tenancy::RowFilter::IsNull(#sql_name)),
            None => quote!(#tenancy::RowFilter::IsNotNull(#sql_name)),
        }
    }
}

impl Parse for Literal {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let literal: Lit = input.parse()?;
        match &literal {
            // MySQL reads a backslash in quotes as an escape, the others do not.
            Lit::Str(text) if text.value().contains(['\\', '\0']) => {
                Err(syn::Error::new(text.span(), "a backslash means another text in each database"))
            }
            Lit::Str(_) | Lit::Bool(_) => Ok(Self(literal)),
            Lit::Int(number) if number.suffix().is_empty() => Ok(Self(literal)),
            other => {
                Err(syn::Error::new(other.span(), "a number without a suffix, a text, `true` or `false`"))
            }
        }
    }
}

impl Literal {
    /// In SQL.
    pub(crate) fn sql(&self) -> String {
        match &self.0 {
            Lit::Str(text) => format!("'{}'", text.value().replace('\'', "''")),
            Lit::Bool(value) => if value.value { "TRUE" } else { "FALSE" }.to_owned(),
            Lit::Int(number) => number.base10_digits().to_owned(),
            // None of these is parsed.
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, Literal};

    #[test]
    fn a_text_is_quoted_and_what_would_leave_its_quotes_is_doubled() {
        let literal: Literal = syn::parse_str(r#""it's""#).unwrap();
        assert_eq!(literal.sql(), "'it''s'");
        assert!(syn::parse_str::<Literal>(r#""a\\' OR 1 = 1""#).is_err());
        assert!(syn::parse_str::<Literal>("1u8").is_err());
    }

    #[test]
    fn a_filter_is_one_of_three_forms() {
        assert!(syn::parse_str::<Filter>("deleted_at.is_null()").is_ok());
        assert!(syn::parse_str::<Filter>("state.eq(\"live\")").is_ok());
        for refused in ["deleted_at.is_null", "state.ne(1)", "state.eq(1, 2)", "sql(\"1 = 1\")"] {
            assert!(syn::parse_str::<Filter>(refused).is_err(), "{refused}");
        }
    }
}
