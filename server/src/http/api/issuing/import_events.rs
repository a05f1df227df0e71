//! How far an import is, as it goes: server-sent events (HTML Living Standard, 9.2).
//!
//! An event's id is the import's version, so that whoever comes again with `Last-Event-ID` is told only what is new. A
//! stream ends by itself after some seconds: its reader comes again, and is asked again who he is.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::http::header;
use actix_web::rt;
use actix_web::web::{self, Bytes};
use actix_web::{Error, HttpResponse};
use futures_core::Stream;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::imports::ImportAnswer;
use crate::App;
use crate::domain::access::ViewImports;
use crate::domain::ids::ImportId;
use crate::http::answer::private;
use crate::http::extract::Permitted;
use crate::service::issuing::imports;

/// The stream of an import's events, after the one that was `seen`.
pub(super) fn stream(
    app: web::Data<App>,
    permit: Permitted<ViewImports>,
    id: ImportId,
    seen: Option<i64>,
) -> HttpResponse {
    let (send, take) = mpsc::channel(1);
    rt::spawn(tell(app, permit, id, seen, send));
    private(HttpResponse::Ok())
        .content_type("text/event-stream")
        // A proxy that collects answers would hold events back.
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(Events(take))
}

async fn tell(
    app: web::Data<App>,
    permit: Permitted<ViewImports>,
    id: ImportId,
    mut seen: Option<i64>,
    send: mpsc::Sender<Bytes>,
) {
    let until = Instant::now() + LONGEST;
    if send.send(Bytes::from_static(b"retry: 1000\n\n")).await.is_err() {
        return;
    }
    loop {
        let Ok(waiting) = imports::version(&app, &permit, id).await else { return };
        if seen != Some(waiting.version) {
            let Ok(view) = imports::progress(&app, &permit, id).await else { return };
            let (version, is_over) = (view.import.version, view.import.state.is_over());
            let data = serde_json::to_string(&ImportAnswer::from(view)).unwrap_or_default();
            let event = format!("id: {version}\nevent: progress\ndata: {data}\n\n");
            if send.send(event.into()).await.is_err() || is_over {
                return;
            }
            seen = Some(version);
        } else if send.send(Bytes::from_static(b":\n\n")).await.is_err() {
            // Nobody reads any more.
            return;
        }
        if Instant::now() >= until {
            return;
        }
        tokio::time::sleep(EACH).await;
    }
}

struct Events(mpsc::Receiver<Bytes>);

impl Stream for Events {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(cx).map(|piece| piece.map(Ok))
    }
}

/// Between two looks.
const EACH: Duration = Duration::from_millis(400);
/// A stream's longest life: under what a request may take.
const LONGEST: Duration = Duration::from_secs(20);
