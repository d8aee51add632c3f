tenancy_diesel::table! {
    struct Agent;
}

fn main() {}
