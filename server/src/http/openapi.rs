//! The description of the API, OpenAPI 3.1, made from the route table.
//!
//! Requests and answers are described by the very types that serde reads and writes; what else a request may have
//! (path, query, headers, who may send it) is told by the arguments of its handler. Pages for people are left out.
//! `docs/openapi.json` is a copy that a test keeps equal.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::api::publication::well_known;
use super::extract::SESSION_COOKIE;
use super::problem;
use super::routes::{Login, RouteEntry, routes};
use crate::service::publication::trust::Document;

/// `GET /api/openapi.json`
pub(crate) async fn show(request: HttpRequest) -> HttpResponse {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::new(text()));
    well_known::document(&request, &DOCUMENT, "application/json", well_known::SHORT)
}

/// The description as text.
pub fn text() -> String {
    format!("{:#}\n", description())
}

fn description() -> Value {
    let mut schemas = Schemas::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut areas: BTreeMap<&str, Value> = BTreeMap::new();
    for route in routes().filter(|route| route.area != PAGES) {
        let mut operation = Operation::new(route, &mut schemas);
        route.describe(&mut operation);
        areas.insert(route.area, json!({ "name": route.area }));
        paths.entry(plain(route.path)).or_default().insert(route.method.to_lowercase(), operation.finish());
    }
    let problem = schemas.written.subschema_for::<problem::Document<'static>>();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "亮证 Liangzheng",
            "description": "Electronic licences: shown, verified, kept. Times are unix seconds, days `YYYYMMDD`.",
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": areas.into_values().collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas.finish(),
            "responses": {
                "Problem": {
                    "description": "What went wrong and what helps (RFC 9457), in the language of Accept-Language.",
                    "content": { "application/problem+json": { "schema": problem } },
                },
            },
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "For programs." },
                "cookie": {
                    "type": "apiKey", "in": "cookie", "name": SESSION_COOKIE,
                    "description": "For this server's own pages.",
                },
            },
        },
    })
}

/// The schemas of requests and of answers: a member with a default may be left out of the one, not of the other.
struct Schemas {
    read: SchemaGenerator,
    written: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let settings = |contract| {
            SchemaSettings::draft2020_12().with(|settings| {
                settings.definitions_path = "/components/schemas".into();
                settings.meta_schema = None;
                settings.contract = contract;
            })
        };
        Self {
            read: settings(Contract::Deserialize).into_generator(),
            written: settings(Contract::Serialize).into_generator(),
        }
    }

    /// All that are referred to. A type that is read and written alike has one.
    fn finish(mut self) -> Map<String, Value> {
        let mut all = self.read.take_definitions(true);
        all.extend(self.written.take_definitions(true));
        all
    }
}

/// The description of one route while it is made.
pub(super) struct Operation<'a> {
    route: &'static RouteEntry,
    schemas: &'a mut Schemas,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: Map<String, Value>,
    problems: BTreeSet<u16>,
}

impl<'a> Operation<'a> {
    fn new(route: &'static RouteEntry, schemas: &'a mut Schemas) -> Self {
        let mut problems: BTreeSet<u16> = route.problems.iter().copied().collect();
        // A flood, and a server that is ending; any request may be malformed below what a handler reads.
        problems.extend([400, 429, 503]);
        if route.login != Login::Never {
            problems.extend([401, 403]);
            // Who was faster: any command may find that somebody was.
            problems.extend((route.method != "GET").then_some(409));
        }
        Self { route, schemas, parameters: Vec::new(), body: None, responses: Map::new(), problems }
    }

    /// The parameters of the path, read as a `T`: one value, or a tuple of them.
    pub(super) fn path_parameters<T: JsonSchema>(&mut self) {
        let schema = self.schemas.read.subschema_for::<T>();
        let of_tuple = schema.get("prefixItems").and_then(Value::as_array);
        let schemas = of_tuple.cloned().unwrap_or_else(|| vec![schema.clone().to_value()]);
        for (name, schema) in names(self.route.path).zip(schemas) {
            self.problems.insert(404);
            self.parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": schema }));
        }
    }

    /// The query, read as a `T`: each member is a parameter.
    pub(super) fn query<T: JsonSchema>(&mut self) {
        self.problems.insert(422);
        let mut schema = T::json_schema(&mut self.schemas.read);
        let required = schema.remove("required").unwrap_or_default();
        let is_required =
            |name: &str| required.as_array().is_some_and(|names| names.iter().any(|known| known == name));
        let Some(Value::Object(members)) = schema.remove("properties") else { return };
        for (name, mut schema) in members {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter =
                json!({ "name": name, "in": "query", "required": is_required(&name), "schema": schema });
            if let Some(description) = description {
                parameter["description"] = description;
            }
            self.parameters.push(parameter);
        }
    }

    /// A header that may be sent, and the statuses of what may be wrong with it.
    pub(super) fn header(&mut self, name: &str, description: &str, problems: &[u16]) {
        self.problems.extend(problems);
        self.parameters.push(json!({
            "name": name, "in": "header", "description": description, "schema": { "type": "string" },
        }));
    }

    /// The body, read as a `T`.
    pub(super) fn body<T: JsonSchema>(&mut self) {
        let schema = self.schemas.read.subschema_for::<T>();
        self.reads("application/json", &schema);
    }

    /// The body, read as a `T` or as a form with one file.
    pub(super) fn body_or_file<T: JsonSchema>(&mut self) {
        self.body::<T>();
        let form = json!({
            "type": "object",
            "properties": { "file": binary() },
            "required": ["file"],
        });
        if let Some(body) = &mut self.body {
            body["content"]["multipart/form-data"] = json!({ "schema": form });
        }
    }

    /// The body, a form with one file and fields read as a `T`.
    pub(super) fn form_with_file<T: JsonSchema>(&mut self) {
        let mut schema = T::json_schema(&mut self.schemas.read).to_value();
        schema["properties"]["file"] = binary();
        if let Some(required) = schema["required"].as_array_mut() {
            required.push(json!("file"));
        }
        self.problems.extend([408, 413, 415, 422]);
        self.body =
            Some(json!({ "required": true, "content": { "multipart/form-data": { "schema": schema } } }));
    }

    /// The body, read as a `T`, or as a form with that and a file.
    pub(super) fn body_with_file<T: JsonSchema>(&mut self) {
        self.body::<T>();
        let schema = self.schemas.read.subschema_for::<T>();
        let form = json!({
            "type": "object",
            "properties": { "content": schema, "file": binary() },
            "required": ["content"],
        });
        if let Some(body) = &mut self.body {
            body["content"]["multipart/form-data"] = json!({ "schema": form });
        }
    }

    /// The body, a form with one file.
    pub(super) fn file(&mut self) {
        let form = json!({ "type": "object", "properties": { "file": binary() }, "required": ["file"] });
        let content = json!({ "multipart/form-data": { "schema": form } });
        self.problems.extend([408, 413, 415, 422]);
        self.body = Some(json!({ "required": true, "content": content }));
    }

    /// The body, a form read as a `T`.
    pub(super) fn form<T: JsonSchema>(&mut self) {
        let schema = self.schemas.read.subschema_for::<T>();
        self.reads(FORM, &schema);
    }

    fn reads(&mut self, media: &str, schema: &Schema) {
        self.problems.extend([408, 413, 415, 422]);
        self.body = Some(json!({ "required": true, "content": content(media, schema) }));
    }

    /// The answers, with a `T` as body.
    pub(super) fn answers<T: JsonSchema>(&mut self) {
        let schema = self.schemas.written.subschema_for::<T>();
        self.responses_with(&content("application/json", &schema));
    }

    /// The answers, with something as body that is no JSON of the API.
    pub(super) fn answers_document(&mut self) {
        let media = self.route.media.unwrap_or("application/octet-stream");
        self.responses_with(&content(media, &Schema::default()));
    }

    fn responses_with(&mut self, content: &Value) {
        for status in self.route.statuses {
            let known = StatusCode::from_u16(*status).ok();
            let reason = known.and_then(|status| status.canonical_reason()).unwrap_or_default();
            let mut response = json!({ "description": reason });
            // Of what is neither done nor refused only the status is told: 204, 302, 303, 304.
            if matches!(status, 200..=202 | 400..) {
                response["content"] = content.clone();
            }
            self.responses.insert(status.to_string(), response);
        }
    }

    fn finish(self) -> Value {
        let RouteEntry { area, handler, summary, action, login, .. } = self.route;
        let mut responses = self.responses;
        for status in self.problems {
            let problem = || json!({ "$ref": "#/components/responses/Problem" });
            responses.entry(status.to_string()).or_insert_with(problem);
        }
        let logged_in = [json!({ "bearer": [] }), json!({ "cookie": [] })];
        let security = match login {
            Login::Never => vec![],
            Login::Optional => [&[json!({})][..], &logged_in[..]].concat(),
            Login::Required => logged_in.to_vec(),
        };
        let mut operation = json!({
            "operationId": format!("{area}.{}", handler.replace("::", ".")),
            "tags": [area],
            "summary": summary.en,
            "x-summary-zh": summary.zh,
            "x-action": action,
            "security": security,
            "responses": responses,
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.into();
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation
    }
}

/// A file within a form.
fn binary() -> Value {
    json!({ "type": "string", "contentMediaType": "application/octet-stream" })
}

fn content(media: &str, schema: &Schema) -> Value {
    json!({ media: { "schema": schema } })
}

/// A pattern as OpenAPI writes it: without the expressions that say what a parameter may be.
fn plain(pattern: &str) -> String {
    let parts = pattern.split('{').map(|part| match part.split_once('}') {
        Some((parameter, rest)) => format!("{{{}}}{rest}", name_of(parameter)),
        None => part.to_owned(),
    });
    parts.collect()
}

/// The names of a pattern's parameters, in order.
fn names(pattern: &str) -> impl Iterator<Item = &str> {
    pattern.split('{').filter_map(|part| Some(name_of(part.split_once('}')?.0)))
}

fn name_of(parameter: &str) -> &str {
    parameter.split(':').next().unwrap_or(parameter)
}

/// The area whose routes are for browsers.
const PAGES: &str = "pages";

/// How OAuth sends what it asks for.
const FORM: &str = "application/x-www-form-urlencoded";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_copy_in_docs_says_what_the_table_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json");
        let copy = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            copy == text(),
            "docs/openapi.json is not what the route table gives; renew it with\n\
             cargo run -p liangzheng-server -- openapi > docs/openapi.json"
        );
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let described = routes().filter(|route| route.area != PAGES);
        let names: Vec<String> = described.map(|route| format!("{} {}", route.area, route.handler)).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }

    /// What is made twice by a request that was sent twice is found by its key, but for what has no harm in it.
    #[test]
    fn every_create_takes_an_idempotency_key() {
        const WITHOUT: [(&str, &str); 6] = [
            ("/api/v1/sessions", "a login opens a session each time"),
            ("/api/v1/units/applications", "it has no account that a key could be of; a second one is 409"),
            (
                "/api/v1/cases/{id}/requests",
                "it waits five minutes for one answer; another beside it harms nothing",
            ),
            ("/api/v1/me/totp", "a second one takes the place of the first"),
            ("/api/v1/wallet/licences/{id}/file", "the file is there already"),
            (
                "/api/v1/wallet/shows/{show}/short-code",
                "it is spent once within a minute; another harms nothing",
            ),
        ];
        let mut schemas = Schemas::new();
        let mut without = Vec::new();
        for route in routes().filter(|route| route.method == "POST" && route.statuses.contains(&201)) {
            let mut operation = Operation::new(route, &mut schemas);
            route.describe(&mut operation);
            if !operation.parameters.iter().any(|parameter| parameter["name"] == "Idempotency-Key") {
                without.push(route.path);
            }
        }
        without.sort_unstable();
        let mut known = WITHOUT.map(|(path, _)| path);
        known.sort_unstable();
        assert_eq!(without, known, "a create takes `IdempotencyKey`, or stands above with the reason");
    }

    #[test]
    fn a_schema_is_the_same_wherever_it_is_referred_to() {
        let mut schemas = Schemas::new();
        for route in routes() {
            route.describe(&mut Operation::new(route, &mut schemas));
        }
        let (read, written) = (schemas.read.definitions().clone(), schemas.written.definitions());
        for (name, schema) in &read {
            assert!(written.get(name).is_none_or(|other| other == schema), "{name} is read in another form");
        }
        // schemars tells two types of one name apart by a number behind it, which depends on their order.
        let numbered = |name: &&String| name.ends_with(|last: char| last.is_ascii_digit());
        assert_eq!(read.keys().chain(written.keys()).find(numbered), None);
    }

    #[test]
    fn parameters_are_named_as_in_the_pattern() {
        assert_eq!(plain("/embed/{version}/{path:.+}"), "/embed/{version}/{path}");
        assert_eq!(names("/embed/{version}/{path:.+}").collect::<Vec<_>>(), ["version", "path"]);
        for route in routes().filter(|route| route.area != PAGES) {
            let mut schemas = Schemas::new();
            let mut operation = Operation::new(route, &mut schemas);
            route.describe(&mut operation);
            let described = operation.parameters.iter().filter(|parameter| parameter["in"] == "path").count();
            assert_eq!(described, names(route.path).count(), "{} {}", route.method, route.path);
        }
    }
}
