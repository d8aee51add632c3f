pub mod plans {}

fn main() {}
