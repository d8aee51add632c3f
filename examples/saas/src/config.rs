//! What is set from outside, by the environment.

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs, io};

use ring::hmac;

use crate::database::VERSION;

/// How the program runs. There are secrets in it: it is shown nowhere, and has no `Debug`.
#[derive(Clone)]
pub struct Config {
    /// `DATABASE_URL`: PostgreSQL, by an account that may create roles. SQLite without it.
    pub database_url: Option<String>,
    /// `REDIS_URL`: where limits are counted and pages cached. In the process without it.
    pub redis_url: Option<String>,
    /// `S3_URL`: the bucket that uploads and exports are in, `s3://bucket`. In the folder without it.
    pub s3_url: Option<String>,
    /// `AWS_…`: how the bucket is reached, by the names of `object_store`'s `AmazonS3ConfigKey`.
    pub s3_options: Vec<(String, String)>,
    /// `SAAS_ADDRESS`: where it listens.
    pub address: String,
    /// `SAAS_DATA`: the folder of the database, the uploads and the secret.
    pub data: PathBuf,
    /// The secret that all others are derived from. Kept in the folder; yours comes from a store for secrets.
    secret: Secret,
    /// How long a request waits for a connection to PostgreSQL, before whoever sent it is told to come again.
    pub patience: Duration,
    /// Whether a PostgreSQL with known holes is taken: an example runs on whichever server there is.
    pub accept_old_server: bool,
}

#[derive(Clone)]
struct Secret([u8; 32]);

impl Config {
    /// Reads the environment, and makes the folder and the secret where they are missing.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or read.
    pub fn from_env() -> io::Result<Self> {
        let data = env::var_os("SAAS_DATA")
            .map_or_else(|| env::temp_dir().join(format!("saas-{VERSION}")), PathBuf::from);
        let mut config = Self::in_folder(data)?;
        config.database_url = env::var("DATABASE_URL").ok();
        config.redis_url = env::var("REDIS_URL").ok();
        config.s3_url = env::var("S3_URL").ok();
        let set =
            env::vars_os().filter_map(|(name, value)| name.into_string().ok().zip(value.into_string().ok()));
        config.s3_options = set.filter(|(name, _)| name.starts_with("AWS_")).collect();
        config.accept_old_server = env::var_os("SAAS_ACCEPT_OLD_SERVER").is_some();
        if let Ok(address) = env::var("SAAS_ADDRESS") {
            config.address = address;
        }
        Ok(config)
    }

    /// SQLite in this folder.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made or read.
    pub fn in_folder(data: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&data)?;
        let secret = secret(&data.join("secret"))?;
        Ok(Self {
            database_url: None,
            redis_url: None,
            s3_url: None,
            s3_options: Vec::new(),
            address: "127.0.0.1:3000".to_owned(),
            data,
            secret,
            patience: Duration::from_secs(10),
            accept_old_server: false,
        })
    }

    /// A key of 32 bytes for one purpose.
    #[must_use]
    pub fn key(&self, purpose: &str) -> [u8; 32] {
        let signed = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &self.secret.0), purpose.as_bytes());
        let mut key = [0; 32];
        // SHA-256 has as many bytes.
        key.copy_from_slice(signed.as_ref());
        key
    }

    /// The same as a text.
    #[must_use]
    pub fn key_text(&self, purpose: &str) -> String {
        self.key(purpose).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn secret(file: &std::path::Path) -> io::Result<Secret> {
    if let Ok(kept) = fs::read(file) {
        return kept.try_into().map(Secret).map_err(|_| {
            io::Error::other(format!("{} is no secret of 32 bytes: delete it", file.display()))
        });
    }
    let mut new = [0; 32];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut new)
        .map_err(|_| io::Error::other("the system has no random numbers"))?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    io::Write::write_all(&mut options.open(file)?, &new)?;
    Ok(Secret(new))
}
