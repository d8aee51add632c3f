//! The cryptography of `jsonwebtoken`, by `ring`, which rustls has as well.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::jwk::ThumbprintHash;
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};
use ring::{digest, hmac};
use signature::{Signer, Verifier};

/// Gives `jsonwebtoken` a provider, if it has none.
pub(super) fn install() {
    if CryptoProvider::try_get_default().is_none() {
        // Another thread may have been first: then there is one.
        let _ = PROVIDER.install_default();
    }
}

/// Of the four algorithms that [`Algorithm`](super::Algorithm) has. It signs as well: in a process that has no other provider, an application's `encode` comes here.
static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: |_| unsupported(),
        rsa_pub_components_from_public_key: |_| unsupported(),
        ec_pub_components_from_private_key: |_, _| unsupported(),
        ed_pub_components_from_private_key: |_, _| unsupported(),
        compute_digest,
    },
};

fn unsupported<T>() -> Result<T, Error> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn compute_digest(data: &[u8], hash: ThumbprintHash) -> Result<Vec<u8>, Error> {
    let algorithm = match hash {
        ThumbprintHash::SHA256 => &digest::SHA256,
        ThumbprintHash::SHA384 => &digest::SHA384,
        ThumbprintHash::SHA512 => &digest::SHA512,
        _ => return unsupported(),
    };
    Ok(digest::digest(algorithm, data).as_ref().to_vec())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    let is_of =
        |family| if key.family() == family { Ok(()) } else { Err(Error::from(ErrorKind::InvalidKeyFormat)) };
    Ok(match algorithm {
        Algorithm::HS256 => {
            is_of(AlgorithmFamily::Hmac)?;
            Box::new(Hs256(hmac::Key::new(hmac::HMAC_SHA256, key.try_get_as_bytes()?)))
        }
        Algorithm::RS256 => {
            is_of(AlgorithmFamily::Rsa)?;
            Box::new(Rs256(key.kind().clone()))
        }
        Algorithm::ES256 => {
            is_of(AlgorithmFamily::Ec)?;
            Box::new(public(*algorithm, &ECDSA_P256_SHA256_FIXED, key)?)
        }
        Algorithm::EdDSA => {
            is_of(AlgorithmFamily::Ed)?;
            Box::new(public(*algorithm, &ED25519, key)?)
        }
        _ => return unsupported(),
    })
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    let is_of = |family| {
        if key.family() == family {
            Ok(key.as_bytes())
        } else {
            Err(Error::from(ErrorKind::InvalidKeyFormat))
        }
    };
    Ok(match algorithm {
        Algorithm::HS256 => Box::new(Hs256(hmac::Key::new(hmac::HMAC_SHA256, is_of(AlgorithmFamily::Hmac)?))),
        Algorithm::RS256 => {
            let pair = RsaKeyPair::from_der(is_of(AlgorithmFamily::Rsa)?);
            Box::new(Pair(pair.map_err(|error| Error::from(ErrorKind::InvalidRsaKey(error.to_string())))?))
        }
        Algorithm::ES256 => {
            let pkcs8 = is_of(AlgorithmFamily::Ec)?;
            let pair =
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8, &SystemRandom::new());
            Box::new(Pair(pair.map_err(|_| Error::from(ErrorKind::InvalidEcdsaKey))?))
        }
        Algorithm::EdDSA => {
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(is_of(AlgorithmFamily::Ed)?);
            Box::new(Pair(pair.map_err(|_| Error::from(ErrorKind::InvalidEddsaKey))?))
        }
        _ => return unsupported(),
    })
}

struct Hs256(hmac::Key);

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        hmac::verify(&self.0, message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(hmac::sign(&self.0, message).as_ref().to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

struct Rs256(DecodingKeyKind);

impl Verifier<Vec<u8>> for Rs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        let verified = match &self.0 {
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                RsaPublicKeyComponents { n: significant(n), e: significant(e) }.verify(
                    &RSA_PKCS1_2048_8192_SHA256,
                    message,
                    signature,
                )
            }
            DecodingKeyKind::SecretOrDer(der) => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).verify(message, signature)
            }
        };
        verified.map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Rs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

/// Some providers write numbers with zeros in front, which `ring` refuses.
fn significant(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

struct Public(Algorithm, UnparsedPublicKey<Vec<u8>>);

fn public(
    algorithm: Algorithm,
    by: &'static dyn VerificationAlgorithm,
    key: &DecodingKey,
) -> Result<Public, Error> {
    Ok(Public(algorithm, UnparsedPublicKey::new(by, key.try_get_as_bytes()?.to_vec())))
}

impl Verifier<Vec<u8>> for Public {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.1.verify(message, signature).map_err(|_| signature::Error::new())
    }
}

impl JwtVerifier for Public {
    fn algorithm(&self) -> Algorithm {
        self.0
    }
}

/// A type of `ring`'s can have the foreign trait only by one of ours.
struct Pair<K>(K);

impl Signer<Vec<u8>> for Pair<RsaKeyPair> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let mut signature = vec![0; self.0.public().modulus_len()];
        let signed = self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.map(|()| signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Pair<RsaKeyPair> {
    fn algorithm(&self) -> Algorithm {
        Algorithm::RS256
    }
}

impl Signer<Vec<u8>> for Pair<EcdsaKeyPair> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        let signed = self.0.sign(&SystemRandom::new(), message);
        signed.map(|signature| signature.as_ref().to_vec()).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Pair<EcdsaKeyPair> {
    fn algorithm(&self) -> Algorithm {
        Algorithm::ES256
    }
}

impl Signer<Vec<u8>> for Pair<Ed25519KeyPair> {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for Pair<Ed25519KeyPair> {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}
