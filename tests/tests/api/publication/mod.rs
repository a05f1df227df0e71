//! What verifiers fetch.

mod keys;
mod status_lists;

/// Runs what a job or a command line does.
fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
