//! Which routes tell a licence's face, and to whom: asked of every cell of the table.

use liangzheng_server::domain::actor::membership::Role;
use liangzheng_server::http::routes::RouteEntry;
use liangzheng_tests::http::Answer;

use super::who::Who;

/// Whether an answer has a value of the faces of the world's licences (`make/licence.rs`), as it stands there.
pub(super) fn tells_a_face(answer: &Answer) -> bool {
    let text = answer.text();
    ["山月茶饮", "91990100MA0000031K"].iter().any(|value| text.contains(value))
}

/// Who reads faces, and by which routes; by all others nobody does. A using unit does by a fetch or a prefill within its scope
/// alone (`casework/`), where these licences are in no case.
pub(super) fn is_told_faces(who: Who, route: &RouteEntry) -> bool {
    let path = route.path.trim_start_matches("/api/v1");
    match who {
        // Their holders, in their wallets.
        Who::Lin | Who::Tang => matches!(
            path,
            "/wallet/licences"
                | "/wallet/licences/{id}"
                | "/wallet/licences/{id}/face"
                | "/wallet/licences/{id}/authorisation-options"
                | "/wallet/delegations"
        ),
        // Whom they are delegated to, as far as his scene shows it.
        Who::Delegate => path == "/wallet/licences/{id}",
        // Their unit.
        Who::Program | Who::Everything | Who::Own(Role::IssuerMaker | Role::IssuerChecker) => {
            matches!(path, "/licences/{id}" | "/licences/{id}/versions")
        }
        _ => false,
    }
}
