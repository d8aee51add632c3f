//! What runs through a `TenantPool`: behind each wall, on either connection.

/// Whose an operation is: of another tenant each time, or of one tenant alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Each,
    One,
}

impl Of {
    /// What a variant's name ends with.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Each => "",
            Self::One => ", one tenant",
        }
    }
}

/// Adds the operation to `variants`, for each of `$of`. Each time that the tenant changes it takes `$trips` round trips with diesel-async's
/// connection, and one with ours. The two are of different types, which is why this is no function.
macro_rules! through_pools {
    ($variants:ident, $bench:ident, $operation:literal, $trips:literal, $of:expr, |$tenants:ident, $scope:ident, $key:ident| $work:expr) => {
        for of in $of {
            for kind in $crate::databases::Kind::ALL {
                let trips = if of == $crate::groups::through::Of::One { 1 } else { $trips };
                $variants.push($crate::measure::Variant::new(
                    format!("tenants.{}, {}{}", $operation, kind.words(), of.words()),
                    trips,
                    $bench.tenants(kind).await?,
                    async move |state, key| {
                        let ($tenants, scopes) = &*state;
                        let $key =
                            if of == $crate::groups::through::Of::One { key.of_one_tenant() } else { key };
                        let $scope = &scopes[$key.tenant];
                        $work
                    },
                ));
                $variants.push($crate::measure::Variant::new(
                    format!("tenants.{} on OneSyncConnection, {}{}", $operation, kind.words(), of.words()),
                    1,
                    $bench.tenants_one_sync(kind).await?,
                    async move |state, key| {
                        let ($tenants, scopes) = &*state;
                        let $key =
                            if of == $crate::groups::through::Of::One { key.of_one_tenant() } else { key };
                        let $scope = &scopes[$key.tenant];
                        $work
                    },
                ));
            }
        }
    };
}

pub(super) use through_pools;
