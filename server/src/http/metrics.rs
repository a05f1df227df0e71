//! Figures for Prometheus, and who may read them.

use std::sync::OnceLock;

use actix_web::dev::ServiceResponse;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

use super::extract::is_from_this_machine;
use super::problem::{Problem, kinds};
use crate::App;

/// Counts one answer by route and status. The route is the pattern, so that ids make no series of their own.
pub(crate) fn count(response: &ServiceResponse) {
    let route = response.request().match_pattern().unwrap_or_else(|| "(none)".into());
    let class = match response.status().as_u16() {
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    };
    metrics::counter!("liangzheng_http_requests_total", "route" => route, "status" => class).increment(1);
}

/// `GET /metrics`: from this machine and through no proxy, or with the token of `secrets.metrics_token_file`.
pub(crate) async fn show(request: HttpRequest, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    let token = app.metrics_token.as_ref().map(|token| format!("Bearer {}", token.as_str()));
    let given = request.headers().get(header::AUTHORIZATION).map(|value| value.as_bytes());
    let with_token = token.zip(given).is_some_and(|(token, given)| {
        aws_lc_rs::constant_time::verify_slices_are_equal(token.as_bytes(), given).is_ok()
    });
    if !with_token && !is_from_this_machine(&request) {
        return Err(Problem::new(&kinds::NOT_FOUND));
    }
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8"))
        .body(recorder().map(PrometheusHandle::render).unwrap_or_default()))
}

/// Installs the process's recorder; figures counted before are lost.
pub(crate) fn install_recorder() {
    recorder();
}

/// The process's recorder; `None` if another one is in its place.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    RECORDER.get_or_init(|| PrometheusBuilder::new().install_recorder().ok()).as_ref()
}
