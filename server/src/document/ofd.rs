//! OFD packages (GB/T 33190-2016): one page, an embedded font, attachments, seals.
//!
//! Who makes one: [`Unsealed::new`], then for each seal [`Unsealed::signature`], which is what its signer signs, and
//! [`Unsealed::seal`]; [`Unsealed::pack`] at last. Every seal covers every file but the seals themselves, so that one
//! does not break another.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use base64ct::{Base64, Encoding};
use liangzheng_core::seal::sm3;
use liangzheng_core::time::{Day, UnixTime};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::font::{self, FontBroken};
use super::page::{Page, escaped};

/// What a file is to hold.
#[derive(Clone, Debug)]
pub struct Content {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Its title.
    pub title: String,
    /// When it was made.
    pub created: Day,
    /// Metadata (GB/T 36903): short name and value.
    pub metadata: Vec<(&'static str, String)>,
    /// The page.
    pub page: Page,
    /// Names and contents of the attachments.
    pub attachments: Vec<(String, &'static str, Vec<u8>)>,
}

/// A file without, or not yet with all, its seals.
#[derive(Clone, Debug)]
pub struct Unsealed {
    files: Vec<(String, Vec<u8>)>,
    signs: Vec<(String, Vec<u8>)>,
    seals: usize,
}

/// The file could not be put together.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OfdError {
    /// The font.
    #[error(transparent)]
    Font(#[from] FontBroken),
    /// The zip file.
    #[error("the package could not be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// The zip file, too.
    #[error("the package could not be written: {0}")]
    Io(#[from] std::io::Error),
}

/// Where a seal stands on the page, in millimetres: left, top, width, height.
pub type Place = (f32, f32, f32, f32);

impl Unsealed {
    /// Draws the content.
    pub fn new(content: &Content) -> Result<Self, OfdError> {
        let font = font::subset(content.page.texts())?;
        let (objects, next) = content.page.xml(FIRST_OBJECT, FONT_ID);
        let mut files = vec![
            ("OFD.xml".into(), root(content).into_bytes()),
            ("Doc_0/Document.xml".into(), document(next).into_bytes()),
            ("Doc_0/PublicRes.xml".into(), resources(content.page.pictures().len()).into_bytes()),
            ("Doc_0/Res/font.ttf".into(), font),
            (
                "Doc_0/Pages/Page_0/Content.xml".into(),
                format!(
                    "{HEAD}<ofd:Page {NS}><ofd:Content><ofd:Layer ID=\"{LAYER_ID}\">{objects}</ofd:Layer></ofd:Content></ofd:Page>"
                )
                .into_bytes(),
            ),
            ("Doc_0/Attachs/Attachments.xml".into(), attachments(content).into_bytes()),
        ];
        for (at, picture) in content.page.pictures().iter().enumerate() {
            files.push((format!("Doc_0/Res/picture_{at}.jpg"), picture.content.clone()));
        }
        for (name, _, bytes) in &content.attachments {
            files.push((format!("Doc_0/Attachs/{name}"), bytes.clone()));
        }
        Ok(Self { files, signs: Vec::new(), seals: 0 })
    }

    /// The next seal's `Signature.xml`, and its path within the package: what the seal's signer seals.
    pub fn signature(&self, seal: &[u8], place: Place, now: UnixTime) -> (Vec<u8>, String) {
        let folder = format!("Doc_0/Signs/Sign_{}", self.seals);
        let own = (format!("{folder}/Seal.esl"), seal.to_vec());
        let mut references = String::new();
        for (path, bytes) in self.files.iter().chain([&own]) {
            let _ = write!(
                references,
                "<ofd:Reference FileRef=\"/{path}\"><ofd:CheckValue>{}</ofd:CheckValue></ofd:Reference>",
                Base64::encode_string(&sm3(bytes))
            );
        }
        let (x, y, width, height) = place;
        let xml = format!(
            "{HEAD}<ofd:Signature {NS}><ofd:SignedInfo>\
             <ofd:Provider ProviderName=\"liangzheng\" Version=\"{VERSION}\" Company=\"liangzheng\"/>\
             <ofd:SignatureMethod>{SM2_WITH_SM3}</ofd:SignatureMethod>\
             <ofd:SignatureDateTime>{}</ofd:SignatureDateTime>\
             <ofd:References CheckMethod=\"{SM3}\">{references}</ofd:References>\
             <ofd:StampAnnot ID=\"{}\" PageRef=\"{PAGE_ID}\" Boundary=\"{x:.2} {y:.2} {width:.2} {height:.2}\"/>\
             <ofd:Seal><ofd:BaseLoc>/{folder}/Seal.esl</ofd:BaseLoc></ofd:Seal></ofd:SignedInfo>\
             <ofd:SignedValue>/{folder}/SignedValue.dat</ofd:SignedValue></ofd:Signature>",
            instant(now),
            self.seals + 1
        );
        (xml.into_bytes(), format!("/{folder}/Signature.xml"))
    }

    /// Adds the seal: what [`Unsealed::signature`] gave, the seal, and the `SES_Signature` over it.
    pub fn seal(&mut self, signature: Vec<u8>, seal: Vec<u8>, value: Vec<u8>) {
        let folder = format!("Doc_0/Signs/Sign_{}", self.seals);
        self.signs.push((format!("{folder}/Signature.xml"), signature));
        self.signs.push((format!("{folder}/Seal.esl"), seal));
        self.signs.push((format!("{folder}/SignedValue.dat"), value));
        self.seals += 1;
    }

    /// The package.
    pub fn pack(self) -> Result<Vec<u8>, OfdError> {
        let mut list = format!("{HEAD}<ofd:Signatures {NS}><ofd:MaxSignId>{}</ofd:MaxSignId>", self.seals);
        for at in 0..self.seals {
            let _ = write!(
                list,
                "<ofd:Signature ID=\"{}\" Type=\"Seal\" BaseLoc=\"/Doc_0/Signs/Sign_{at}/Signature.xml\"/>",
                at + 1
            );
        }
        list.push_str("</ofd:Signatures>");
        let list = (SIGNATURES.to_owned(), list.into_bytes());
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for (path, bytes) in self.files.into_iter().chain([list]).chain(self.signs) {
            writer.start_file(path, options)?;
            writer.write_all(&bytes)?;
        }
        Ok(writer.finish()?.into_inner())
    }
}

fn root(content: &Content) -> String {
    let mut custom = String::new();
    for (name, value) in &content.metadata {
        let _ = write!(custom, "<ofd:CustomData Name=\"{name}\">{}</ofd:CustomData>", escaped(value));
    }
    let (title, created) = (escaped(&content.title), day(content.created));
    format!(
        "{HEAD}<ofd:OFD {NS} Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo><ofd:DocID>{}</ofd:DocID>\
         <ofd:Title>{title}</ofd:Title><ofd:CreationDate>{created}</ofd:CreationDate><ofd:Creator>liangzheng</ofd:Creator>\
         <ofd:CreatorVersion>{VERSION}</ofd:CreatorVersion><ofd:CustomDatas>{custom}</ofd:CustomDatas></ofd:DocInfo>\
         <ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/{SIGNATURES}</ofd:Signatures></ofd:DocBody></ofd:OFD>",
        content.id
    )
}

fn document(next: u32) -> String {
    format!(
        "{HEAD}<ofd:Document {NS}><ofd:CommonData><ofd:MaxUnitID>{next}</ofd:MaxUnitID><ofd:PageArea>\
         <ofd:PhysicalBox>0 0 {WIDTH} {HEIGHT}</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes>\
         </ofd:CommonData><ofd:Pages><ofd:Page ID=\"{PAGE_ID}\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages>\
         <ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments></ofd:Document>"
    )
}

fn resources(pictures: usize) -> String {
    let family = font::FAMILY;
    let mut media = String::new();
    for (id, at) in (FIRST_OBJECT..).zip(0..pictures) {
        let _ = write!(
            media,
            "<ofd:MultiMedia ID=\"{id}\" Type=\"Image\" Format=\"JPEG\">\
             <ofd:MediaFile>picture_{at}.jpg</ofd:MediaFile></ofd:MultiMedia>"
        );
    }
    if !media.is_empty() {
        media = format!("<ofd:MultiMedias>{media}</ofd:MultiMedias>");
    }
    format!(
        "{HEAD}<ofd:Res {NS} BaseLoc=\"Res\"><ofd:Fonts><ofd:Font ID=\"{FONT_ID}\" FontName=\"{family}\" \
         FamilyName=\"{family}\"><ofd:FontFile>font.ttf</ofd:FontFile></ofd:Font></ofd:Fonts>{media}</ofd:Res>"
    )
}

fn attachments(content: &Content) -> String {
    let mut list = format!("{HEAD}<ofd:Attachments {NS}>");
    for (at, (name, format, bytes)) in content.attachments.iter().enumerate() {
        let _ = write!(
            list,
            "<ofd:Attachment ID=\"A{}\" Name=\"{name}\" Format=\"{format}\" CreationDate=\"{}T00:00:00\" Size=\"{:.2}\" \
             Visible=\"true\"><ofd:FileLoc>{name}</ofd:FileLoc></ofd:Attachment>",
            at + 1,
            day(content.created),
            bytes.len() as f32 / 1024.0
        );
    }
    list.push_str("</ofd:Attachments>");
    list
}

/// `2026-11-22`
fn day(day: Day) -> String {
    let text = day.to_text();
    let (year, rest) = text.split_at_checked(4).unwrap_or((&text, ""));
    let (month, day) = rest.split_at_checked(2).unwrap_or((rest, ""));
    format!("{year}-{month}-{day}")
}

/// `20261122040000Z`
fn instant(at: UnixTime) -> String {
    let text = jiff::Timestamp::from_second(at.0).map(|at| at.strftime("%Y%m%d%H%M%SZ").to_string());
    text.unwrap_or_default()
}

/// A4.
pub const WIDTH: f32 = 210.0;
/// A4.
pub const HEIGHT: f32 = 297.0;
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const NS: &str = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";
const SIGNATURES: &str = "Doc_0/Signs/Signatures.xml";
const VERSION: &str = env!("CARGO_PKG_VERSION");
const SM3: &str = "1.2.156.10197.1.401";
const SM2_WITH_SM3: &str = "1.2.156.10197.1.501";
const PAGE_ID: u32 = 1;
const LAYER_ID: u32 = 2;
const FONT_ID: u32 = 3;
const FIRST_OBJECT: u32 = 4;
