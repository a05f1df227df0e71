//! The description of the API, read by a validator that is not ours.

use super::peers::{Peer, scratch};

#[test]
fn the_description_of_the_api_is_openapi() {
    let description = serde_json::from_str(&liangzheng_server::http::openapi::text()).unwrap();
    Peer::Python.judges("openapi.py", &description, &scratch("openapi"));
}
