//! Licences: cards of a wallet, acts of the issuing unit.

use crate::domain::access::{ChangeStatus, ViewOwnLicences};
use crate::http::answer::Page;
use crate::http::api::licence::acts::{self, ActRequest};
use crate::http::api::licence::cards::{self, Card};
use crate::service::licence::acts::ActOutcome;

routes! { "licence";
    GET  "/api/v1/wallet/licences"          cards::list, ViewOwnLicences => 200 Page<Card>,
        "本人的证照" / "The caller's own licences";
    GET  "/api/v1/wallet/licences/{id}"     cards::read, ViewOwnLicences => 200 Card,
        "本人的一件证照" / "One of the caller's own licences";
    POST "/api/v1/licences/{id}/acts"       acts::create, ChangeStatus, ActRequest => 200 ActOutcome,
        "挂起、解除挂起或吊销证照" / "Suspends, resumes or revokes a licence of the caller's unit";
}
