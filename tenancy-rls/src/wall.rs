//! The second wall, as transactions use it.

use std::time::SystemTime;

use super::quote::{literal, push_literal};
use super::row_security::{Mode, RowSecurity};
use super::seal::Sealer;

/// The row-level security of a database, and how a transaction tells it the tenant.
///
/// # Examples
///
/// ```
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tenancy_rls::{Roles, RowSecurity, Sealer, SealingKey, Wall, tables};
///
/// let security = RowSecurity::new(tables![agents], Roles::new("app", "support")?)?;
/// let plain = Wall::plain(security.clone());
/// let sealed = Wall::sealed(security, Sealer::new(SealingKey::new(1, [7; 32])?));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Wall {
    security: RowSecurity,
    sealer: Option<Sealer>,
}

impl Wall {
    /// Transactions set the tenant's text. It stops every statement that leaves the setting alone.
    #[must_use]
    pub fn plain(security: RowSecurity) -> Self {
        Self { security: security.in_mode(Mode::Plain), sealer: None }
    }

    /// Transactions set the sealed tenant. It also stops statements that write the setting.
    #[must_use]
    pub fn sealed(security: RowSecurity, sealer: Sealer) -> Self {
        Self { security: security.in_mode(Mode::Sealed), sealer: Some(sealer) }
    }

    /// What the database has to be like.
    #[must_use]
    pub fn row_security(&self) -> &RowSecurity {
        &self.security
    }

    /// What seals the tenants; `None` for a plain wall.
    #[must_use]
    pub fn sealer(&self) -> Option<&Sealer> {
        self.sealer.as_ref()
    }

    /// The value of [`SETTING`](super::SETTING) for a transaction of `tenant`. A plain wall's is the text that the caller gave:
    /// bind it or quote it, as [`set_local`](Self::set_local) does.
    #[must_use]
    pub fn setting(&self, tenant: &str, backend_pid: Option<i32>, now: SystemTime) -> String {
        match &self.sealer {
            None => tenant.to_owned(),
            Some(sealer) => sealer.seal(tenant, backend_pid, now),
        }
    }

    /// The value of [`SETTING`](super::SETTING) for a transaction over a set of tenants, in the role of [`Roles::sets`](crate::Roles::sets):
    /// to every other role it is nobody. Bind it.
    ///
    /// It is a blank and an array, so that it is no single tenant's, whose text a blank does not begin. It is sealed as that one's is.
    #[must_use]
    pub fn setting_of_set<'t>(
        &self,
        tenants: impl IntoIterator<Item = &'t str>,
        backend_pid: Option<i32>,
        now: SystemTime,
    ) -> String {
        self.setting(&text_of_set(tenants), backend_pid, now)
    }

    /// The statement that sets the tenant until the transaction ends, on PostgreSQL itself.
    ///
    /// To be sent within an explicit transaction: outside of one the server only warns, and there is no tenant.
    ///
    /// The text shows in `pg_stat_activity` to all sessions of the same role, and a seal is good on its backend until it
    /// expires. Where tenants share connections, bind [`setting`](Self::setting) to
    /// `SELECT set_config('tenancy.tenant', $1, true)` instead, as `tenancy-pool` does.
    #[must_use]
    pub fn set_local(&self, tenant: &str, backend_pid: Option<i32>, now: SystemTime) -> String {
        let mut statement = "SET LOCAL tenancy.tenant = ".to_owned();
        push_literal(&mut statement, &self.setting(tenant, backend_pid, now));
        statement
    }

    /// The statement that sets a plain wall's tenant for a session, until it is set anew: every transaction that says no other is
    /// this tenant's.
    ///
    /// Only for a connection that leads to one backend and that nobody else sends anything on: behind a pooler it would meet other
    /// clients. A sealed tenant is bound instead, as [`set_local`](Self::set_local) says.
    #[must_use]
    pub fn set_session(&self, tenant: &str) -> String {
        let mut statement = "SET tenancy.tenant = ".to_owned();
        push_literal(&mut statement, tenant);
        statement
    }

    /// The same for Citus, whose workers learn of it as well, and for whoever cannot send a SET.
    ///
    /// On Citus it has to be a message of its own: the whole text of one is forwarded. A worker checks a seal as well,
    /// and its backend is not the coordinator's, so the seal is bound to none.
    #[must_use]
    pub fn select_set_tenant(&self, tenant: &str, now: SystemTime) -> String {
        format!("SELECT tenancy.set_tenant({})", literal(&self.setting(tenant, None, now)))
    }
}

/// ` {"a","b"}`, as PostgreSQL reads an array. In quotes an element is itself, whatever is in it, but for a quote and a backslash.
pub(crate) fn text_of_set<'t>(tenants: impl IntoIterator<Item = &'t str>) -> String {
    let mut text = " {".to_owned();
    for (index, tenant) in tenants.into_iter().enumerate() {
        text.push_str(if index == 0 { "\"" } else { ",\"" });
        for character in tenant.chars() {
            if matches!(character, '"' | '\\') {
                text.push('\\');
            }
            text.push(character);
        }
        text.push('"');
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use tenancy_diesel::table;

    use super::{Wall, text_of_set};
    use crate::{Mode, Roles, RowSecurity, Sealer, SealingKey, tables};

    table! { agents (id) { id -> Integer, tenant_id -> Integer, } }

    fn security() -> RowSecurity {
        RowSecurity::new(tables![agents], Roles::new("app", "across").unwrap()).unwrap()
    }

    #[test]
    fn the_plain_setting_is_quoted() {
        let (wall, at) = (Wall::plain(security()), UNIX_EPOCH);
        assert_eq!(wall.set_local("o'neil", None, at), "SET LOCAL tenancy.tenant = 'o''neil'");
        assert_eq!(wall.set_session("o'neil"), "SET tenancy.tenant = 'o''neil'");
        assert_eq!(wall.select_set_tenant("7", at), "SELECT tenancy.set_tenant('7')");
    }

    #[test]
    fn a_set_is_a_blank_and_an_array_in_which_nothing_leads_out_of_an_element() {
        assert_eq!(text_of_set([]), " {}");
        assert_eq!(text_of_set(["7", "acme"]), r#" {"7","acme"}"#);
        assert_eq!(text_of_set([r#"a","b"#, "c\\", "NULL", "{d}"]), r#" {"a\",\"b","c\\","NULL","{d}"}"#);
    }

    #[test]
    fn the_wall_decides_what_the_database_has_to_be_like() {
        let sealer = Sealer::new(SealingKey::new(1, [7; 32]).unwrap());
        assert_eq!(Wall::plain(security().sealed()).row_security().mode(), Mode::Plain);
        assert_eq!(Wall::sealed(security(), sealer).row_security().mode(), Mode::Sealed);
    }
}
