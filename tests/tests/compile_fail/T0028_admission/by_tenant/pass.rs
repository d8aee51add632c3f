use diesel::prelude::*;
use tenancy_diesel::AdmissionDoor;

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, admission(user_id, read(role)))]
    memberships (tenant_id, user_id) { tenant_id -> Integer, user_id -> Integer, role -> Text, }
}

pub fn role(door: &AdmissionDoor, tenant: i32, user: i32, db: &mut SqliteConnection) -> QueryResult<String> {
    let theirs = memberships::table.before_admission(door, memberships::user_id, user);
    theirs.filter(memberships::tenant_id.eq(tenant)).select(memberships::role).first(db)
}

fn main() {}
