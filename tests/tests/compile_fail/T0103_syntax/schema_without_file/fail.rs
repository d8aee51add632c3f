pub mod schema {
    tenancy_diesel::schema! { global = [plans] }
}

fn main() {}
