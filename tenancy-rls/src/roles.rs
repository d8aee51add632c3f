//! The roles of a walled database.

use std::error::Error;
use std::fmt;

/// The longest name that PostgreSQL keeps whole (`NAMEDATALEN` - 1).
const LONGEST_NAME: usize = 63;

/// Who works with the walled tables.
///
/// The roles have to exist: a migration knows no passwords. Neither is a superuser, has BYPASSRLS, owns a table, or is a
/// member of the other. Logins that are members of one of them have its rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    pub(crate) application: String,
    pub(crate) across_tenants: String,
    pub(crate) owner: Option<String>,
}

/// A role cannot have that name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoleError {
    /// Empty, longer than 63 bytes, with a NUL in it, or a word that means something else where a role is named.
    Name(String),
    /// Both are the same role.
    Same(String),
}

impl Roles {
    /// The role that acts within tenants, and the one that spans them.
    ///
    /// # Errors
    ///
    /// If a name cannot be a role's, or both are the same.
    pub fn new(application: impl Into<String>, across_tenants: impl Into<String>) -> Result<Self, RoleError> {
        let (application, across_tenants) = (role(application.into())?, role(across_tenants.into())?);
        if application == across_tenants {
            return Err(RoleError::Same(application));
        }
        Ok(Self { application, across_tenants, owner: None })
    }

    /// Gives what is in the schema `tenancy` to `owner`, instead of to whoever runs the migration.
    ///
    /// # Errors
    ///
    /// If the name cannot be a role's, or is one of the other two's.
    pub fn owner(mut self, owner: impl Into<String>) -> Result<Self, RoleError> {
        let owner = role(owner.into())?;
        if owner == self.application || owner == self.across_tenants {
            return Err(RoleError::Same(owner));
        }
        self.owner = Some(owner);
        Ok(self)
    }
}

fn role(name: String) -> Result<String, RoleError> {
    let reserved = ["public", "none"].contains(&name.as_str()) || name.starts_with("pg_");
    if name.is_empty() || name.len() > LONGEST_NAME || name.contains('\0') || reserved {
        return Err(RoleError::Name(name));
    }
    Ok(name)
}

impl fmt::Display for RoleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(
                formatter,
                "{name:?} is no name for a role: use 1 to {LONGEST_NAME} bytes without NUL, not `public`, `none`, \
                 or a name that begins with `pg_`"
            ),
            Self::Same(name) => write!(
                formatter,
                "the role {name:?} has two parts: who acts within tenants, who spans them and who owns the wall \
                 have to be different roles"
            ),
        }
    }
}

impl Error for RoleError {}

#[cfg(test)]
mod tests {
    use super::{RoleError, Roles};

    #[test]
    fn impossible_roles_are_refused() {
        for name in ["", "public", "none", "pg_monitor", "a\0b", &"x".repeat(64)] {
            assert_eq!(Roles::new(name, "across"), Err(RoleError::Name(name.to_owned())));
        }
        assert_eq!(Roles::new("a", "a"), Err(RoleError::Same("a".to_owned())));
        assert!(Roles::new("app", "across").unwrap().owner("app").is_err());
    }
}
