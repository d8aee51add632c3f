//! Units that were counted, until it is known whether they are used.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::Refusal;
use crate::caller::Who;
use crate::store::{HeldUnits, InProcessUnits, Store};

/// Units of a [`Quota`](super::Quota) that are counted, and given back unless [`commit`](Self::commit) says that they are used.
///
/// Dropped, it gives them back: at once in the process; with Redis by a task of its own, or, outside of a runtime and when Redis
/// does not answer, when the [`Hold`](super::Hold) lapses.
#[must_use = "a reservation that is dropped gives its units back: commit it when the action is done"]
pub struct Reservation {
    what: &'static str,
    units: u64,
    held: Option<Box<Counted>>,
}

struct Counted {
    store: Store,
    who: Who,
    held: HeldUnits,
}

impl Reservation {
    pub(super) fn uncounted(what: &'static str, units: u64) -> Self {
        Self { what, units, held: None }
    }

    pub(super) fn held(store: Store, what: &'static str, units: u64, who: Who, held: HeldUnits) -> Self {
        Self { what, units, held: Some(Box::new(Counted { store, who, held })) }
    }

    /// How many units.
    #[must_use]
    pub const fn units(&self) -> u64 {
        self.units
    }

    /// Whether they are counted. They are not where the plan has no limit, or where the store was away and the program lets through.
    #[must_use]
    pub const fn is_counted(&self) -> bool {
        self.held.is_some()
    }

    /// Says that the units are used.
    ///
    /// # Errors
    ///
    /// [`SettleError::Lapsed`] when this comes after the hold, and [`SettleError::Unavailable`] when the store does not answer.
    ///
    /// # Cancellation
    ///
    /// It goes on when nobody waits for it.
    pub async fn commit(mut self) -> Result<(), SettleError> {
        match self.held.take() {
            Some(counted) => counted.commit(self.what, self.units).await,
            None => Ok(()),
        }
    }

    /// Gives the units back, and waits until they are.
    ///
    /// # Errors
    ///
    /// [`SettleError::Unavailable`] when the store does not answer: then they lapse with their hold.
    pub async fn cancel(mut self) -> Result<(), SettleError> {
        match self.held.take() {
            Some(counted) => counted.cancel(self.what, self.units).await,
            None => Ok(()),
        }
    }

    /// [`commit`](Self::commit) for whoever has the action's answer and nobody to tell of a failure but the audit sink.
    pub(crate) async fn commit_or_report(mut self) {
        let Some(counted) = self.held.take() else { return };
        let (store, who) = (counted.store.clone(), counted.who.clone());
        if let Err(error) = counted.commit(self.what, self.units).await {
            store.report_skipped(self.what, &who, &error.to_string());
        }
    }

    /// [`cancel`](Self::cancel) for whoever has the action's error already.
    pub(crate) async fn cancel_or_report(self) {
        let what = self.what;
        if let Err(error) = self.cancel().await {
            tracing::warn!(target: crate::TARGET, quota = what, %error, "reserved units were not given back: they lapse with their hold");
        }
    }

    /// Of units that are taken for good already.
    pub(super) fn forget(mut self) {
        if let Some(counted) = self.held.take() {
            match counted.held {
                HeldUnits::InProcess(units) => units.keep(),
                #[cfg(feature = "redis")]
                // They were never held.
                HeldUnits::Redis(units) => drop(units),
            }
        }
    }
}

impl Counted {
    #[cfg_attr(not(feature = "redis"), expect(unused_variables, reason = "in the process nothing fails"))]
    async fn commit(self, what: &'static str, units: u64) -> Result<(), SettleError> {
        match self.held {
            HeldUnits::InProcess(held) => {
                held.keep();
                Ok(())
            }
            #[cfg(feature = "redis")]
            HeldUnits::Redis(held) => match held.commit().await {
                Ok(true) => Ok(()),
                Ok(false) => Err(SettleError::Lapsed { what, units }),
                Err(failure) => Err(SettleError::Unavailable { what, units, source: failure.source }),
            },
        }
    }

    #[cfg_attr(not(feature = "redis"), expect(unused_variables, reason = "in the process nothing fails"))]
    async fn cancel(self, what: &'static str, units: u64) -> Result<(), SettleError> {
        match self.held {
            HeldUnits::InProcess(held) => {
                drop::<InProcessUnits>(held);
                Ok(())
            }
            #[cfg(feature = "redis")]
            HeldUnits::Redis(held) => match held.give_back().await {
                // What has lapsed is given back.
                Ok(_) => Ok(()),
                Err(failure) => Err(SettleError::Unavailable { what, units, source: failure.source }),
            },
        }
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reservation")
            .field("what", &self.what)
            .field("units", &self.units)
            .field("counted", &self.is_counted())
            .finish_non_exhaustive()
    }
}

/// A reservation was not settled as it was meant.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// The hold was over before the action was. The units are counted now, above the limit if others have taken them meanwhile.
    #[error(
        "{units} units of `{what}` were held for less time than their action took: they are counted, perhaps above the limit; \
         give the quota a longer `hold`"
    )]
    Lapsed {
        /// The quota.
        what: &'static str,
        /// How many.
        units: u64,
    },
    /// The store did not answer. Units that it holds lapse with their hold: what was done may not be counted.
    #[error(
        "{units} units of `{what}` are not settled, because the store does not answer: they lapse with their hold"
    )]
    Unavailable {
        /// The quota.
        what: &'static str,
        /// How many.
        units: u64,
        /// What happened.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
}

/// Why [`Quota::spend`](super::Quota::spend) has no answer of its action.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SpendError<E> {
    /// The action was not begun.
    #[error("not allowed")]
    Refused(#[source] Refusal),
    /// The action failed, and its units were given back.
    #[error("the action failed")]
    Action(#[source] E),
}
