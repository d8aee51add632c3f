//! People, who are no tenant's: on PostgreSQL these run as a role that reads no tenant's table.

use tenancy_pool::prelude::*;

use super::{Result, new_id};
use crate::database::{Database, on};
use crate::schema::accounts;

#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Account {
    pub id: String,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub is_staff: bool,
}

pub async fn find(db: &Database, id: &str) -> Result<Option<Account>> {
    let found = accounts::table.filter(accounts::id.eq(id));
    on!(db, pools => pools.house.global().load(found.select(Account::as_select())).await)
        .map(|found: Vec<Account>| found.into_iter().next())
}

pub async fn by_email(db: &Database, email: &str) -> Result<Option<Account>> {
    let found = accounts::table.filter(accounts::email.eq(normal(email)));
    on!(db, pools => pools.house.global().load(found.select(Account::as_select())).await)
        .map(|found: Vec<Account>| found.into_iter().next())
}

/// Makes an account; a unique violation where there is one of that address.
pub async fn create(db: &Database, email: &str, name: &str, password_hash: &str) -> Result<Account> {
    let id = new_id();
    let row = (
        accounts::id.eq(&id),
        accounts::email.eq(normal(email)),
        accounts::name.eq(name),
        accounts::password_hash.eq(password_hash),
        accounts::is_staff.eq(false),
    );
    on!(db, pools => pools.house.global().execute(diesel::insert_into(accounts::table).values(row)).await)?;
    let (email, name, password_hash) = (normal(email), name.to_owned(), password_hash.to_owned());
    Ok(Account { id, email, name, password_hash, is_staff: false })
}

fn normal(email: &str) -> String {
    email.trim().to_lowercase()
}
