//! Requests that this server makes of others, at addresses that its configuration names and nowhere else.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

/// Why a file that the configuration names cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {problem}")]
pub struct FileError {
    file: String,
    problem: String,
}

impl FileError {
    /// What is wrong with a file.
    pub fn new(file: &Path, problem: impl ToString) -> Self {
        Self { file: file.display().to_string(), problem: problem.to_string() }
    }
}

/// Makes requests: no proxy, no redirect, and no longer than `seconds`. `ca_file` holds the certificates that may stand at
/// the end of the other's chain, else those of the web do; `client` names this server's certificate and its key.
pub fn agent(
    ca_file: Option<&Path>,
    client: Option<(&Path, &Path)>,
    seconds: u64,
) -> Result<Agent, FileError> {
    let roots = match ca_file {
        None => RootCerts::WebPki,
        Some(file) => RootCerts::new_with_certs(&certificates(&read(file)?)),
    };
    let client = match client {
        Some((certificate, key)) => {
            let private = PrivateKey::from_pem(&read(key)?).map_err(|error| FileError::new(key, error))?;
            Some(ClientCert::new_with_certs(&certificates(&read(certificate)?), private))
        }
        None => None,
    };
    let config = Agent::config_builder()
        .tls_config(tls(roots, client))
        // The other is where the configuration says: names and numbers may be sent there.
        .proxy(None)
        .max_redirects(0)
        .max_redirects_will_error(true)
        .timeout_global(Some(Duration::from_secs(seconds)))
        .user_agent(concat!("liangzheng-server/", env!("CARGO_PKG_VERSION")))
        .build();
    Ok(config.new_agent())
}

/// TLS by the library that this server's own TLS is of.
pub fn tls(roots: RootCerts, client: Option<ClientCert>) -> TlsConfig {
    TlsConfig::builder()
        .root_certs(roots)
        .client_cert(client)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}

/// A file as it is.
pub fn read(file: &Path) -> Result<Vec<u8>, FileError> {
    std::fs::read(file).map_err(|error| FileError::new(file, error))
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(Result::ok);
    items.filter_map(|item| if let PemItem::Certificate(one) = item { Some(one) } else { None }).collect()
}
