//! A client's connection below HTTP: what it may take of time, how many of them one address may have, and how a head
//! must be written.
//!
//! The web server limits how long a first head may take. It knows no limit for the heads after it, nor for a client
//! that does not read its answer; both hold a descriptor for as long as they like (docs/SECURITY.md, threat 38). What a
//! body may take is limited where it is read ([`super::edge`]).

mod heads;
mod places;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;

use heads::Heads;
pub(super) use places::{Place, Places};

/// One connection.
#[derive(Debug)]
pub(super) struct Connection {
    socket: Socket,
    heads: Heads,
    /// Runs while a head has begun and not ended.
    head: Limit,
    /// Runs once no further request can come, for the last one and its answer.
    rest: Limit,
    /// Runs while something written waits for the client to take it.
    write: Limit,
    // Given back when the connection ends.
    _place: Option<Place>,
}

/// What it goes over.
#[derive(Debug)]
pub(super) enum Socket {
    /// In the clear.
    Plain(TcpStream),
    /// Encrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

impl Connection {
    /// A connection whose client must take what is written within `patience`, some 32 KiB at a time.
    pub(super) fn new(socket: Socket, place: Option<Place>, patience: Duration) -> Self {
        let (head, write) = (Limit::of(HEAD), Limit::of(patience));
        let rest = Limit::of(patience.saturating_mul(2));
        Self { socket, heads: Heads::default(), head, rest, write, _place: place }
    }
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = loop {
            let read = match &mut this.socket {
                Socket::Plain(socket) => Pin::new(socket).poll_read(cx, buf),
                Socket::Tls(socket) => Pin::new(socket).poll_read(cx, buf),
            };
            let new = buf.filled_mut().get_mut(before..).unwrap_or_default();
            let (came, passed) = (new.len(), this.heads.pass(new));
            buf.set_filled(before.saturating_add(passed));
            // Nothing of what came is passed on: nothing has come, as the parser sees it, and not the end either.
            if came == 0 || passed > 0 {
                break read;
            }
        };
        let limit = if this.heads.is_over() {
            // The parser below us reads on behind its last answer, as long as a chunked body does not end.
            &mut this.rest
        } else if this.heads.is_within() {
            &mut this.head
        } else {
            this.head.rest();
            return read;
        };
        // Polled in any case: a client that always has one more byte is late too.
        match limit.poll(cx) {
            Poll::Ready(late) => Poll::Ready(Err(late)),
            Poll::Pending => read,
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = match &mut this.socket {
            Socket::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Socket::Tls(socket) => Pin::new(socket).poll_write(cx, bytes),
        };
        this.unless_late(cx, written)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = match &mut this.socket {
            Socket::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Socket::Tls(socket) => Pin::new(socket).poll_flush(cx),
        };
        if flushed.is_ready() {
            this.write.rest();
        }
        this.unless_late(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Socket::Tls(socket) => Pin::new(socket).poll_shutdown(cx),
        }
    }
}

impl Connection {
    /// Only a flush that is done ends the wait: a client that takes a byte now and then is waited for no longer.
    fn unless_late<T>(&mut self, cx: &mut Context<'_>, outcome: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            return outcome;
        }
        Poll::Ready(Err(ready!(self.write.poll(cx))))
    }
}

/// A limit of time that runs from its first poll until it is put to rest.
#[derive(Debug)]
struct Limit {
    length: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    is_running: bool,
}

impl Limit {
    const fn of(length: Duration) -> Self {
        Self { length, sleep: None, is_running: false }
    }

    fn rest(&mut self) {
        self.is_running = false;
    }

    /// Ready with the error once it is over.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep(self.length)));
        if !self.is_running {
            self.is_running = true;
            sleep.as_mut().reset(Instant::now() + self.length);
        }
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(io::ErrorKind::TimedOut.into())
    }
}

/// A client that sends a head slower than this is not one of ours.
pub(super) const HEAD: Duration = Duration::from_secs(10);
