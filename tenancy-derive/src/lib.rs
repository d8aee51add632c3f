//! The macros of [`tenancy-diesel`](https://docs.rs/tenancy-diesel), which re-exports them. Applications depend on
//! that crate: this one is useless without it, and the two are released together.
//!
//! - `table!`, `schema!`, `#[tenant_scoped]`, `#[tenant_global]`: tables whose bare type is not SQL (`table`, `schema`).
//! - `#[derive(TenantScoped)]`: models that are read and written within a tenant (`model`).
//!
//! All mistakes in what a macro is given are reported at once, each at its token (`mistake`); their codes and their words
//! are in one catalogue (`codes`).

mod codes;
mod listed;
mod mistake;
mod model;
mod options;
mod ownership;
mod schema;
mod table;
mod tenant_column;
mod tokens;

use proc_macro::TokenStream;

/// Marks a table inside `diesel::table!` as owned by tenants: documented at `tenancy_diesel::tenant_scoped`.
#[proc_macro_attribute]
pub fn tenant_scoped(arguments: TokenStream, item: TokenStream) -> TokenStream {
    table::tenant_scoped(arguments.into(), item.into()).into()
}

/// Declares a table inside `diesel::table!` as visible to every tenant: documented at `tenancy_diesel::tenant_global`.
#[proc_macro_attribute]
pub fn tenant_global(arguments: TokenStream, item: TokenStream) -> TokenStream {
    table::tenant_global(arguments.into(), item.into()).into()
}

/// A drop-in for `diesel::table!`: documented at `tenancy_diesel::table`.
#[proc_macro]
pub fn table(input: TokenStream) -> TokenStream {
    table::expand_tables(input.into()).into()
}

/// Includes a `schema.rs` as the Diesel CLI printed it: documented at `tenancy_diesel::schema`.
#[proc_macro]
pub fn schema(input: TokenStream) -> TokenStream {
    schema::expand(input.into()).into()
}

/// Makes a model one that is read and written within a tenant: documented at `tenancy_diesel::TenantScoped`.
#[proc_macro_derive(TenantScoped, attributes(tenant_scoped, diesel))]
pub fn tenant_scoped_model(input: TokenStream) -> TokenStream {
    model::expand(input.into()).into()
}
