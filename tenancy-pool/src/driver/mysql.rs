//! MySQL and MariaDB. There is no second wall, and nothing is pipelined.

use diesel::ConnectionResult;
use diesel_async::{AsyncConnection, AsyncMysqlConnection};

use super::{Abandoned, Driver};
use crate::placement::DatabaseAddress;
use crate::tenants::opening::Opening;
use crate::tenants::options::TransactionOptions;
use crate::tenants::pool::Session;

impl Driver for AsyncMysqlConnection {
    const ABANDONED: Abandoned = Abandoned::Close;
    const HAS_WALL: bool = false;
    const RAW_SQL_SHOWS: bool = false;

    type ConnectOptions = ();

    async fn connect(address: &DatabaseAddress, (): &()) -> ConnectionResult<Session<Self>> {
        Ok(Session::new(Self::establish(address.expose_url()).await?, None))
    }

    fn begin(options: &TransactionOptions, opening: &mut Opening) {
        options.begin_on_mysql(opening);
    }
}
