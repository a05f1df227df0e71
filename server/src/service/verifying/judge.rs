//! What `POST /api/v1/verify` judges by.

use liangzheng_core::verify::Verifier;

/// What the verify route judges by.
#[derive(Default)]
pub enum Judge {
    /// The lists this server publishes, and the current status in its database.
    #[default]
    Own,
    /// Lists given from outside and no database, as an offline verifier has them: the server then answers as the
    /// command line and the browser do on the same lists, which the shared vectors assert.
    Given {
        /// Holds the given lists.
        verifier: Box<Verifier>,
        /// Whether accepted presentations are remembered, and a second showing refused.
        remember: bool,
    },
}
