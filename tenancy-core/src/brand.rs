//! Brands make the scopes of two tenants in one function two types.

/// A type that marks scopes, so that those of another brand are another type.
///
/// [`brand!`](crate::brand) declares them; there is seldom a reason to implement it by hand. It has no
/// methods and gives no access: [`Scoped::branded`](crate::Scoped::branded) needs a scope that was already
/// admitted.
///
/// `Scoped::branded::<T>` with a `T` that is not a brand is reported as "`T` is not a brand".
///
/// # Examples
///
/// ## A brand that spans functions
///
/// ```
/// use tenancy_core::{Brand, Scoped, TenantId};
///
/// enum Source {}
/// enum Target {}
/// impl Brand for Source {}
/// impl Brand for Target {}
///
/// fn copy_plan(from: &Scoped<TenantId, Source>, to: &Scoped<TenantId, Target>) -> String {
///     format!("{} -> {}", from.tenant(), to.tenant())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a brand",
    label = "this type does not mark scopes",
    note = "declare brands where the scopes are: `brand!(north = &north_scope, south = &south_scope);`",
    note = "or implement `Brand` for an empty enum that several functions share"
)]
pub trait Brand: 'static {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for crate::Unbranded {}
}

/// What a scope that takes a brand has in its place: [`Unbranded`](crate::Unbranded), and nothing else. Sealed.
#[diagnostic::on_unimplemented(
    message = "this scope has the brand `{Self}`, and cannot be given another",
    label = "two tenants' scopes could be given one brand, and then be mixed up",
    note = "brand the scope that `Authority::admit` returned, or be generic over the brand: `fn f<B>(scope: &Scoped<TenantId, B>)`",
    note = "T0009: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0009"
)]
pub trait TakesBrand: sealed::Sealed {}
impl TakesBrand for crate::Unbranded {}

/// Gives each of several scopes a type of its own, so that mixing them up does not compile.
///
/// `brand!(north = &a, south = &b);` declares in the surrounding block an empty type `north` and a variable
/// `north`, the scope `a` under that brand; the same for `south`. The right side is anything that a method
/// call finds a [`Scoped`](crate::Scoped) through: a scope, a reference, an `Arc`, an expression. The scope
/// is copied, not moved.
///
/// A function that takes `&Scoped<TenantId>` does not take a branded scope; one that should is generic over the
/// brand, like `same_tenant` below. A name is declared once in a block.
///
/// # Tenancy
///
/// A brand is neither taken off nor changed. It distinguishes places in the source, not values: scopes branded in a
/// loop, by one function called twice, or by the same hand-written [`Brand`] share their brand and mix freely. Nothing
/// checks that two brands are two tenants, either.
///
/// # Examples
///
/// ## Two tenants in one function
///
/// ```
/// use tenancy_core::{Scoped, TenantId, brand};
///
/// fn same_tenant<B>(left: &Scoped<TenantId, B>, right: &Scoped<TenantId, B>) -> bool {
///     left.tenant() == right.tenant()
/// }
///
/// fn compare(first: &Scoped<TenantId>, second: &Scoped<TenantId>) -> bool {
///     brand!(north = first, south = second);
///     same_tenant(&north, &north) && same_tenant(&south, &south)
/// }
/// ```
///
/// ## Mixing them is a type mismatch
///
/// ```compile_fail,E0308
/// use tenancy_core::{Scoped, TenantId, brand};
///
/// fn same_tenant<B>(left: &Scoped<TenantId, B>, right: &Scoped<TenantId, B>) -> bool {
///     left.tenant() == right.tenant()
/// }
///
/// fn compare(first: &Scoped<TenantId>, second: &Scoped<TenantId>) -> bool {
///     brand!(north = first, south = second);
///     same_tenant(&north, &south)
/// }
/// ```
#[macro_export]
macro_rules! brand {
    ($($name:ident = $scope:expr),+ $(,)?) => {
        $(
            #[allow(non_camel_case_types, clippy::items_after_statements)]
            enum $name {}
            impl $crate::Brand for $name {}
            let $name = $scope.branded::<$name>();
        )+
    };
}

#[cfg(test)]
mod tests {
    use std::any::type_name_of_val;
    use std::sync::Arc;

    use crate::{Scoped, TenantId};

    fn admitted() -> Scoped<TenantId> {
        Scoped::mint(TenantId::new(), "alice".into())
    }

    #[test]
    fn each_name_is_its_own_type_and_keeps_its_tenant() {
        let (first, second) = (admitted(), admitted());
        brand!(north = &first, south = &second);
        assert_eq!(north.tenant(), first.tenant());
        assert_eq!(south.tenant(), second.tenant());
        assert!(type_name_of_val(&north).ends_with("::north>"), "{}", type_name_of_val(&north));
        assert!(type_name_of_val(&south).ends_with("::south>"), "{}", type_name_of_val(&south));
    }

    #[test]
    fn takes_whatever_leads_to_a_scope() {
        let scope = admitted();
        let shared = Arc::new(scope.clone());
        let reference = &&scope;
        let list = [admitted()];
        brand!(place = scope, a = reference, b = shared, c = list[0], d = *reference, e = admitted(),);
        assert!([a.tenant(), b.tenant(), d.tenant(), place.tenant()].iter().all(|id| *id == scope.tenant()));
        assert_eq!(c.tenant(), list[0].tenant());
        assert_ne!(e.tenant(), scope.tenant());
    }

    #[test]
    fn a_name_may_shadow_the_scope_it_brands() {
        let north = admitted();
        let id = *north.tenant();
        brand!(north = north);
        assert_eq!(*north.tenant(), id);
    }

    #[tokio::test]
    async fn branded_scopes_live_across_awaits_in_a_spawned_task() {
        let (first, second) = (admitted(), admitted());
        let expected = (*first.tenant(), *second.tenant());
        let task = tokio::spawn(async move {
            brand!(north = first, south = second);
            tokio::task::yield_now().await;
            (*north.tenant(), *south.tenant())
        });
        assert_eq!(task.await.unwrap(), expected);
    }
}
