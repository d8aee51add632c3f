//! `tenants erase`.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use tenancy_core::Reason;
use tenancy_operate::tenants::{self, Erased, Erasure, Keep, SealedCertificate, SigningKey};

use super::means::Means;
use super::progress::Line;
use super::rows;
use super::target::{failed, tenant};
use crate::connect::block_on;
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::sealing_key::warn_if_others_read;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The tenant's id
    tenant: String,
    /// The same id again
    #[arg(long, value_name = "ID")]
    confirm: String,
    /// The file of the certificate [default: erasure-ID.json]
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// A file with a secret of 32 bytes or more, to sign the certificate with
    #[arg(long, value_name = "FILE")]
    signing_key: Option<PathBuf>,
    /// Keep the tenant's rows of a table; each is followed by its --because
    #[arg(long, value_name = "TABLE")]
    keep: Vec<String>,
    /// Why they are kept
    #[arg(long, value_name = "REASON")]
    because: Vec<String>,
    /// How many seconds the tenant has to have been suspended: as long as servers keep the catalog's answers, and the longest transaction
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    settle: u64,
    /// Erase without a catalog that says that the tenant is suspended, because of this
    #[arg(long, value_name = "REASON")]
    without_catalog: Option<String>,
    /// Go on where a trigger writes rows of others in the declared tables, because of this
    #[arg(long, value_name = "REASON")]
    despite_triggers: Option<String>,
    #[command(flatten)]
    means: Means,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let what = format!("the tenant {:?} is not erased", self.tenant);
        let erasure = self.erasure().map_err(|error| Failure::new(what.clone()).because(error))?;
        let (tables, hook) = self.means.read()?;
        let file = self.certificate.clone().unwrap_or_else(|| default_file(&self.tenant));
        let erased = block_on(async {
            let session = self.means.session().await?;
            let line = Line::new("erasing");
            let erased =
                tenants::erase(&session, tables.row_security().tables(), &erasure, &hook, &line).await;
            erased.map_err(|error| failed(what, error))
        })?;
        write(&file, &erased.sealed)?;
        print(output, &erased, &file)?;
        Ok(if erased.is_clean() { exit::DONE } else { exit::FOUND })
    }

    fn erasure(&self) -> Result<Erasure, Failure> {
        let refused = |error| failed("what is asked for makes no sense", error);
        if self.keep.len() != self.because.len() {
            return Err(Failure::new(format!(
                "{} tables are to be kept, and {} reasons are given",
                self.keep.len(),
                self.because.len()
            ))
            .fix("give each `--keep TABLE` its `--because REASON`"));
        }
        let erasure = Erasure::new(tenant(&self.tenant)?, &self.confirm).map_err(refused)?;
        let mut erasure = erasure.settle(Duration::from_secs(self.settle));
        for (table, reason) in self.keep.iter().zip(&self.because) {
            erasure = erasure.keep(Keep::new(table, reason).map_err(refused)?);
        }
        if let Some(reason) = &self.without_catalog {
            erasure = erasure.without_catalog(reason_of("--without-catalog", reason)?);
        }
        if let Some(reason) = &self.despite_triggers {
            erasure = erasure.despite_triggers(reason_of("--despite-triggers", reason)?);
        }
        if let Some(path) = &self.signing_key {
            warn_if_others_read(path);
            let secret = fs::read(path).map_err(|error| {
                Failure::new(format!("the signing key {} cannot be read", path.display())).because(error)
            })?;
            erasure = erasure.sign(SigningKey::new(secret).map_err(refused)?);
        }
        Ok(erasure)
    }
}

fn reason_of(option: &str, reason: &str) -> Result<Reason, Failure> {
    Reason::new(reason).map_err(|error| Failure::new(format!("`{option}` has no reason")).because(error))
}

fn default_file(tenant: &str) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    PathBuf::from(format!("erasure-{}.json", tenant.chars().map(plain).collect::<String>()))
}

/// Whole, or not at all.
fn write(path: &Path, sealed: &SealedCertificate) -> Result<(), Failure> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let written = serde_json::to_vec_pretty(sealed).map_err(std::io::Error::from).and_then(|text| {
        let mut file = File::create(&partial)?;
        file.write_all(&text)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&partial, path)
    });
    written.map_err(|error| {
        Failure::new(format!("the rows are erased, and the certificate {} cannot be written", path.display()))
            .because(error)
            .fix("run the same again with another `--certificate FILE`: the journal has the certificate")
    })
}

fn print(output: &Output, erased: &Erased, file: &Path) -> Result<(), Failure> {
    let certificate = &erased.sealed.certificate;
    output.result(erased, |out| {
        let (tenant, at) = (certificate.tenant.as_str(), &certificate.erased_at);
        if erased.was_done {
            writeln!(out, "the tenant {tenant} was erased already, at {at}, and nothing was done now")?;
        } else {
            writeln!(out, "erased the tenant {tenant}, at {at}")?;
        }
        for table in &certificate.tables {
            let name = named(table.elsewhere.as_ref(), &table.schema, &table.table);
            writeln!(out, "  {name}: {}", rows(table.erased))?;
            for kept in &table.kept {
                writeln!(out, "    kept {}: {}", rows(kept.rows), kept.reason)?;
            }
        }
        for left in &certificate.left {
            let count = left.rows.map_or_else(|| "rows unknown".to_owned(), rows);
            let name = named(left.elsewhere.as_ref(), &left.schema, &left.table);
            writeln!(out, "  left: {name} ({}): {count}: {}", left.columns.join(", "), left.why)?;
        }
        for effect in &certificate.effects {
            let changes =
                [("inserted", effect.inserted), ("updated", effect.updated), ("deleted", effect.deleted)];
            let changes = changes.into_iter().filter(|(_, count)| *count > 0);
            let changes: Vec<_> = changes.map(|(what, count)| format!("{what} {}", rows(count))).collect();
            let name = named(effect.elsewhere.as_ref(), &effect.schema, &effect.table);
            writeln!(out, "  by triggers or keys: {name}: {}", changes.join(", "))?;
        }
        let signed = if erased.sealed.hmac_sha256.is_some() { "signed, " } else { "" };
        writeln!(out, "certificate: {} ({signed}SHA-256 {})", file.display(), erased.sealed.sha256)
    })
}

/// A table, of another database than the catalog's where one is named.
fn named(elsewhere: Option<&String>, schema: &str, table: &str) -> String {
    let database = elsewhere.map(|name| format!("{name}/")).unwrap_or_default();
    format!("{database}{schema}.{table}")
}
