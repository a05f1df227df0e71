//! A way to PostgreSQL that can go silent: nothing passes any more, and neither end is told. So a network behaves where
//! a firewall forgets its connections, or a machine loses its power.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::db::TempDir;

/// A socket before another one.
pub struct Silence {
    folder: TempDir,
    is_silent: Arc<AtomicBool>,
}

impl Silence {
    /// Passes on what comes to a socket in a folder of its own to the one in `folder`.
    pub fn before(folder: &Path) -> Self {
        let own = TempDir::new("silence");
        let is_silent = Arc::new(AtomicBool::new(false));
        let listener = UnixListener::bind(own.path().join(SOCKET)).unwrap();
        let (behind, flag) = (folder.join(SOCKET), Arc::clone(&is_silent));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                pass(client, behind.clone(), &flag);
            }
        });
        Self { folder: own, is_silent }
    }

    /// Where its socket is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// From now on nothing passes, on old connections and new ones.
    pub fn begin(&self) {
        self.is_silent.store(true, Ordering::SeqCst);
    }

    /// What comes from now on passes again; what came meanwhile is lost.
    pub fn end(&self) {
        self.is_silent.store(false, Ordering::SeqCst);
    }
}

fn pass(client: UnixStream, behind: PathBuf, is_silent: &Arc<AtomicBool>) {
    let Ok(server) = UnixStream::connect(behind) else { return };
    for (mut from, mut to) in [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)] {
        let is_silent = Arc::clone(is_silent);
        std::thread::spawn(move || {
            from.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
            let mut buffer = [0; 16 * 1024];
            loop {
                match from.read(&mut buffer) {
                    Ok(0) => break,
                    Ok(_) if is_silent.load(Ordering::SeqCst) => {}
                    Ok(count) => {
                        if to.write_all(buffer.get(..count).unwrap_or_default()).is_err() {
                            break;
                        }
                    }
                    Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                    Err(_) => break,
                }
            }
            let _ = to.shutdown(std::net::Shutdown::Both);
        });
    }
}

const SOCKET: &str = ".s.PGSQL.5432";
