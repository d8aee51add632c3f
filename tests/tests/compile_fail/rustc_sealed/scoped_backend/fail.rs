pub struct Oracle;

impl tenancy_diesel::TenantBackend for Oracle {
    const SOURCE: tenancy_diesel::SourceForm = tenancy_diesel::SourceForm::Derived;
}

fn main() {}
