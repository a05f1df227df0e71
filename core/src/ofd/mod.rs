//! Sealed OFD files (GB/T 33190-2016), read and checked: what a licence's file is (core/README.md, "Seals").
//!
//! What is checked is every seal of the file and that it covers every part of it; how a page is drawn is not looked at.
//! Attached licence data with seals of its own (`licence.json`, `licence-1.ses` …) are checked, too, and that the page and
//! the data each bear the seals of exactly the units that the data names as issuers.

mod bounds;
mod package;
mod record;

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use der::Encode;
use roxmltree::{Document, Node, ParsingOptions};
use serde::Serialize;

use package::Digests;
pub use package::Package;

use crate::seal::{Findings, SealFault, SealTrust, SealVerdict, SealedData, answer, check};
use crate::text::Text;
use crate::time::UnixTime;
use crate::verify::Answer;

/// What was found out about a file.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FileVerdict {
    /// Version of this object's form: 1.
    pub schema: u32,
    /// The answer: the worst of all seals.
    pub verdict: Answer,
    /// Why: `OK`, `E_…` or `U_…`.
    pub code: &'static str,
    /// The file's seals, in its order.
    pub seals: Vec<SealVerdict>,
    /// The seals of the attached licence data.
    pub record: Vec<SealVerdict>,
    /// What is the case.
    pub message: Text,
    /// What to do next.
    pub hint: Text,
    /// The verifier's clock.
    pub checked_at: UnixTime,
    /// The attached licence data; trust it only if the verdict is valid.
    #[serde(skip)]
    pub licence: Option<Vec<u8>>,
}

/// Names of the attachments.
pub mod attachment {
    /// The licence as canonical JSON (RFC 8785).
    pub const LICENCE: &str = "licence.json";
    /// Its seals: `licence-1.ses`, one for each issuer.
    pub const SEAL_PREFIX: &str = "licence-";
    /// See [`SEAL_PREFIX`].
    pub const SEAL_SUFFIX: &str = ".ses";
}

/// Whether `bytes` begin as a package does.
pub fn is_package(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Checks a file.
pub fn verify(bytes: &[u8], trust: &SealTrust, now: UnixTime) -> FileVerdict {
    match checked(bytes, trust, now) {
        Ok(verdict) => verdict,
        Err(fault) => verdict(Some(fault), vec![], vec![], now, None),
    }
}

fn checked(bytes: &[u8], trust: &SealTrust, now: UnixTime) -> Result<FileVerdict, SealFault> {
    let package = Package::read(bytes)?;
    let root = Xml::read(&package, ROOT)?;
    let root = root.parsed()?;
    let body = only(elements(root.document.root_element(), "DocBody")).ok_or(SealFault::Xml)?;
    let document = root.path(child_text(body, "DocRoot").ok_or(SealFault::Xml)?)?;
    let signatures = root.path(child_text(body, "Signatures").ok_or(SealFault::Unsealed)?)?;
    let list = Xml::read(&package, &signatures)?;
    let list = list.parsed()?;
    let mut paths = Vec::new();
    for signature in elements(list.document.root_element(), "Signature") {
        paths.push(list.path(signature.attribute("BaseLoc").ok_or(SealFault::Xml)?)?);
    }
    if paths.is_empty() {
        return Err(SealFault::Unsealed);
    }
    if paths.len() > MAX_SEALS || distinct(paths.clone()).len() < paths.len() {
        return Err(SealFault::Xml);
    }
    let apart = Apart::of(&signatures, &paths);
    // Each part is hashed once, however often it is referred to.
    let digests = package.digests();
    let seals = paths.iter().map(|path| check_signature((&package, &digests), path, &apart, trust, now));
    let seals = seals.collect::<Result<Vec<_>, _>>()?;
    let (licence, record) = check_record(&package, &document, trust, now)?;
    let worst = seals.iter().chain(&record).max_by_key(|seal| match seal.verdict {
        Answer::Valid => 0,
        Answer::Undetermined => 1,
        Answer::Invalid => 2,
    });
    let fault = worst.and_then(|worst| SealFault::ALL.iter().find(|fault| fault.as_str() == worst.code));
    let fault = match fault.copied() {
        Some(fault) if fault.is_wrong() => Some(fault),
        fault if same_issuers(licence.as_deref(), &seals, &record) => fault,
        _ => Some(SealFault::Record),
    };
    Ok(verdict(fault, seals, record, now, licence))
}

/// Whether page and licence data each bear the seals of exactly the units that the data names as issuers. Otherwise any
/// unit with a seal could give out licences in another's name: its seals would all be genuine.
fn same_issuers(licence: Option<&[u8]>, page: &[SealVerdict], data: &[SealVerdict]) -> bool {
    // A file without licence data names no issuer but by its seals; seals of data that is not there cover nothing.
    let Some(licence) = licence else { return data.is_empty() };
    let named = record::issuers(licence).map(distinct);
    named.is_some() && [page, data].into_iter().all(|seals| units(seals) == named)
}

/// The units that set the seals, sorted, each once; `None` if a certificate names no unit.
fn units(seals: &[SealVerdict]) -> Option<Vec<String>> {
    let units = seals.iter().map(|seal| seal.seal.as_ref()?.unit.clone());
    units.collect::<Option<Vec<_>>>().map(distinct)
}

fn distinct(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    texts
}

/// One signature of the file: its seal, whether the seal's picture file is that seal, and whether it covers everything.
fn check_signature(
    (package, digests): (&Package, &Digests<'_>),
    path: &str,
    apart: &Apart,
    trust: &SealTrust,
    now: UnixTime,
) -> Result<SealVerdict, SealFault> {
    let xml = Xml::read(package, path)?;
    let xml = xml.parsed()?;
    let root = xml.document.root_element();
    let signed = only(elements(root, "SignedInfo")).ok_or(SealFault::Xml)?;
    let value = xml.path(child_text(root, "SignedValue").ok_or(SealFault::Xml)?)?;
    let value = package.get(&value).ok_or(SealFault::Xml)?;
    let seal = check(value, xml.bytes, trust, now);

    let mut more = Findings::default();
    match references(digests, &xml, signed, apart) {
        Ok(None) => more.pass("references"),
        Ok(Some(about)) => more.fail_about("references", SealFault::References, &about),
        Err(fault) => more.fail("references", fault),
    }
    let file = only(elements(signed, "Seal")).and_then(|seal| child_text(seal, "BaseLoc"));
    let file = file.and_then(|location| xml.path(location).ok());
    let embedded = SealedData::read(value).ok().and_then(|sealed| sealed.to_sign.seal.to_der().ok());
    let same = file.and_then(|path| package.get(&path)).zip(embedded.as_deref()).is_some_and(|(a, b)| a == b);
    more.tell("seal_file", same, SealFault::SealFile);
    Ok(seal.with(more))
}

/// The first part that is not as it was sealed, or that this signature does not cover.
fn references(
    digests: &Digests<'_>,
    xml: &Parsed<'_>,
    signed: Node<'_, '_>,
    apart: &Apart,
) -> Result<Option<String>, SealFault> {
    let references = only(elements(signed, "References")).ok_or(SealFault::Xml)?;
    if !matches!(references.attribute("CheckMethod"), Some("1.2.156.10197.1.401" | "SM3")) {
        return Ok(Some("CheckMethod".into()));
    }
    let mut covered = Vec::new();
    for reference in elements(references, "Reference") {
        let path = xml.path(reference.attribute("FileRef").ok_or(SealFault::Xml)?)?;
        let value = child_text(reference, "CheckValue").ok_or(SealFault::Xml)?;
        let digest = STANDARD.decode(value).map_err(|_| SealFault::Xml)?;
        if digests.get(path.as_str()).is_none_or(|content| content.as_slice() != digest) {
            return Ok(Some(path));
        }
        covered.push(path);
    }
    covered.sort();
    let uncovered = digests
        .keys()
        .find(|path| !apart.holds(path) && covered.binary_search_by(|at| at.as_str().cmp(**path)).is_err());
    Ok(uncovered.map(ToString::to_string))
}

/// The attached licence data and the verdicts on its seals.
fn check_record(
    package: &Package,
    document: &str,
    trust: &SealTrust,
    now: UnixTime,
) -> Result<(Option<Vec<u8>>, Vec<SealVerdict>), SealFault> {
    let document = Xml::read(package, document)?;
    let document = document.parsed()?;
    let Some(list) = child_text(document.document.root_element(), "Attachments") else {
        return Ok((None, vec![]));
    };
    let path = document.path(list)?;
    let list = Xml::read(package, &path)?;
    let list = list.parsed()?;
    let mut licence = None;
    let mut seals = Vec::new();
    for attachment in elements(list.document.root_element(), "Attachment").take(MAX_SEALS.saturating_add(1)) {
        let location = child_text(attachment, "FileLoc").ok_or(SealFault::Xml)?;
        let content = package.get(&list.path(location)?).ok_or(SealFault::Xml)?;
        if content.len() > MAX_PART {
            continue;
        }
        match attachment.attribute("Name") {
            Some(attachment::LICENCE) if licence.is_none() => licence = Some(content.to_vec()),
            Some(name)
                if name.starts_with(attachment::SEAL_PREFIX) && name.ends_with(attachment::SEAL_SUFFIX) =>
            {
                seals.push(content);
            }
            _ => {}
        }
    }
    let covered = licence.as_deref().unwrap_or_default();
    let verdicts = seals.iter().map(|seal| check(seal, covered, trust, now)).collect();
    Ok((licence, verdicts))
}

fn verdict(
    fault: Option<SealFault>,
    seals: Vec<SealVerdict>,
    record: Vec<SealVerdict>,
    now: UnixTime,
    licence: Option<Vec<u8>>,
) -> FileVerdict {
    let plain = Findings::default().verdict(None);
    FileVerdict {
        schema: 1,
        verdict: answer(fault),
        code: fault.map_or("OK", SealFault::as_str),
        seals,
        record,
        message: fault.map_or(plain.message, SealFault::message),
        hint: fault.map_or(plain.hint, SealFault::hint),
        checked_at: now,
        licence,
    }
}

/// What no signature can cover: the list of them, and what belongs to each.
struct Apart {
    list: String,
    folders: Vec<String>,
}

impl Apart {
    fn of(list: &str, signatures: &[String]) -> Self {
        // A signature in the root would put every file beside itself: then nothing is apart but the list.
        let folders = signatures.iter().filter_map(|path| path.rsplit_once('/'));
        let folders = folders.map(|(folder, _)| [folder, "/"].concat());
        Self { list: list.into(), folders: folders.filter(|folder| folder.contains("Signs/")).collect() }
    }

    fn holds(&self, path: &str) -> bool {
        path == self.list || self.folders.iter().any(|folder| path.starts_with(folder.as_str()))
    }
}

/// A file of the package that holds XML.
struct Xml<'a> {
    path: &'a str,
    bytes: &'a [u8],
    text: &'a str,
}

/// The same, read.
struct Parsed<'a> {
    path: &'a str,
    bytes: &'a [u8],
    document: Document<'a>,
}

impl<'a> Xml<'a> {
    fn read(package: &'a Package, path: &'a str) -> Result<Self, SealFault> {
        let bytes = package.get(path).filter(|bytes| bytes.len() <= MAX_PART).ok_or(SealFault::Xml)?;
        let text = core::str::from_utf8(bytes).map_err(|_| SealFault::Xml)?;
        if !bounds::is_bounded(text) {
            return Err(SealFault::Xml);
        }
        Ok(Self { path, bytes, text: text.strip_prefix('\u{feff}').unwrap_or(text) })
    }

    fn parsed(&self) -> Result<Parsed<'a>, SealFault> {
        let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(self.text, options).map_err(|_| SealFault::Xml)?;
        Ok(Parsed { path: self.path, bytes: self.bytes, document })
    }
}

impl Parsed<'_> {
    /// The path that `location`, written in this file, means.
    fn path(&self, location: &str) -> Result<String, SealFault> {
        let location = location.trim();
        let path = match (location.strip_prefix('/'), self.path.rsplit_once('/')) {
            (Some(absolute), _) => absolute.to_string(),
            (None, None) => location.to_string(),
            (None, Some((folder, _))) => {
                [folder, "/", location.strip_prefix("./").unwrap_or(location)].concat()
            }
        };
        if package::is_safe(&path) { Ok(path) } else { Err(SealFault::Xml) }
    }
}

fn elements<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name((NAMESPACE, name)))
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    items.next().filter(|_| items.next().is_none())
}

fn child_text<'a>(node: Node<'a, '_>, name: &'static str) -> Option<&'a str> {
    only(elements(node, name)).and_then(|child| child.text()).map(str::trim)
}

const ROOT: &str = "OFD.xml";
const NAMESPACE: &str = "http://www.ofdspec.org/2016";
/// More issuers than any licence has.
const MAX_SEALS: usize = 16;
/// Far above any XML file, or licence data, of a licence's file.
const MAX_PART: usize = 1024 * 1024;
const MAX_NODES: u32 = 50_000;
