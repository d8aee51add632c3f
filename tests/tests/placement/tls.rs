//! TLS: the right authority connects; a wrong one, a wrong host, or nobody's certificate does not.

use std::io::Write as _;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
};
use tenancy_diesel::testing;
use tenancy_pool::placement::{CatalogConnection, NoAddresses, PgCatalog};
use tenancy_pool::{OneSyncConnection, TenantPool, Tls};
use tenancy_tests::server;
use tokio::sync::OnceCell;

use crate::connecting::refusal;
use crate::database::{Database, address, eventually};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority(name: &str) -> Authority {
    let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(DnType::CommonName, name);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().expect("a key")).expect("an authority")
}

/// A certificate for `name` and its key, as PEM.
fn issue(authority: &Authority, name: &str, purpose: ExtendedKeyUsagePurpose) -> (String, String) {
    let mut parameters = CertificateParams::new([name.to_owned()]).expect("parameters");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.extended_key_usages.push(purpose);
    let key = KeyPair::generate().expect("a key");
    let certificate = parameters.signed_by(&key, authority).expect("a certificate");
    (certificate.pem(), key.serialize_pem())
}

/// Who has to say a password, whatever the others have to.
const WITH_PASSWORD: &str = "host all with_password 127.0.0.1/32 scram-sha-256";

/// The authority of the throw-away server's certificate, which is for `localhost`; and one of our clients'.
struct Issued {
    authority: Authority,
}

/// Turns TLS on, once. `None` when the server is not ours to change.
async fn issued() -> Option<&'static Issued> {
    static ISSUED: OnceCell<Option<Issued>> = OnceCell::const_new();
    ISSUED.get_or_init(turn_on).await.as_ref()
}

async fn turn_on() -> Option<Issued> {
    if server::postgres_directory().is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "skipped: DATABASE_URL names a server, whose TLS is not ours to change"
        );
        return None;
    }
    let database = Database::new("tls");
    let authority = authority("authority of the tests");
    let (certificate, key) = issue(&authority, "localhost", ExtendedKeyUsagePurpose::ServerAuth);
    // The server writes them itself, into its directory and as its own account: it refuses a key that others may read.
    let write = |file: &str, text: &str| {
        database.run(&format!(
            "COPY (SELECT unnest(string_to_array('{text}', E'\\n'))) TO PROGRAM 'umask 077 && cat > {file}'"
        ));
    };
    write("tests.crt", &certificate);
    write("tests.key", &key);
    write("tests_ca.crt", &authority.pem());
    // Certificates for those who are named so; everybody else as before.
    let line = "hostssl all /^with_certificate 127.0.0.1/32 cert";
    let line =
        if database.count("pg_settings WHERE name = 'server_version_num' AND setting::int >= 160000") > 0 {
            line.to_owned()
        } else {
            line.replace("/^with_certificate", "with_certificate")
        };
    database.run("CREATE ROLE with_certificate LOGIN NOSUPERUSER NOBYPASSRLS");
    database.run("CREATE ROLE with_password LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD 's3cret'");
    database.run(&format!(
        "COPY (SELECT unnest(ARRAY['{line}', '{WITH_PASSWORD}'])) TO PROGRAM 'cat > hba && cat pg_hba.conf >> hba && mv hba pg_hba.conf'"
    ));
    for (setting, value) in [
        ("ssl_cert_file", "tests.crt"),
        ("ssl_key_file", "tests.key"),
        ("ssl_ca_file", "tests_ca.crt"),
        ("ssl", "on"),
    ] {
        database.run(&format!("ALTER SYSTEM SET {setting} = '{value}'"));
    }
    database.run("SELECT pg_reload_conf()");
    eventually("the server has TLS", async || {
        database.try_run("DO $$ BEGIN ASSERT current_setting('ssl') = 'on'; END $$").is_ok()
    })
    .await;
    Some(Issued { authority })
}

/// The reader's address at `host`, with TLS as `mode` says.
fn url(database: &Database, host: &str, mode: &str) -> String {
    let url = database
        .address(&database.reader)
        .expose_url()
        .replace("sslmode=disable", &format!("sslmode={mode}"));
    url.replace("@127.0.0.1", &format!("@{host}"))
}

fn connection(database: &Database, host: &str, mode: &str, authority: &Authority) -> CatalogConnection {
    CatalogConnection::new(address(&url(database, host, mode)))
        .tls(Tls::with_roots(authority.pem()).expect("roots"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_right_authority_connects_by_tls() {
    let Some(issued) = issued().await else { return };
    let database = Database::new("tls");
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        let connection = connection(&database, "localhost", mode, &issued.authority);
        let catalog = PgCatalog::open(connection, NoAddresses).await.expect(mode);
        assert!(catalog.entry("nobody").await.is_ok());
        let encrypted = "pg_stat_ssl JOIN pg_stat_activity USING (pid)
            WHERE ssl AND datname = current_database() AND application_name = 'tenancy-catalog'";
        assert!(database.count(encrypted) > 0, "{mode}");
    }
    // The driver is asked for none, so there is none.
    let plain = connection(&database, "localhost", "disable", &issued.authority);
    PgCatalog::open(plain, NoAddresses).await.expect("a connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_authority_a_wrong_host_and_no_authority_are_refused() {
    let Some(issued) = issued().await else { return };
    let database = Database::new("tls");
    let other = authority("authority of the tests");
    for mode in ["prefer", "require", "verify-ca", "verify-full"] {
        let wrong = [
            ("another authority of that name", connection(&database, "localhost", mode, &other)),
            (
                "an address that is not in the certificate",
                connection(&database, "127.0.0.1", mode, &issued.authority),
            ),
            (
                "the machine's authorities",
                CatalogConnection::new(address(&url(&database, "localhost", mode))),
            ),
        ];
        for (what, connection) in wrong {
            let error = refusal(connection).await;
            assert!(
                error.contains("certificate") && error.contains("`Tls::with_roots`"),
                "{mode}, {what}: {error}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_certificate_is_shown() {
    let Some(issued) = issued().await else { return };
    let database = Database::new("tls");
    let url = url(&database, "localhost", "require")
        .replace(&format!("{}:x@", database.reader), "with_certificate@");
    let open = |tls: Tls| PgCatalog::open(CatalogConnection::new(address(&url)).tls(tls), NoAddresses);
    let tls = Tls::with_roots(issued.authority.pem()).expect("roots");
    assert!(open(tls.clone()).await.is_err(), "without a certificate");

    let (certificate, key) =
        issue(&issued.authority, "with_certificate", ExtendedKeyUsagePurpose::ClientAuth);
    let ours = tls.clone().with_client_certificate(&certificate, &key).expect("a certificate");
    open(ours).await.expect("a connection");

    let (another, another_key) = issue(&issued.authority, "somebody", ExtendedKeyUsagePurpose::ClientAuth);
    let theirs = tls.clone().with_client_certificate(&another, &another_key).expect("a certificate");
    assert!(open(theirs).await.is_err(), "with somebody else's");
    assert!(tls.with_client_certificate(&certificate, &another_key).is_err(), "with somebody else's key");
}

/// Opens a pool of the connection of our own, and says whether its backend is reached by TLS.
async fn encrypted(url: &str, tls: Tls) -> Result<bool, String> {
    #[derive(diesel::QueryableByName)]
    struct Ssl {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        ssl: bool,
    }
    let building = TenantPool::<OneSyncConnection>::builder(url)
        .without_wall("what is tried is how it connects")
        .tls(tls)
        .across(url)
        .max_connections(1)
        .build();
    let tenants = building.await.map_err(|error| tenancy_tests::chain(&error))?;
    let across = testing::cross_tenant("a test");
    let mut tx = tenants.across(&across).begin().await.map_err(|error| tenancy_tests::chain(&error))?;
    let query = diesel::sql_query("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    let rows: Vec<Ssl> = tx.load_raw("nothing", query).await.map_err(|error| error.to_string())?;
    Ok(rows.iter().any(|row| row.ssl))
}

/// The stream is taken over from the driver when it has authenticated, in TLS as well.
#[tokio::test(flavor = "multi_thread")]
async fn the_connection_of_our_own_is_verified_and_authenticated_as_the_other() {
    let Some(issued) = issued().await else { return };
    let database = Database::new("tls");
    let tls = || Tls::with_roots(issued.authority.pem()).expect("roots");
    for (mode, is_encrypted) in
        [("disable", false), ("prefer", true), ("require", true), ("verify-full", true)]
    {
        assert_eq!(encrypted(&url(&database, "localhost", mode), tls()).await, Ok(is_encrypted), "{mode}");
    }
    let other = Tls::with_roots(authority("authority of the tests").pem()).expect("roots");
    for (what, host, tls) in [("another authority", "localhost", other), ("another host", "127.0.0.1", tls())]
    {
        let refused = encrypted(&url(&database, host, "require"), tls).await.expect_err(what);
        assert!(
            refused.contains("certificate") && refused.contains("`Tls::with_roots`"),
            "{what}: {refused}"
        );
    }
    // A password, which is proved and not said, and bound to the channel.
    let reader = format!("{}:x@", database.reader);
    for (account, suffix, right) in [
        ("with_password:s3cret@", "", true),
        ("with_password:s3cret@", "&channel_binding=require", true),
        ("with_password:wrong@", "", false),
        ("with_password@", "", false),
    ] {
        for mode in ["disable", "require"] {
            if mode == "disable" && !suffix.is_empty() {
                continue;
            }
            let url = format!("{}{suffix}", url(&database, "localhost", mode).replace(&reader, account));
            let opened = encrypted(&url, tls()).await;
            assert_eq!(opened.is_ok(), right, "{account} {suffix} {mode}: {opened:?}");
            if let Err(refused) = opened {
                assert!(!refused.contains("wrong@") && refused.contains("password"), "{refused}");
            }
        }
    }
}
