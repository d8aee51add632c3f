//! Rows for tests.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use tenancy_core::Scoped;

/// Makes rows for a tenant, the same way for each.
///
/// A factory makes values to insert and runs no statement: what is inserted goes through the application's own code, which stamps
/// the tenant. Each row has another number, so that no two are alike, whosever they are.
///
/// # Examples
///
/// ```
/// use tenancy_test::kit::{Factory, Sequence, TestTenants};
/// use tenancy_core::{Scoped, TenantId};
///
/// #[derive(Debug)]
/// struct NewAgent { name: String }
///
/// #[derive(Default)]
/// struct Agents(Sequence);
///
/// impl Factory<TenantId> for Agents {
///     type Row = NewAgent;
///
///     fn sequence(&self) -> &Sequence {
///         &self.0
///     }
///
///     fn row(&self, _: &Scoped<TenantId>, number: u64) -> NewAgent {
///         NewAgent { name: format!("agent {number}") }
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let tenants = TestTenants::new().await;
/// let agents = Agents::default();
/// let [of_a, of_b] = tenants.both().map(|scope| agents.rows(scope, 2));
/// assert_eq!([&of_a[1].name, &of_b[0].name], ["agent 2", "agent 3"]);
/// # }
/// ```
pub trait Factory<I> {
    /// What is inserted.
    type Row;

    /// Where the numbers of rows come from.
    fn sequence(&self) -> &Sequence;

    /// The row of this number for a tenant.
    fn row(&self, scope: &Scoped<I>, number: u64) -> Self::Row;

    /// The next row.
    fn next(&self, scope: &Scoped<I>) -> Self::Row {
        self.row(scope, self.sequence().next())
    }

    /// So many more rows.
    fn rows(&self, scope: &Scoped<I>, count: usize) -> Vec<Self::Row> {
        std::iter::repeat_with(|| self.next(scope)).take(count).collect()
    }
}

/// Numbers, each once, from one on. Tests that run beside each other may share it.
#[derive(Default)]
pub struct Sequence(AtomicU64);

impl Sequence {
    /// One that has not begun.
    #[must_use]
    pub const fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// The next number.
    pub fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Sequence").field(&self.0.load(Ordering::Relaxed)).finish()
    }
}
