//! A server in this process: on a thread of its own, stopped when dropped.

use std::sync::Arc;
use std::thread::JoinHandle;

use liangzheng_server::{App, Application};
use tokio::sync::oneshot;

/// A server that listens.
pub(crate) struct Running {
    pub(crate) url: String,
    pub(crate) app: Arc<App>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Builds a server on a new thread, which it needs for itself, and waits until it listens.
    pub(crate) fn start<B, F>(build: B) -> Self
    where
        B: FnOnce() -> F + Send + 'static,
        F: Future<Output = Application>,
    {
        let (told, started) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let application = build().await;
                told.send((application.address(), application.app())).unwrap();
                let stop = async {
                    let _ = stopped.await;
                };
                application.run_until(stop).await.expect("a clean end");
            });
        });
        let (address, app) = started.recv().expect("the server starts");
        Self { url: format!("http://{address}"), app, stop: Some(stop), thread: Some(thread) }
    }

    /// Stops it and waits until it has stopped.
    pub(crate) fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the server's thread");
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}
