//! Features that are off unless something turns them on.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tenancy_core::{InvalidTenantKey, Scoped, ToTenantKey};

use crate::caller::Caller;
use crate::{Asked, Held, Refusal, Rule};

/// A feature, which is off unless something turns it on: an override of the tenant's, its plan, or a share of all tenants.
///
/// | Asked in this order | Says |
/// |---|---|
/// | an override of the tenant's, where [`Flags`] have some | on, or off |
/// | [`on_for`](Self::on_for): the plan | on, or nothing |
/// | [`rollout`](Self::rollout): the share | on, or nothing |
/// | nothing | off |
///
/// # Examples
///
/// ```
/// use tenancy_core::testing;
/// use tenancy_policies::Flag;
///
/// #[derive(PartialEq)]
/// enum Plan { Free, Pro }
///
/// const AUDIT_LOG: Flag<Plan> = Flag::new("audit-log").on_for(|plan| *plan == Plan::Pro);
///
/// assert!(AUDIT_LOG.is_on(&testing::admitted("acme", Plan::Pro))?);
/// assert!(!AUDIT_LOG.is_on(&testing::admitted("globex", Plan::Free))?);
/// # Ok::<(), tenancy_core::InvalidTenantKey>(())
/// ```
pub struct Flag<D = ()> {
    name: &'static str,
    on_for: fn(&D) -> bool,
    percent: u8,
}

impl<D> Flag<D> {
    /// A feature that is off for everybody. Its name is what overrides call it.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, on_for: nobody::<D>, percent: 0 }
    }

    /// Turns it on for those whose details say so: a plan.
    #[must_use]
    pub const fn on_for(mut self, rule: fn(&D) -> bool) -> Self {
        self.on_for = rule;
        self
    }

    /// Turns it on for this share of all tenants, in percent.
    ///
    /// Whether a tenant is among them does not change from one process, machine or version of this crate to the next, and whoever
    /// is among ten percent is among twenty. It is the first eight bytes of the SHA-256 of `flags:TENANT:_count:rollout:NAME`, encoded as in
    /// [`tenancy_core::names`], as a big-endian number, modulo 100: other tenants for each flag.
    #[must_use]
    pub const fn rollout(mut self, percent: u8) -> Self {
        self.percent = percent;
        self
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Whether it is on for this caller, without any overrides.
    ///
    /// # Errors
    ///
    /// [`InvalidTenantKey`] when the tenant's id has no text.
    pub fn is_on(&self, caller: &impl Caller<D>) -> Result<bool, InvalidTenantKey> {
        Ok((self.on_for)(caller.details()) || self.is_rolled_out(caller.scope())?)
    }

    fn is_rolled_out<I: ToTenantKey, B>(&self, scope: &Scoped<I, B>) -> Result<bool, InvalidTenantKey> {
        let key = scope.names("flags")?.counter_key(["rollout", self.name]);
        let hash: [u8; 32] = Sha256::digest(key.as_str().as_bytes()).into();
        let [a, b, c, d, e, f, g, h, ..] = hash;
        Ok(u64::from_be_bytes([a, b, c, d, e, f, g, h]) % 100 < u64::from(self.percent))
    }

    fn refuse_unless(&self, on: bool) -> Result<(), Refusal> {
        if on { Ok(()) } else { Err(Refusal::TurnedOff { what: self.name }) }
    }
}

fn nobody<D>(_: &D) -> bool {
    false
}

impl<D> Clone for Flag<D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<D> Copy for Flag<D> {}

impl<D> fmt::Debug for Flag<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flag")
            .field("name", &self.name)
            .field("percent", &self.percent)
            .finish_non_exhaustive()
    }
}

/// As a rule it refuses where the flag is off, without any overrides.
impl<I: ToTenantKey, D: Send + Sync + 'static> Rule<I, D> for Flag<D> {
    async fn check(&self, asked: &Asked<'_, I, D>) -> Result<Held, Refusal> {
        self.refuse_unless(self.is_on(asked)?).map(|()| Held::nothing())
    }
}

/// What is known of tenants for whom a flag is on or off whatever else is said of it.
///
/// [`Settings::flags`](crate::Settings::flags) makes one of the tenants' settings.
#[diagnostic::on_unimplemented(
    message = "`{Self}` knows no overrides of flags",
    note = "`Settings::flags` makes one of a field of the tenants' settings"
)]
pub trait FlagOverrides: Send + Sync + 'static {
    /// The type of the tenants' ids.
    type TenantId: ToTenantKey;

    /// Whether `flag` is overridden for the tenant, and how.
    ///
    /// # Errors
    ///
    /// When the question cannot be answered. Then the flag is neither on nor off: whoever asked gets the error.
    fn overridden<B: 'static>(
        &self,
        scope: &Scoped<Self::TenantId, B>,
        flag: &'static str,
    ) -> impl Future<Output = Result<Option<bool>, Refusal>> + Send;
}

/// Flags with overrides for single tenants.
///
/// # Examples
///
/// See [`Settings::flags`](crate::Settings::flags).
#[derive(Debug)]
pub struct Flags<O> {
    overrides: Arc<O>,
}

impl<O: FlagOverrides> Flags<O> {
    /// Asks `overrides` before anything else.
    pub fn new(overrides: O) -> Self {
        Self { overrides: Arc::new(overrides) }
    }

    /// Whether the flag is on for this caller.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] when the overrides are not known.
    pub async fn is_on<D, C>(&self, caller: &C, flag: &Flag<D>) -> Result<bool, Refusal>
    where
        C: Caller<D, TenantId = O::TenantId, Brand: 'static> + Sync,
    {
        let otherwise = flag.is_on(caller)?;
        Ok(self.overrides.overridden(caller.scope(), flag.name).await?.unwrap_or(otherwise))
    }

    /// Refuses where it is off.
    ///
    /// # Errors
    ///
    /// [`Refusal::TurnedOff`], and as [`is_on`](Self::is_on).
    pub async fn require<D, C>(&self, caller: &C, flag: &Flag<D>) -> Result<(), Refusal>
    where
        C: Caller<D, TenantId = O::TenantId, Brand: 'static> + Sync,
    {
        flag.refuse_unless(self.is_on(caller, flag).await?)
    }

    /// A rule of a [`Governance`](crate::Governance): the flag has to be on.
    #[must_use]
    pub fn needs<D>(&self, flag: Flag<D>) -> NeedsFlag<O, D> {
        NeedsFlag { flags: self.clone(), flag }
    }
}

impl<O> Clone for Flags<O> {
    fn clone(&self) -> Self {
        Self { overrides: Arc::clone(&self.overrides) }
    }
}

/// A [`Rule`] that a flag has to be on: [`Flags::needs`].
#[derive(Debug)]
pub struct NeedsFlag<O, D> {
    flags: Flags<O>,
    flag: Flag<D>,
}

impl<O: FlagOverrides, D: Send + Sync + 'static> Rule<O::TenantId, D> for NeedsFlag<O, D> {
    async fn check(&self, asked: &Asked<'_, O::TenantId, D>) -> Result<Held, Refusal> {
        self.flags.require(asked, &self.flag).await.map(|()| Held::nothing())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tenancy_core::testing;

    use super::*;

    /// F13: deny by default.
    #[test]
    fn f13_a_flag_is_off_unless_something_turns_it_on() {
        const NEW: Flag<u8> = Flag::new("new");
        let caller = testing::admitted("acme", 3);
        assert!(!NEW.is_on(&caller).unwrap());
        assert!(NEW.on_for(|plan| *plan > 2).is_on(&caller).unwrap());
        assert!(!NEW.on_for(|plan| *plan > 3).is_on(&caller).unwrap());
        assert!(NEW.rollout(100).is_on(&caller).unwrap());
    }

    /// F13: pinned, because it is documented: a change would turn features off and others on.
    #[test]
    fn f13_the_share_is_of_the_documented_hash() {
        let on = |percent| {
            let flag: Flag = Flag::new("new-editor").rollout(percent);
            (0..1000).filter(|tenant| flag.is_on(&testing::scope(*tenant)).unwrap()).collect::<Vec<u32>>()
        };
        // As `sha256sum` says.
        assert_eq!(on(1)[..3], [22, 47, 147]);
        assert_eq!([0, 10, 50, 100].map(|percent| on(percent).len()), [0, 91, 499, 1000]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn f13_whoever_is_among_fewer_is_among_more(tenant in any::<u64>(), name in 0..3_usize, fewer in 0..=100_u8, more in 0..=100_u8) {
            let (fewer, more) = (fewer.min(more), fewer.max(more));
            let flag: Flag = Flag::new(["a", "b", "c"][name]);
            let scope = testing::scope(tenant);
            prop_assert!(!flag.rollout(fewer).is_on(&scope).unwrap() || flag.rollout(more).is_on(&scope).unwrap());
            prop_assert!(!flag.rollout(0).is_on(&scope).unwrap() && flag.rollout(100).is_on(&scope).unwrap());
        }
    }
}
