//! Sealed tenants: a setting that nobody without the key can write.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::citus::on_all_nodes;
use super::error::RowSecurityError;
use super::quote::hex;

/// HMAC's block with SHA-256 (RFC 2104, FIPS 180-4).
const BLOCK: usize = 64;

/// The shortest secret: as long as the hash, as RFC 2104 (section 3) recommends.
const SHORTEST_SECRET: usize = 32;

/// Separates the seal's key from whatever else the same secret may be used for.
const PURPOSE: &[u8] = b"tenancy-diesel: sealing key, version 1";

/// How long a seal opens new transactions, unless told otherwise.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(60);

/// A key that seals tenants, and the number that the database knows it by.
///
/// The database keeps what is needed to check a seal ([`install`](Self::install)), in a table that only its owner reads:
/// that is as good as the key. The secret itself cannot be computed from it.
#[derive(Clone)]
pub struct SealingKey {
    id: u16,
    key: [u8; BLOCK],
}

/// Which seals a key is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// Only those of one backend: every application connects directly. A seal that is captured is good nowhere else.
    Backend,
    /// Also those of no backend: a pooler stands between, or Citus' workers check them. Within its lifetime such a seal
    /// is good on every connection, so other sessions' statements must not be readable ([rule R093](crate::rules)).
    Any,
}

impl SealingKey {
    /// The key number `id`, from a secret of at least 32 random bytes.
    ///
    /// A number is used for one secret only; a new secret gets a new number.
    ///
    /// # Errors
    ///
    /// If the secret is shorter.
    pub fn new(id: u16, secret: impl AsRef<[u8]>) -> Result<Self, RowSecurityError> {
        let secret = secret.as_ref();
        let short = || RowSecurityError::ShortSecret { bytes: secret.len(), shortest: SHORTEST_SECRET };
        if secret.len() < SHORTEST_SECRET {
            return Err(short());
        }
        let mut derivation = Hmac::<Sha256>::new_from_slice(secret).map_err(|_| short())?;
        derivation.update(PURPOSE);
        // HMAC fills a short key up with zeros; its value is that of the 32 bytes.
        let mut key = [0; BLOCK];
        for (byte, derived) in key.iter_mut().zip(derivation.finalize().into_bytes()) {
            *byte = derived;
        }
        Ok(Self { id, key })
    }

    /// The number that the database knows it by.
    pub fn id(&self) -> u16 {
        self.id
    }

    /// The inner and the outer pad of RFC 2104, which the database checks seals with. They are as good as the key: bind them, and
    /// write them nowhere. [`install`](Self::install) has them as text.
    #[must_use]
    pub fn pads(&self) -> [[u8; BLOCK]; 2] {
        [0x36, 0x5c].map(|byte| self.key.map(|key| key ^ byte))
    }

    /// The SQL that lets the database accept this key's seals, to be run by the owner of the schema `tenancy`.
    ///
    /// The text holds what the key is made of: it belongs in a secret store and onto a connection, not into a file of
    /// migrations. It can be run again.
    ///
    /// To rotate, install the new key, let the applications seal with it, wait for the lifetime of the last old seal,
    /// and [`retire`](Self::retire) the old one.
    pub fn install(&self, binding: Binding) -> String {
        let [inner, outer] = self.pads().map(|pad| hex(&pad));
        format!(
            "INSERT INTO tenancy.sealing_keys (id, inner_pad, outer_pad, backend_only)\n\
             VALUES ('{id}', decode('{inner}', 'hex'), decode('{outer}', 'hex'), {backend_only})\n\
             ON CONFLICT (id) DO UPDATE SET inner_pad = EXCLUDED.inner_pad, outer_pad = EXCLUDED.outer_pad,\n    \
                 backend_only = EXCLUDED.backend_only;",
            id = self.id,
            backend_only = binding == Binding::Backend,
        )
    }

    /// The same for Citus, run on the coordinator: each node keeps the keys for itself. A node that is added later has none until
    /// it is run again, which an inspection says (rule R094).
    pub fn install_on_all_nodes(&self, binding: Binding) -> String {
        on_all_nodes(&self.install(binding))
    }

    /// The SQL after which the database refuses the seals of key number `id`, also in transactions that are running.
    pub fn retire(id: u16) -> String {
        format!("DELETE FROM tenancy.sealing_keys WHERE id = '{id}';")
    }

    /// The same for Citus, run on the coordinator.
    pub fn retire_on_all_nodes(id: u16) -> String {
        on_all_nodes(&Self::retire(id))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SealingKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Seals tenants with a key.
#[derive(Debug, Clone)]
pub struct Sealer {
    key: SealingKey,
    lifetime: Duration,
}

impl Sealer {
    /// Seals with `key`, for transactions that begin within a minute.
    pub fn new(key: SealingKey) -> Self {
        Self { key, lifetime: DEFAULT_LIFETIME }
    }

    /// Lets a seal open transactions that begin within `lifetime` of it.
    ///
    /// It has to cover the way to the server and how far the clocks of the two differ. A pool tells a session a seal once for several statements, and relies on it for
    /// half of this time, so that the other half has to. A transaction that began in time
    /// may take as long as it likes; on Citus a worker's part begins when the first statement gets there.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// How long a seal opens new transactions.
    #[must_use]
    pub fn seal_lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The sealed tenant, for transactions that the backend `backend_pid` begins; without it, on whichever connection.
    ///
    /// Consists of letters, digits and dots, whatever the tenant's text is.
    pub fn seal(&self, tenant: &str, backend_pid: Option<i32>, now: SystemTime) -> String {
        let issued = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut token = format!(
            "v1.{key}.{pid}.{issued}.{expires}.{tenant}",
            key = self.key.id,
            pid = backend_pid.unwrap_or(0),
            issued = issued.as_secs(),
            expires = issued.saturating_add(self.lifetime).as_secs(),
            tenant = hex(tenant.as_bytes()),
        );
        let mut mac = Hmac::<Sha256>::new(&self.key.key.into());
        mac.update(token.as_bytes());
        token.push('.');
        token.push_str(&hex(&mac.finalize().into_bytes()));
        token
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Binding, RowSecurityError, Sealer, SealingKey};

    fn sealer() -> Sealer {
        Sealer::new(SealingKey::new(3, [7; 32]).unwrap()).lifetime(Duration::from_secs(5))
    }

    #[test]
    fn a_short_secret_is_refused() {
        let refused = SealingKey::new(1, [7; 31]).unwrap_err();
        assert_eq!(refused, RowSecurityError::ShortSecret { bytes: 31, shortest: 32 });
        assert!(refused.to_string().contains("31 bytes"), "{refused}");
    }

    #[test]
    fn a_seal_is_printable_and_differs_with_everything_in_it() {
        let at = UNIX_EPOCH + Duration::from_secs(100);
        let seal = sealer().seal("a'; DROP \\ \u{1F980}", Some(42), at);
        assert!(seal.starts_with("v1.3.42.100.105."), "{seal}");
        assert!(seal.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.'), "{seal}");
        assert_eq!(seal, sealer().seal("a'; DROP \\ \u{1F980}", Some(42), at));
        let mac = |seal: String| seal.rsplit('.').next().map(str::to_owned);
        let other_key = Sealer::new(SealingKey::new(3, [8; 32]).unwrap()).lifetime(Duration::from_secs(5));
        let all = [
            mac(sealer().seal("a", Some(42), at)),
            mac(sealer().seal("b", Some(42), at)),
            mac(sealer().seal("a", Some(43), at)),
            mac(sealer().seal("a", None, at)),
            mac(sealer().seal("a", Some(42), at + Duration::from_secs(1))),
            mac(sealer().lifetime(Duration::from_secs(6)).seal("a", Some(42), at)),
            mac(other_key.seal("a", Some(42), at)),
        ];
        for (index, one) in all.iter().enumerate() {
            assert!(all.iter().skip(index + 1).all(|other| other != one), "{index}");
        }
    }

    #[test]
    fn nothing_that_is_printed_holds_the_secret() {
        let key = SealingKey::new(9, [b'k'; 40]).unwrap();
        assert_eq!(
            format!("{:?}", Sealer::new(key.clone())).matches('k').count(),
            1,
            "only the field's name"
        );
        assert!(!key.install(Binding::Backend).contains(&super::hex(&[b'k'; 32])));
        assert!(!key.install(Binding::Backend).contains(&super::hex(&[b'k' ^ 0x36; 32])));
    }
}
