// L22, L90
use tenancy_diesel::Scoped;

pub fn later(scope: &Scoped<i32>) {
    let scope = scope.clone();
    tokio::spawn(async move { println!("{}", scope.tenant()) });
}

fn main() {}
