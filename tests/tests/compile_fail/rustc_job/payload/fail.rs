// L49
use tenancy_diesel::sealed_scopes::{OpenError, Purpose, SealingAuthority, TenantJob};
use tenancy_diesel::{Membership, Scoped};

pub async fn work<M: Membership<TenantId = i32, Principal = str>>(
    _authority: &SealingAuthority<M>,
    _purpose: Purpose,
    job: TenantJob<String>,
    of_the_last_job: Scoped<i32>,
) -> Result<(Scoped<i32>, String), OpenError<M::Error>> {
    Ok((of_the_last_job, job.payload))
}

fn main() {}
