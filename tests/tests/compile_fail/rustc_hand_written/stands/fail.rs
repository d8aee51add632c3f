tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

use tenancy_diesel::__pool::{InTransaction, Stands};
use tenancy_diesel::__private::IsGlobal;

impl<R> Stands<InTransaction<R>> for agents::table {
    type Proof = IsGlobal;
}

fn main() {}
