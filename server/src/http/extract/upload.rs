//! A body with a file in it as a form sends it (`multipart/form-data`, part `file`): in place of JSON, or beside fields.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpRequest, web};
use futures_core::Stream;
use liangzheng_core::text::is_hidden;
use serde::de::DeserializeOwned;

use super::body::{self, Body};
use crate::App;
use crate::http::problem::{Problem, kinds};
use crate::service::verifying::room::{FileRoom, NoRoom, Share};

/// What was sent.
#[derive(Debug)]
pub enum JsonOrFile<T> {
    /// A JSON body.
    Json(T),
    /// A file.
    File(SentFile),
}

/// A file as sent.
#[derive(Debug)]
pub struct SentFile {
    /// Its content.
    pub bytes: Vec<u8>,
    /// Its share of the room for files, with that of the fields beside it; to be held as long as the bytes are.
    pub share: Share,
}

/// One file, as a form sends it.
#[derive(Debug)]
pub struct OneFile(pub SentFile);

/// A JSON body, or a form of two parts: `content`, which is that JSON, and `file`.
#[derive(Debug)]
pub struct JsonWithFile<T> {
    /// What the JSON said.
    pub content: T,
    /// The file, if one came.
    pub file: Option<SentFile>,
}

/// One file of at most `MOST` bytes, with fields that are read as a `T`.
#[derive(Debug)]
pub struct FormWithFile<T, const MOST: usize> {
    /// The fields; one that was left blank is as one that is not there.
    pub fields: T,
    /// As the file is called.
    pub name: String,
    /// The file.
    pub file: SentFile,
}

type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

impl<T: DeserializeOwned + 'static> FromRequest for JsonOrFile<T> {
    type Error = Error;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if is_form(request) {
            let form = Form::of(request, payload);
            return Box::pin(async move { Ok(Self::File(form.only_file().await?)) });
        }
        let json = Body::<T>::from_request(request, payload);
        Box::pin(async move { Ok(Self::Json(json.await?.into_inner())) })
    }
}

impl FromRequest for OneFile {
    type Error = Error;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_form(request) {
            return Box::pin(async { Err(Problem::new(&kinds::UNSUPPORTED_MEDIA).into()) });
        }
        let form = Form::of(request, payload);
        Box::pin(async move { Ok(Self(form.only_file().await?)) })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for JsonWithFile<T> {
    type Error = Error;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if is_form(request) {
            let form = Form::of(request, payload);
            return Box::pin(async move {
                let Sent { file, mut fields, .. } = form.read(MAX_FILE, Some(MAX_CONTENT)).await?;
                let content = fields.remove("content").ok_or_else(|| {
                    Problem::new(&kinds::INVALID).field(
                        "/content",
                        "missing",
                        "请以 content 为名发送 JSON 内容",
                        "send the JSON as a part called `content`",
                    )
                })?;
                if !fields.is_empty() {
                    return Err(wanted().into());
                }
                Ok(Self { content: body::read(content.as_bytes())?, file })
            });
        }
        let json = Body::<T>::from_request(request, payload);
        Box::pin(async move { Ok(Self { content: json.await?.into_inner(), file: None }) })
    }
}

impl<T: DeserializeOwned + 'static, const MOST: usize> FromRequest for FormWithFile<T, MOST> {
    type Error = Error;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if !is_form(request) {
            return Box::pin(async { Err(Problem::new(&kinds::UNSUPPORTED_MEDIA).into()) });
        }
        let form = Form::of(request, payload);
        Box::pin(async move {
            let Sent { file, name, fields } = form.read(MOST, Some(MAX_FIELD)).await?;
            let text = serde_json::to_vec(&fields).unwrap_or_default();
            Ok(Self { fields: body::read(&text)?, name, file: file.ok_or_else(wanted)? })
        })
    }
}

fn is_form(request: &HttpRequest) -> bool {
    body::is_of_type(request, "multipart/form-data")
}

/// A form that is on its way.
struct Form {
    parts: Multipart,
    room: Option<FileRoom>,
}

/// A form as it was sent.
struct Sent {
    file: Option<SentFile>,
    name: String,
    fields: BTreeMap<String, String>,
}

impl Form {
    fn of(request: &HttpRequest, payload: &mut Payload) -> Self {
        let parts = Multipart::new(request.headers(), payload.take());
        let app = request.app_data::<web::Data<App>>();
        Self { parts, room: app.map(|app| app.file_room.clone()) }
    }

    /// The one part called `file`, and no other.
    async fn only_file(self) -> Result<SentFile, Problem> {
        self.read(MAX_FILE, None).await?.file.ok_or_else(wanted)
    }

    /// The part called `file`, and the others as texts, each at most once; none but the file without a length for others.
    async fn read(mut self, most: usize, most_of_field: Option<usize>) -> Result<Sent, Problem> {
        let room = self.room.ok_or_else(|| Problem::new(&kinds::INTERNAL))?;
        let (mut file, mut name, mut fields) = (None, String::new(), BTreeMap::new());
        // One share of the room for all of it: what is beside the file is in memory as long as the file is.
        let (mut share, mut length) = (Share::default(), 0);
        while let Some(part) = next(&mut self.parts).await {
            let mut part = part.map_err(|_| Problem::new(&kinds::MALFORMED))?;
            let field = part.name().unwrap_or_default().to_owned();
            let is_file = field == "file";
            if (is_file && file.is_some()) || fields.contains_key(&field) || fields.len() == MAX_FIELDS {
                return Err(wanted());
            }
            if is_file {
                let called = part.content_disposition().and_then(|value| value.get_filename());
                name = called.unwrap_or_default().chars().filter(|c| !is_hidden(*c)).take(MAX_NAME).collect();
            }
            let most = if is_file { most } else { most_of_field.ok_or_else(wanted)? };
            let bytes = whole(&mut part, most, |more| {
                length += more;
                room.grow(&mut share, length)
            });
            let bytes = bytes.await?;
            if is_file {
                file = Some(bytes);
            } else if !bytes.is_empty() {
                let text = String::from_utf8(bytes).map_err(|_| Problem::new(&kinds::MALFORMED))?;
                fields.insert(field, text);
            }
        }
        Ok(Sent { file: file.map(|bytes| SentFile { bytes, share }), name, fields })
    }
}

/// All of one part, of at most so many bytes, for each of which there must be room.
async fn whole(
    part: &mut actix_multipart::Field,
    most: usize,
    mut take_room: impl FnMut(usize) -> Result<(), NoRoom>,
) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = next(part).await {
        let chunk = chunk.map_err(|_| Problem::new(&kinds::MALFORMED))?;
        if bytes.len() + chunk.len() > most {
            return Err(Problem::new(&kinds::TOO_LARGE));
        }
        take_room(chunk.len())?;
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

impl From<NoRoom> for Problem {
    fn from(_: NoRoom) -> Self {
        Self::new(&kinds::UNAVAILABLE).retry_after(5)
    }
}

fn wanted() -> Problem {
    Problem::new(&kinds::INVALID).field(
        "/file",
        "missing",
        "请以 file 为名上传一个文件，且仅一个",
        "send one file, called `file`, and no field twice",
    )
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

/// Fields of a form; ours have four.
const MAX_FIELDS: usize = 16;
/// Bytes of a field.
const MAX_FIELD: usize = 1024;
/// Bytes of a JSON content beside a file.
const MAX_CONTENT: usize = 256 * 1024;
/// Characters of a file's name that are kept.
const MAX_NAME: usize = 100;
/// A licence file is some 60 KB.
const MAX_FILE: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use actix_web::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
    use actix_web::test::TestRequest;

    use super::*;

    #[tokio::test]
    async fn what_is_beside_the_file_has_its_share_of_the_room_as_long_as_the_file() {
        let part = |name: &str, bytes: usize| {
            let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
            format!("{head}{}\r\n", "x".repeat(bytes))
        };
        let body = format!("{}{}--b--\r\n", part("content", MAX_CONTENT), part("file", 1));
        let (_, payload) = TestRequest::default().set_payload(body).to_http_parts();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("multipart/form-data; boundary=b"));
        let room = FileRoom::default();
        let form = Form { parts: Multipart::new(&headers, payload), room: Some(room.clone()) };
        let sent = form.read(MAX_FILE, Some(MAX_CONTENT)).await.unwrap();
        assert_eq!(sent.fields["content"].len(), MAX_CONTENT);
        let rest = 128 * 1024 * 1024 - MAX_CONTENT;
        let mut other = Share::default();
        assert_eq!(room.grow(&mut other, rest), Err(NoRoom));
        drop(sent);
        room.grow(&mut other, rest).unwrap();
    }
}
