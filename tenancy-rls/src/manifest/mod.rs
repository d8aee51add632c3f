//! The declared wall as a file: what a tool knows of an application that it does not compile.

mod document;
mod error;
mod file;
mod read;
mod sql;
#[cfg(test)]
mod tests;
mod written;

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use self::document::Document;
pub use self::error::ManifestError;
use super::row_security::RowSecurity;

/// The format that is written, and the newest that is read. It is raised by whatever an older reader would misunderstand.
const FORMAT: u32 = 1;

/// What `application` is to hold, where it holds something else.
const NAMELESS: &str = "an application's name is not blank";

/// The wall that an application declares, as a JSON file: with it a tool, such as the command `tenancy`, inspects and migrates the
/// application's databases without compiling the application.
///
/// It holds what [`RowSecurity`] holds, and nothing else: no address, no password, no key. What is read back is equal to what was
/// written, with the same migrations and the same inspections. Commit it, and have a test keep it as the declarations are:
///
/// ```
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use tenancy_rls::{Manifest, Roles, RowSecurity, tables};
///
/// # fn path() -> std::path::PathBuf { std::env::temp_dir().join(format!("tenancy-manifest-{}.json", std::process::id())) }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let wall = RowSecurity::new(tables![agents], Roles::new("app", "support")?)?;
/// let path = path(); // concat!(env!("CARGO_MANIFEST_DIR"), "/tenancy.json")
/// let changed = Manifest::of(&wall).application("desk").write_to(&path)?;
/// // In CI: `assert!(!changed, "commit tenancy.json")`.
/// # assert!(changed);
/// assert_eq!(Manifest::read_from(&path)?, wall);
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
///
/// [`Display`](fmt::Display) is the file's text, and [`FromStr`] reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    wall: RowSecurity,
    application: Option<String>,
}

impl Manifest {
    /// That of `wall`.
    #[must_use]
    pub fn of(wall: &RowSecurity) -> Self {
        Self { wall: wall.clone(), application: None }
    }

    /// With the application's name, which a tool shows: of several manifests one is then told from another.
    #[must_use]
    pub fn application(self, name: impl Into<String>) -> Self {
        Self { application: Some(name.into()), ..self }
    }

    /// The application's name, where it is given.
    #[must_use]
    pub fn application_name(&self) -> Option<&str> {
        self.application.as_deref()
    }

    /// The wall.
    #[must_use]
    pub fn row_security(&self) -> &RowSecurity {
        &self.wall
    }

    /// Writes it to `path`, where what is there differs, and says whether it did. Whoever reads meanwhile finds the one or the other,
    /// whole; so does whoever comes after a crash.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written. When the wall is one that no file says exactly ([`ManifestError::NotExact`]): nothing
    /// is written then.
    pub fn write_to(&self, path: impl AsRef<Path>) -> Result<bool, ManifestError> {
        file::write(path.as_ref(), &self.text()?)
    }

    /// Reads the wall from `path`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read; when it is no manifest, or one of a newer format; and when it declares what
    /// [`RowSecurity::new`] refuses, or names and values that no declaration has. The error names the place.
    pub fn read_from(path: impl AsRef<Path>) -> Result<RowSecurity, ManifestError> {
        Self::read(path).map(|manifest| manifest.wall)
    }

    /// Reads it from `path`, with the application's name.
    ///
    /// # Errors
    ///
    /// As [`read_from`](Self::read_from).
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ManifestError> {
        let path = path.as_ref();
        file::read(path)?.parse().map_err(|error: ManifestError| error.in_file(path))
    }

    /// The text, which was read back and found to say the same.
    fn text(&self) -> Result<String, ManifestError> {
        if self.application.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(ManifestError::place("application", NAMELESS));
        }
        let text = self.to_string();
        match text.parse::<Self>() {
            Ok(read) if read == *self => Ok(text),
            Ok(_) => Err(ManifestError::NotExact(None)),
            Err(error) => Err(ManifestError::NotExact(Some(Box::new(error)))),
        }
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Texts and numbers only, of which each has its JSON.
        let text = serde_json::to_string_pretty(&Document::of(self)).map_err(|_| fmt::Error)?;
        writeln!(formatter, "{text}")
    }
}

impl FromStr for Manifest {
    type Err = ManifestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        document::parse(text)?.manifest()
    }
}
