// L03
use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, Scoped, brand};
use tenancy_tests::schema::{agents, canvases, plans};

pub fn join(all: &CrossTenant, one: &Scoped<i32>, other: &Scoped<i32>) {
    brand!(north = one, south = other);
    let leads = tenancy_diesel::alias!(agents as leads);
    let plans = plans::table.on(plans::id.eq(canvases::id));
    let drawings = canvases::table.scoped(&north).inner_join(plans);
    let drawn = agents::table.across_tenants(all).inner_join(drawings);
    let lead = leads.scoped(&south);
    let _ = drawn.inner_join(lead.on(leads.field(agents::id).eq(agents::id)));
}

fn main() {}
