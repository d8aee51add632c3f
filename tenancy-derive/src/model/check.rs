//! Reads the struct against its options.

use proc_macro2::Ident;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Field, Fields, GenericArgument, Path, PathArguments, Type};

use super::options::Options;
use crate::codes;
use crate::mistake::Mistakes;

/// A model that can be expanded.
pub(crate) struct Model {
    pub(crate) name: Ident,
    pub(crate) table: Path,
    pub(crate) tenant_id: Type,
    /// The field that holds the tenant, if the model has it.
    pub(crate) tenant: Option<Tenant>,
    pub(crate) parents: Vec<Path>,
    pub(crate) krate: Path,
}

/// The field that holds a row's tenant.
pub(crate) struct Tenant {
    pub(crate) field: Ident,
    /// The type of the field where it is an `Option`: of a row that all tenants share it is `None`.
    pub(crate) optional: Option<Type>,
}

/// The model, or `None` after a mistake that leaves none.
pub(crate) fn check(input: &DeriveInput, options: Options, mistakes: &mut Mistakes) -> Option<Model> {
    let name = &input.ident;
    if !input.generics.params.is_empty() {
        mistakes.add(input.generics.span(), codes::generic_model(name));
    }
    let fields = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => &fields.named,
            Fields::Unnamed(_) | Fields::Unit => {
                mistakes.add(name.span(), codes::no_named_fields(name));
                return None;
            }
        },
        Data::Enum(_) | Data::Union(_) => {
            mistakes.add(name.span(), codes::not_a_struct(name));
            return None;
        }
    };
    let (tenant_id, tenant) = tenant_id(name, fields.iter(), &options, mistakes)?;
    let table = options.table.unwrap_or_else(|| Path::from(Ident::new(&table_name(name), name.span())));
    Some(Model {
        name: name.clone(),
        table,
        tenant_id,
        tenant,
        parents: options.parents,
        krate: options.krate,
    })
}

fn tenant_id<'a>(
    name: &Ident,
    mut fields: impl Iterator<Item = &'a Field>,
    options: &Options,
    mistakes: &mut Mistakes,
) -> Option<(Type, Option<Tenant>)> {
    let wanted = options.tenant.as_ref().map_or_else(|| "tenant_id".to_owned(), Ident::to_string);
    let field = fields.find(|field| field.ident.as_ref().is_some_and(|ident| *ident == wanted));
    match (field, &options.id) {
        (Some(field), None) => {
            let inner = option_of(&field.ty);
            let optional = inner.map(|_| field.ty.clone());
            let tenant = field.ident.clone().map(|field| Tenant { field, optional });
            Some((inner.unwrap_or(&field.ty).clone(), tenant))
        }
        (None, Some(id)) => Some((id.clone(), None)),
        (None, None) => {
            let span = options.tenant.as_ref().map_or(name.span(), Ident::span);
            mistakes.add(span, codes::no_tenant_field(name, &wanted));
            None
        }
        (Some(_), Some(id)) => {
            mistakes.add(id.span(), codes::needless_id(name, &wanted));
            None
        }
    }
}

fn option_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last()?;
    if segment.ident != "Option" {
        return None;
    }
    match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => match arguments.args.first()? {
            GenericArgument::Type(inner) => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// The table that Diesel's derives would look for: snake case and an `s`.
fn table_name(model: &Ident) -> String {
    let mut name = String::new();
    for (index, letter) in model.to_string().char_indices() {
        if letter.is_uppercase() && index > 0 {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name.push('s');
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_named_as_diesel_names_it() {
        assert_eq!(table_name(&syn::parse_quote!(Agent)), "agents");
        assert_eq!(table_name(&syn::parse_quote!(PaymentMethod)), "payment_methods");
    }

    #[test]
    fn an_option_is_seen_by_any_path() {
        assert!(option_of(&syn::parse_quote!(std::option::Option<u8>)).is_some());
        assert!(option_of(&syn::parse_quote!(Vec<u8>)).is_none());
    }
}
