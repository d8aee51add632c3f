pub struct Oracle;

fn main() {}
