//! What a plan allows.

/// What a plan allows of something: a number of units, a [`Rate`](crate::Rate), a number of permits.
///
/// A limit's rule returns one for the details of a caller. [`NotInPlan`](Self::NotInPlan) is a refusal that no waiting
/// changes (403), where [`AtMost`](Self::AtMost) is one that passes (429).
///
/// # Examples
///
/// ```
/// use tenancy_policies::Allowance;
///
/// enum Plan { Free, Pro, Enterprise }
///
/// fn exports_a_month(plan: &Plan) -> Allowance<u64> {
///     match plan {
///         Plan::Free => Allowance::NotInPlan,
///         Plan::Pro => Allowance::AtMost(100),
///         Plan::Enterprise => Allowance::Unlimited,
///     }
/// }
/// # assert_eq!(exports_a_month(&Plan::Free), Allowance::NotInPlan);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Allowance<T> {
    /// The plan does not have it.
    NotInPlan,
    /// As much as this. Zero is as good as not in the plan, and refused as such.
    AtMost(T),
    /// As much as one likes. It is not counted.
    Unlimited,
}

impl<T> From<T> for Allowance<T> {
    fn from(most: T) -> Self {
        Self::AtMost(most)
    }
}
