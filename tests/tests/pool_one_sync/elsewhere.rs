//! The other databases, of which there are none here: what the files say of them is tried in the pool's own suite.

/// No MariaDB.
pub(crate) mod mariadb {
    use tenancy_pool::TenantPool;

    pub(crate) type Connection = diesel_async::AsyncMysqlConnection;

    pub(crate) enum Database {}

    pub(crate) async fn open() -> Option<(TenantPool<Connection>, Database)> {
        None
    }

    impl Database {
        pub(crate) fn address(&self) -> String {
            match *self {}
        }

        pub(crate) async fn run(&self, _: &str) {
            match *self {}
        }
    }
}

/// No SQLite.
pub(crate) mod sqlite {
    use diesel::SqliteConnection;
    use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
    use tenancy_pool::TenantPool;

    pub(crate) enum Database {}

    pub(crate) async fn open() -> Option<(TenantPool<SyncConnectionWrapper<SqliteConnection>>, Database)> {
        None
    }

    impl Database {
        pub(crate) async fn run(&self, _: &str) {
            match *self {}
        }
    }
}
