use tenancy_tests::cases::Canvas;

pub type Query = tenancy_diesel::model::Source<Canvas, tenancy_diesel::Unbranded>;

pub fn keep(_: Query) {}

fn main() {}
