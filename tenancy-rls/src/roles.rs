//! The roles of a walled database.

use tenancy_core::database::RoleName;

use super::error::RowSecurityError;

/// Who works with the walled tables.
///
/// The roles have to exist: a migration knows no passwords. None of them is a superuser or has BYPASSRLS, and all but the owner own no
/// table and are not members of each other, save the application's role of the one for [`sets`](Self::sets). A login that is a member of
/// one of them has its rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roles {
    pub(crate) application: RoleName,
    pub(crate) across_tenants: RoleName,
    pub(crate) owner: Option<RoleName>,
    pub(crate) sets: Option<RoleName>,
    pub(crate) admission: Option<RoleName>,
}

impl Roles {
    /// The role that acts within tenants, and the one that spans them.
    ///
    /// # Errors
    ///
    /// When a name cannot be a role's, and when both are the same.
    pub fn new(
        application: impl AsRef<str>,
        across_tenants: impl AsRef<str>,
    ) -> Result<Self, RowSecurityError> {
        let application = RoleName::try_from(application.as_ref())?;
        let across_tenants = RoleName::try_from(across_tenants.as_ref())?;
        if application == across_tenants {
            return Err(RowSecurityError::SameRole { role: application });
        }
        Ok(Self { application, across_tenants, owner: None, sets: None, admission: None })
    }

    /// One that is none of these.
    fn another(&self, role: &str) -> Result<RoleName, RowSecurityError> {
        let role = RoleName::try_from(role)?;
        if self.all().chain(&self.owner).any(|other| *other == role) {
            return Err(RowSecurityError::SameRole { role });
        }
        Ok(role)
    }

    /// Gives what is in the schema `tenancy` to `owner`, instead of to whoever runs the migration.
    ///
    /// # Errors
    ///
    /// When the name cannot be a role's, and when it is another's of these.
    pub fn owner(mut self, owner: impl AsRef<str>) -> Result<Self, RowSecurityError> {
        self.owner = Some(self.another(owner.as_ref())?);
        Ok(self)
    }

    /// Lets `role` read over [sets of tenants](crate#sets-of-tenants): it has SELECT, of the rows of the tenants that the
    /// transaction's setting names, and nothing else.
    ///
    /// The application takes it on for such a transaction (`SET LOCAL ROLE`), and so is a member of it:
    /// `CREATE ROLE app_sets; GRANT app_sets TO app`. Without it the wall gives a set of tenants nothing.
    ///
    /// # Errors
    ///
    /// When the name cannot be a role's, and when it is another's of these.
    pub fn sets(mut self, role: impl AsRef<str>) -> Result<Self, RowSecurityError> {
        self.sets = Some(self.another(role.as_ref())?);
        Ok(self)
    }

    /// Lets `role` read [before admission](crate#before-admission): the columns that tables declare for that (`admission(user_id)`), of
    /// every tenant's rows, and nothing else.
    ///
    /// It has a login of its own, and nobody else is a member of it: a statement of the application's could take it on. Without it such
    /// a table is a tenant's like any other, and closed before admission.
    ///
    /// # Errors
    ///
    /// When the name cannot be a role's, and when it is another's of these.
    pub fn admission(mut self, role: impl AsRef<str>) -> Result<Self, RowSecurityError> {
        self.admission = Some(self.another(role.as_ref())?);
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Roles, RowSecurityError};

    #[test]
    fn impossible_roles_are_refused() {
        for name in ["", "public", "PUBLIC", "none", "current_user", "pg_monitor", "a\0b", &"x".repeat(64)] {
            for refused in [Roles::new(name, "across"), Roles::new("app", name)] {
                assert!(matches!(refused, Err(RowSecurityError::Role(_))), "{name}: {refused:?}");
            }
            assert!(Roles::new("app", "across").unwrap().owner(name).is_err(), "{name}");
            assert!(Roles::new("app", "across").unwrap().sets(name).is_err(), "{name}");
        }
        let same = Roles::new("a", "a").unwrap_err();
        assert!(matches!(&same, RowSecurityError::SameRole { role } if role.as_str() == "a"), "{same:?}");
        assert!(Roles::new("app", "across").unwrap().owner("app").is_err());
        assert!(Roles::new("app", "across").unwrap().owner("across").is_err());
        for taken in ["app", "across", "owner"] {
            assert!(
                Roles::new("app", "across").unwrap().owner("owner").unwrap().sets(taken).is_err(),
                "{taken}"
            );
        }
        assert!(Roles::new("app", "across").unwrap().sets("sets").unwrap().owner("sets").is_err());
        for taken in ["app", "across", "owner", "sets", "public"] {
            let roles = Roles::new("app", "across").unwrap().owner("owner").unwrap().sets("sets").unwrap();
            assert!(roles.admission(taken).is_err(), "{taken}");
        }
        let roles = Roles::new("app", "across").unwrap().admission("admission").unwrap();
        assert!(roles.clone().owner("admission").is_err() && roles.sets("admission").is_err());
    }
}
