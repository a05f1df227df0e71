//! Verifying what is shown.

use super::row::Maybe;
use crate::domain::access::{ReportScans, VerifyFully};
use crate::http::api::verifying::scans::{self, ScansRequest};
use crate::http::api::verifying::verify::{self, VerifyAnswer, VerifyRequest};
use crate::service::verifying::scans::HandedIn;

routes! { "verifying";
    POST "/api/v1/verify"   verify::verify, Maybe<VerifyFully>, VerifyRequest => 200 VerifyAnswer,
        "核验亮证码" / "Verifies a code; staff get the whole verdict and spend it, the public gets answer and code";
    POST "/api/v1/scans"    scans::hand_in, ReportScans, ScansRequest => 200 HandedIn,
        "上报离线核验记录" / "Takes in receipts of scans made without a network";
}
