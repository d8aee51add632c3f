//! TLS by rustls.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Whom we trust when connecting by TLS, and who we are.
///
/// The server's certificate and the name of its host are verified whenever TLS is used; there is no way to leave that out.
/// Whether it is used is the address's `sslmode`: `disable`, `prefer` (the default: if the server has it), `require`;
/// `verify-ca` and `verify-full` are taken as `require`. With `prefer`, whoever sits in between can say that the server
/// has no TLS: say `require` where that matters.
#[derive(Clone)]
pub struct Tls {
    roots: Arc<RootCertStore>,
    config: Arc<ClientConfig>,
}

impl Tls {
    /// Trusts the authorities that this machine trusts.
    ///
    /// # Errors
    ///
    /// When rustls cannot be set up. A machine that trusts nobody is no error here: then no certificate is good.
    pub fn of_this_machine() -> Result<Self, TlsError> {
        static NATIVE: OnceLock<Result<Tls, TlsError>> = OnceLock::new();
        NATIVE
            .get_or_init(|| {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                Self::trusting(roots)
            })
            .clone()
    }

    /// Trusts the authorities in `pem`, and no others.
    ///
    /// # Errors
    ///
    /// When there is no certificate in it, or one that cannot be read.
    pub fn with_roots(pem: impl AsRef<[u8]>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates("the authorities' certificates", pem.as_ref())? {
            roots.add(certificate).map_err(|error| {
                TlsError::new("the authorities' certificates", "one cannot be used", error)
            })?;
        }
        Self::trusting(roots)
    }

    /// Shows the server our own certificate, followed by those between it and its authority, with its private key.
    ///
    /// # Errors
    ///
    /// When one of the two cannot be read, or they do not belong together.
    pub fn with_client_certificate(
        self,
        chain_pem: impl AsRef<[u8]>,
        key_pem: impl AsRef<[u8]>,
    ) -> Result<Self, TlsError> {
        let chain = certificates("our certificate", chain_pem.as_ref())?;
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_ref())
            .map_err(|error| TlsError::new("our private key", "it cannot be read as PEM", error))?;
        let config = builder()?
            .with_root_certificates(self.roots.clone())
            .with_client_auth_cert(chain, key)
            .map_err(|error| TlsError::new("our certificate", "it cannot be used with its key", error))?;
        Ok(Self { roots: self.roots, config: Arc::new(config) })
    }

    fn trusting(roots: RootCertStore) -> Result<Self, TlsError> {
        let roots = Arc::new(roots);
        let config = builder()?.with_root_certificates(roots.clone()).with_no_client_auth();
        Ok(Self { roots, config: Arc::new(config) })
    }

    pub(super) fn into_connector(self) -> MakeRustlsConnect {
        MakeRustlsConnect::new(Arc::unwrap_or_clone(self.config))
    }
}

/// The provider is named: a process-wide default may be another, or missing, which panics.
fn builder() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, TlsError> {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::new("TLS", "rustls cannot be set up", error))
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(TlsError { what, reason: "there is none in the PEM", source: None }),
        Err(error) => Err(TlsError::new(what, "the PEM cannot be read", error)),
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("authorities", &self.roots.len()).finish_non_exhaustive()
    }
}

/// A certificate or a key that cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{what}: {reason}; give it as PEM text, as the authority issued it")]
pub struct TlsError {
    what: &'static str,
    reason: &'static str,
    #[source]
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl TlsError {
    fn new(what: &'static str, reason: &'static str, source: impl Error + Send + Sync + 'static) -> Self {
        Self { what, reason, source: Some(Arc::new(source)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_refused() {
        for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n"] {
            assert!(Tls::with_roots(pem).is_err(), "{pem:?}");
        }
        let tls = Tls::of_this_machine().expect("rustls");
        assert!(tls.with_client_certificate("", "").is_err());
    }
}
