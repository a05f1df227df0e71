//! The listening socket: from a connection that comes in to the requests on it.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::error::DispatchError;
use actix_http::{HttpService, Protocol};
use actix_service::{ServiceFactoryExt as _, map_config};
use actix_web::dev::{AppConfig, Server, fn_service};
use actix_web::middleware::from_fn;
use actix_web::{App as WebApp, web};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::connection::{Connection, HEAD, Places, Socket};
use super::edge::{InFlight, edge};
use super::{problem, routes};
use crate::App;

/// Serves `app` on `listener`; over TLS if there is a configuration for it.
pub(crate) fn listen(
    app: Arc<App>,
    in_flight: InFlight,
    listener: TcpListener,
    tls: Option<rustls::ServerConfig>,
) -> io::Result<Server> {
    let (server, limits) = (&app.config.server, &app.config.limits);
    let per_address = if limits.enabled { limits.connections_per_address } else { 0 };
    let per_address = per_address.min(most_connections() / 2);
    let places = Places::new(per_address, server.trusted_proxy);
    let patience = Duration::from_secs(server.request_seconds);
    let workers = match server.workers {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        workers => workers,
    };
    let address = listener.local_addr()?;
    let tls = tls.map(|mut tls| {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(tls))
    });
    let builder = Server::build()
        .disable_signals()
        .shutdown_timeout(1)
        .workers(workers)
        .max_concurrent_connections(most_connections() / workers);
    let stopping = builder.graceful_shutdown_signal();
    let (app, in_flight) = (web::Data::from(app), web::Data::new(in_flight));
    let builder = builder.listen("http", listener, move || {
        let (places, tls) = (places.clone(), tls.clone());
        let accept = fn_service(move |stream: TcpStream| {
            let (places, tls) = (places.clone(), tls.clone());
            async move { accept(stream, &places, tls, patience).await.map_err(DispatchError::Io) }
        });
        let stopping = stopping.clone();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .client_request_timeout(HEAD)
            .client_disconnect_timeout(Duration::from_secs(1))
            .local_addr(address)
            .finish(map_config(
                WebApp::new()
                    .app_data(app.clone())
                    .app_data(in_flight.clone())
                    .app_data(problem::path_config())
                    .app_data(problem::query_config())
                    .app_data(web::PayloadConfig::new(problem::MAX_BODY))
                    .configure(routes::configure)
                    .default_service(web::to(routes::unknown))
                    .wrap(from_fn(edge)),
                |()| AppConfig::default(),
            ));
        accept.and_then(http)
    })?;
    Ok(builder.run())
}

/// A connection ready for requests, unless its address has too many or it does not agree on TLS in time.
async fn accept(
    mut stream: TcpStream,
    places: &Places,
    tls: Option<TlsAcceptor>,
    patience: Duration,
) -> io::Result<(Connection, Protocol, Option<SocketAddr>)> {
    let peer = stream.peer_addr()?;
    stream.set_nodelay(true)?;
    let Ok(place) = places.take(peer.ip()) else {
        if tls.is_none() {
            // What it sent is read first: closed with something unread, a connection takes the answer with it.
            let told = async {
                match stream.read(&mut [0; 4096]).await? {
                    0 => Ok(()),
                    _ => stream.write_all(TOO_MANY).await,
                }
            };
            let _ = timeout(Duration::from_millis(200), told).await;
        }
        return Err(io::ErrorKind::ConnectionRefused.into());
    };
    let socket = match tls {
        None => Socket::Plain(stream),
        Some(tls) => Socket::Tls(Box::new(timeout(HEAD, tls.accept(stream)).await??)),
    };
    Ok((Connection::new(socket, place, patience), Protocol::Http1, Some(peer)))
}

/// As many as there are descriptors for, but for those that files, the database and the log need.
fn most_connections() -> usize {
    let held = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    held.and_then(|held| usize::try_from(held).ok()).map_or(25_000, |held| held.saturating_sub(KEPT).max(64))
}

/// Raises the number of descriptors to what the system allows this process: many systems begin with 1,024, which one
/// client with slow connections uses up.
pub(crate) fn raise_descriptors() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let held = getrlimit(Resource::Nofile);
    // Beyond this nobody is served better, and tables of that size are made for each process that is started.
    let wanted = held.maximum.unwrap_or(ENOUGH).min(ENOUGH);
    if held.current.is_some_and(|current| current < wanted)
        && let Err(error) =
            setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum: held.maximum })
    {
        tracing::warn!(%error, "the number of open files could not be raised");
    }
}

const ENOUGH: u64 = 65_536;
const KEPT: usize = 256;
const TOO_MANY: &[u8] =
    b"HTTP/1.1 429 Too Many Requests\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
