//! The assertion that one tenant sees nothing of another, and leaves it alone.

use std::fmt::Debug;

/// Why two tenants are not isolated, or why that was not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotIsolated {
    /// A row of one tenant was in the answer to the other.
    #[error("`{table}`: tenant {reader} was given a row of tenant {owner}: {row}")]
    Seen {
        /// What was read.
        table: String,
        /// Who was given it.
        reader: String,
        /// Whose it is.
        owner: String,
        /// The row, by its `Debug`.
        row: String,
    },
    /// What one tenant did changed or removed a row of the other.
    #[error("`{table}`: what tenant {actor} did changed or removed a row of tenant {owner}: {row}")]
    Changed {
        /// What was read.
        table: String,
        /// Who did something.
        actor: String,
        /// Whose row it was.
        owner: String,
        /// The row as it was.
        row: String,
    },
    /// What one tenant did left a row with the other.
    #[error("`{table}`: what tenant {actor} did made a row of tenant {owner}: {row}")]
    Planted {
        /// What was read.
        table: String,
        /// Who did something.
        actor: String,
        /// Who has it now.
        owner: String,
        /// The row.
        row: String,
    },
    /// Nothing was shown: a tenant has no row that could have been seen.
    #[error(
        "`{table}`: tenant {tenant} has no rows, so that nothing could be seen of it: insert some for both tenants first"
    )]
    NothingToSee {
        /// What was read.
        table: String,
        /// Who has none.
        tenant: String,
    },
}

/// Compares what both tenants read, before and after one of them did something.
///
/// # Errors
///
/// [`NotIsolated`], of the first row that is not as it should be.
#[doc(hidden)]
pub fn check<R: Debug>(
    table: &str,
    tenants: [&dyn std::fmt::Display; 2],
    before: [&[R]; 2],
    of_b_after: Option<&[R]>,
) -> Result<(), NotIsolated> {
    let [a, b] = tenants.map(ToString::to_string);
    let rows = |rows: &[R]| -> Vec<String> { rows.iter().map(|row| format!("{row:?}")).collect() };
    let [of_a, of_b] = before.map(rows);
    let table = table.to_owned();
    for (tenant, rows) in [(&a, &of_a), (&b, &of_b)] {
        if rows.is_empty() {
            return Err(NotIsolated::NothingToSee { table, tenant: tenant.clone() });
        }
    }
    // The answer that is longer was given too much, if one was.
    let (reader, owner, all, own) =
        if of_a.len() >= of_b.len() { (&a, &b, &of_a, &of_b) } else { (&b, &a, &of_b, &of_a) };
    if let Some(row) = all.iter().find(|row| own.contains(row)) {
        return Err(NotIsolated::Seen {
            table,
            reader: reader.clone(),
            owner: owner.clone(),
            row: row.clone(),
        });
    }
    let Some(after) = of_b_after.map(rows) else { return Ok(()) };
    if let Some(row) = of_b.iter().find(|row| !after.contains(row)) {
        return Err(NotIsolated::Changed { table, actor: a, owner: b, row: row.clone() });
    }
    match after.iter().find(|row| !of_b.contains(row)) {
        Some(row) => Err(NotIsolated::Planted { table, actor: a, owner: b, row: row.clone() }),
        None => Ok(()),
    }
}

/// Asserts that tenants see nothing of each other and, with `act`, that what A does leaves B's rows as they are.
///
/// What is read is an expression for each scope, which may `.await`, and is evaluated where the macro stands. Its rows are compared by
/// their `Debug`: select what tells them apart, a text of a [`Factory`](crate::kit::Factory) if the two tenants have the same keys. A tenant
/// without rows fails it, because nothing would be shown.
///
/// # Panics
///
/// With the table, the row, and whose it is.
///
/// # Examples
///
/// ```
/// use tenancy_test::assert_isolated;
/// use tenancy_test::kit::TestTenants;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let tenants = TestTenants::of(1, 2).await;
/// let mut rows = vec![(1, "ada"), (2, "zoe")];
///
/// assert_isolated!("agents", tenants,
///     |scope| rows.iter().filter(|row| row.0 == *scope.tenant()).copied().collect::<Vec<_>>());
///
/// assert_isolated!("agents", tenants,
///     |scope| rows.iter().filter(|row| row.0 == *scope.tenant()).copied().collect::<Vec<_>>(),
///     act |scope| rows.retain(|row| row.0 != *scope.tenant()));
/// # }
/// ```
#[macro_export]
macro_rules! assert_isolated {
    ($table:expr, $tenants:expr, |$scope:ident| $read:expr $(, act |$actor:ident| $act:expr)? $(,)?) => {{
        let tenants = &$tenants;
        let of_a = {
            let $scope = tenants.a();
            $read
        };
        let of_b = {
            let $scope = tenants.b();
            $read
        };
        #[allow(unused_mut, unused_assignments, reason = "there may be nothing to do")]
        let mut after = ::core::option::Option::None;
        $(
            // What can be shown by reading is shown before anything is done.
            $crate::assert_isolated!(@check $table, tenants, of_a, of_b, after);
            {
                let $actor = tenants.a();
                let _ = $act;
            }
            after = ::core::option::Option::Some({
                let $scope = tenants.b();
                $read
            });
        )?
        $crate::assert_isolated!(@check $table, tenants, of_a, of_b, after);
    }};
    (@check $table:expr, $tenants:ident, $of_a:ident, $of_b:ident, $after:ident) => {
        if let ::core::result::Result::Err(error) = $crate::kit::__check(
            $table,
            [$tenants.a().tenant(), $tenants.b().tenant()],
            [&$of_a[..], &$of_b[..]],
            $after.as_ref().map(|rows: &::std::vec::Vec<_>| &rows[..]),
        ) {
            ::core::panic!("assert_isolated: {error}");
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(before: [&[&str]; 2], after: Option<&[&str]>) -> String {
        check("agents", [&"acme", &"globex"], before, after)
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    }

    #[test]
    fn f33_each_way_not_to_be_isolated_names_the_table_and_the_row() {
        assert_eq!(said([&["ada"], &["zoe"]], Some(&["zoe"])), "");
        assert_eq!(
            said([&["ada", "zoe"], &["zoe"]], None),
            "`agents`: tenant acme was given a row of tenant globex: \"zoe\""
        );
        assert_eq!(
            said([&["ada"], &["ada", "zoe"]], None),
            "`agents`: tenant globex was given a row of tenant acme: \"ada\""
        );
        let changed = "`agents`: what tenant acme did changed or removed a row of tenant globex: \"zoe\"";
        assert_eq!(said([&["ada"], &["zoe"]], Some(&[])), changed);
        assert_eq!(said([&["ada"], &["zoe"]], Some(&["ZOE"])), changed);
        let planted = "`agents`: what tenant acme did made a row of tenant globex: \"eve\"";
        assert_eq!(said([&["ada"], &["zoe"]], Some(&["zoe", "eve"])), planted);
        assert!(said([&["ada"], &[]], None).starts_with("`agents`: tenant globex has no rows"));
    }
}
