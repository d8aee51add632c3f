// L03
use diesel::prelude::*;
use tenancy_diesel::{Scoped, brand};
use tenancy_tests::schema::{agents, canvases, plans};

pub fn join(one: &Scoped<i32>, other: &Scoped<i32>) {
    brand!(north = one, south = other);
    let plans = plans::table.on(plans::id.eq(canvases::id));
    let drawings = canvases::table.scoped(&south).inner_join(plans);
    let _ = agents::table.scoped(&north).filter(agents::id.gt(1)).inner_join(drawings);
}

fn main() {}
