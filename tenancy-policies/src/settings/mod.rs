//! Settings with defaults, and what each tenant has set.

mod generations;
mod overlay;
mod source;

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tenancy_core::{InvalidTenantKey, Scoped, TenantKey, ToTenantKey as _};

use crate::{FlagOverrides, Refusal};
use generations::Generations;

pub use overlay::InvalidSetting;
pub use source::OverlaySource;

/// How often a lookup that an invalidation overtakes is asked again before its answer is used without being kept.
const REPEATS: usize = 3;

/// The settings of tenants: a type of the application's, whose `Default` are the defaults, with what the tenant has set over them.
///
/// A setting that is new has its default for everybody. One that is stored and does not exist any more, or is of another type, is
/// [named in an error](SettingsError::Invalid), or left at its default and reported, by choice ([`OnInvalid`]); what is meant to be ignored is
/// listed by [`retired`](SettingsOptions::retired).
///
/// What is stored is merged object by object as deep as the defaults go. Lists, and maps that are empty by default, are taken as a whole; so a
/// map has an empty default, and an `enum` with fields in it is no setting.
///
/// # Examples
///
/// ```
/// # use std::convert::Infallible;
/// # use serde_json::{Value, json};
/// # use tenancy_core::{Scoped, TenantId};
/// # use tenancy_policies::OverlaySource;
/// # struct Kept;
/// # impl OverlaySource for Kept {
/// #     type TenantId = TenantId;
/// #     type Error = Infallible;
/// #     async fn overlay<B: 'static>(&self, _: &Scoped<TenantId, B>) -> Result<Option<Value>, Infallible> {
/// #         Ok(Some(json!({"mail": {"a_day": 7}, "flags": {"new-editor": true}})))
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::collections::BTreeMap;
/// use serde::{Deserialize, Serialize};
/// use tenancy_core::testing;
/// use tenancy_policies::{Flag, Flags, Settings, SettingsOptions};
///
/// #[derive(Serialize, Deserialize)]
/// struct Shop { title: String, mail: Mail, flags: BTreeMap<String, bool> }
///
/// #[derive(Serialize, Deserialize)]
/// struct Mail { sender: String, a_day: u16 }
///
/// impl Default for Shop {
///     fn default() -> Self {
///         let mail = Mail { sender: "shop@example.com".into(), a_day: 10 };
///         Self { title: "Shop".into(), mail, flags: BTreeMap::new() }
///     }
/// }
///
/// let settings = Settings::<_, Shop>::new(Kept, SettingsOptions::new())?; // of an `OverlaySource`
/// let scope = testing::scope(TenantId::new()); // from `Authority::admit`
/// let shop = settings.get(&scope).await?;
/// assert_eq!((shop.title.as_str(), shop.mail.a_day), ("Shop", 7));
///
/// // Overrides of flags, for single tenants.
/// const NEW_EDITOR: Flag = Flag::new("new-editor");
/// let flags = Flags::new(settings.flags(|shop| &shop.flags));
/// assert!(flags.is_on(&scope, &NEW_EDITOR).await?);
/// # Ok(())
/// # }
/// ```
pub struct Settings<S, T>(Arc<Inner<S, T>>);

struct Inner<S, T> {
    source: S,
    defaults: Value,
    options: SettingsOptions,
    kept: Cache<(u64, TenantKey), Arc<T>>,
    generations: Generations,
}

/// What becomes of a setting that is stored and cannot be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnInvalid {
    /// The tenant has no settings until it is mended: [`SettingsError::Invalid`].
    #[default]
    Refuse,
    /// It is left at its default, and reported by `tracing` each time that the settings are read.
    UseDefault,
}

/// How settings are read, and for how long they are kept.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tenancy_policies::{OnInvalid, SettingsOptions};
///
/// let options = SettingsOptions::new()
///     .on_invalid(OnInvalid::UseDefault)
///     .retired(&["mail.reply_to"])
///     .time_to_live(Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct SettingsOptions {
    on_invalid: OnInvalid,
    retired: &'static [&'static str],
    time_to_live: Duration,
    capacity: u64,
}

impl SettingsOptions {
    /// What cannot be used is an error; kept for half a minute, of ten thousand tenants.
    pub const fn new() -> Self {
        Self {
            on_invalid: OnInvalid::Refuse,
            retired: &[],
            time_to_live: Duration::from_secs(30),
            capacity: 10_000,
        }
    }

    /// What becomes of a setting that cannot be used.
    pub const fn on_invalid(mut self, choice: OnInvalid) -> Self {
        self.on_invalid = choice;
        self
    }

    /// Names of settings that there were once, and that are ignored where they are still stored.
    pub const fn retired(mut self, names: &'static [&'static str]) -> Self {
        self.retired = names;
        self
    }

    /// The longest that settings are used after they were read: another process hears of a change by then.
    pub const fn time_to_live(mut self, time_to_live: Duration) -> Self {
        self.time_to_live = time_to_live;
        self
    }

    /// The most tenants whose settings are kept.
    pub const fn capacity(mut self, tenants: u64) -> Self {
        self.capacity = tenants;
        self
    }
}

impl Default for SettingsOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: OverlaySource, T> Settings<S, T>
where
    T: Default + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    /// The settings that `source` keeps, over the defaults of `T`.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Defaults`] when the defaults are no JSON object that is read back.
    pub fn new(source: S, options: SettingsOptions) -> Result<Self, SettingsError> {
        let defaults =
            serde_json::to_value(T::default()).map_err(|error| SettingsError::Defaults(error.to_string()))?;
        if !defaults.is_object() {
            return Err(SettingsError::Defaults(
                "they are no object, with a name for each setting".to_owned(),
            ));
        }
        T::deserialize(&defaults).map_err(|error| SettingsError::Defaults(error.to_string()))?;
        // The cache refuses to be built with more than a thousand years.
        let time_to_live = options.time_to_live.min(Duration::from_secs(365 * 24 * 3600));
        let kept = Cache::builder().max_capacity(options.capacity).time_to_live(time_to_live).build();
        Ok(Self(Arc::new(Inner { source, defaults, options, kept, generations: Generations::new() })))
    }

    /// The settings of this tenant.
    ///
    /// # Errors
    ///
    /// [`SettingsError`], when they cannot be read, or are not as they should be.
    pub async fn get<B: 'static>(&self, scope: &Scoped<S::TenantId, B>) -> Result<Arc<T>, SettingsError> {
        let inner = &*self.0;
        let tenant = scope.tenant().to_tenant_key()?;
        for _ in 0..REPEATS {
            let generation = inner.generations.of(&tenant);
            let read = inner.read(scope, &tenant);
            let answer = inner.kept.try_get_with((generation, tenant.clone()), read).await;
            if inner.generations.of(&tenant) == generation {
                return answer.map_err(Arc::unwrap_or_clone);
            }
            // It was asked for before a change, and may be from before it.
        }
        inner.read(scope, &tenant).await
    }

    /// Forgets what is kept of this tenant: after its settings were changed, when the transaction is committed.
    ///
    /// What is being read at this time is not kept either.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Tenant`].
    pub fn forget<B>(&self, scope: &Scoped<S::TenantId, B>) -> Result<(), SettingsError> {
        self.0.generations.advance(&scope.tenant().to_tenant_key()?);
        Ok(())
    }

    /// Forgets what is kept of everybody: when changes may have been missed.
    pub fn forget_all(&self) {
        self.0.generations.advance_all();
    }

    /// Checks what is about to be stored for a tenant, so that nobody stores what cannot be read.
    ///
    /// # Errors
    ///
    /// [`SettingsError::Invalid`], with each setting that cannot be used.
    pub fn validate(&self, overlay: &Value) -> Result<(), SettingsError> {
        let (_, settings) = self.0.merged(overlay)?;
        if settings.is_empty() { Ok(()) } else { Err(SettingsError::Invalid { settings }) }
    }

    /// Overrides of [`Flag`](crate::Flag)s, in a field of the settings.
    pub fn flags(&self, field: fn(&T) -> &BTreeMap<String, bool>) -> SettingsFlags<S, T> {
        SettingsFlags { settings: self.clone(), field }
    }
}

impl<S: OverlaySource, T: DeserializeOwned> Inner<S, T> {
    async fn read<B: 'static>(
        &self,
        scope: &Scoped<S::TenantId, B>,
        tenant: &TenantKey,
    ) -> Result<Arc<T>, SettingsError> {
        let overlay =
            self.source.overlay(scope).await.map_err(|error| SettingsError::Source(Arc::new(error)))?;
        let (settings, invalid) = self.merged(&overlay.unwrap_or(Value::Null))?;
        if invalid.is_empty() {
            return Ok(Arc::new(settings));
        }
        if self.options.on_invalid == OnInvalid::Refuse {
            return Err(SettingsError::Invalid { settings: invalid });
        }
        for InvalidSetting { name, reason } in &invalid {
            tracing::warn!(target: crate::TARGET, %tenant, setting = name, reason, "setting left at its default");
        }
        Ok(Arc::new(settings))
    }

    fn merged(&self, overlay: &Value) -> Result<(T, Vec<InvalidSetting>), SettingsError> {
        overlay::read(&self.defaults, overlay, self.options.retired)
            .map_err(|error| SettingsError::Defaults(error.to_string()))
    }
}

impl<S, T> Clone for Settings<S, T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S, T> fmt::Debug for Settings<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("options", &self.0.options).finish_non_exhaustive()
    }
}

/// Overrides of flags that are settings of the tenants: [`Settings::flags`].
pub struct SettingsFlags<S, T> {
    settings: Settings<S, T>,
    field: fn(&T) -> &BTreeMap<String, bool>,
}

impl<S, T> FlagOverrides for SettingsFlags<S, T>
where
    S: OverlaySource,
    T: Default + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    type TenantId = S::TenantId;

    async fn overridden<B: 'static>(
        &self,
        scope: &Scoped<S::TenantId, B>,
        flag: &'static str,
    ) -> Result<Option<bool>, Refusal> {
        let settings = self.settings.get(scope).await.map_err(|error| Refusal::unavailable(flag, error))?;
        Ok((self.field)(&settings).get(flag).copied())
    }
}

impl<S, T> fmt::Debug for SettingsFlags<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingsFlags").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A tenant's settings cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The source did not answer.
    #[error("the tenant's settings cannot be read")]
    Source(#[source] Arc<dyn Error + Send + Sync>),
    /// Some are stored that cannot be used.
    #[error("the tenant's settings cannot be used: {}", list(.settings))]
    Invalid {
        /// Each of them.
        settings: Vec<InvalidSetting>,
    },
    /// The application's defaults are not what settings can be put over.
    #[error("the defaults of the settings cannot be used: {0}")]
    Defaults(String),
    /// The tenant's id has no text to keep them by.
    #[error("nothing can be kept for this tenant")]
    Tenant(#[from] InvalidTenantKey),
}

fn list(settings: &[InvalidSetting]) -> String {
    settings.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
