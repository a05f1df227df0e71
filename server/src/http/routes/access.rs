//! What two persons must do.

use crate::domain::access::DecideProposal;
use crate::http::answer::Page;
use crate::http::api::access::proposals::{self, DecisionRequest, Proposal};
use crate::service::access::proposals::Decided;

routes! { "access";
    GET  "/api/v1/proposals"            proposals::list, DecideProposal => 200 Page<Proposal>,
        "待另一人确认的申请" / "What members of the caller's unit have proposed, newest first";
    GET  "/api/v1/proposals/{id}"       proposals::read, DecideProposal => 200 Proposal,
        "一项申请" / "One proposal";
    POST "/api/v1/proposals/{id}/acts"  proposals::act, DecideProposal, DecisionRequest => 200 Decided,
        "确认或否决申请" / "Confirms a proposal, which carries it out, or refuses it";
}
