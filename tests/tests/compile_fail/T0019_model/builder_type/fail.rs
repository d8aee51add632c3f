use tenancy_tests::cases::Drawing;

pub type Query = tenancy_diesel::model::Source<Drawing, tenancy_diesel::Unbranded>;

pub fn keep(_: Query) {}

fn main() {}
