//! Why a seal, or a file under one, is refused: a closed list, in both languages, with what to do next.

use core::fmt;

use serde::{Serialize, Serializer};

use crate::text::Text;

macro_rules! faults {
    ($($variant:ident $name:literal $zh:literal $en:literal $zh_hint:literal $en_hint:literal;)*) => {
        /// A stable code; programs compare it, people read [`SealFault::message`] and [`SealFault::hint`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum SealFault {
            $(#[doc = concat!("`", $name, "`: ", $en)] $variant,)*
        }

        impl SealFault {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as written in JSON: `U_…` where something could not be known, else `E_…`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What is the case.
            pub const fn message(self) -> Text {
                match self { $(Self::$variant => Text::fixed($zh, $en),)* }
            }

            /// What to do next.
            pub const fn hint(self) -> Text {
                match self { $(Self::$variant => Text::fixed($zh_hint, $en_hint),)* }
            }
        }
    };
}

faults! {
    Size "E_SEAL_SIZE" "签章数据过大" "The seal data is too large" "请确认这是电子签章数据。" "Make sure that this is a seal.";
    Der "E_SEAL_DER" "签章数据的编码不规范" "The seal data is not in its one DER form" "不要采信；请向签发单位重新获取文件。" "Do not trust it; get the file from the issuing unit again.";
    Version "E_SEAL_VERSION" "签章版本不受支持（应为 GB/T 38540-2020）" "The seal is of a version that is not read (GB/T 38540-2020 is)" "请签发单位按 GB/T 38540-2020 重新签章。" "Ask the issuing unit to seal it by GB/T 38540-2020.";
    Form "E_SEAL_FORM" "签章数据的内容不符合 GB/T 38540" "The seal data is not as GB/T 38540 says" "不要采信；请向签发单位重新获取文件。" "Do not trust it; get the file from the issuing unit again.";
    Signature "E_SEAL_SIGNATURE" "签章的签名值不正确，文件可能被改动" "The seal's signature over the document is wrong: it was probably altered" "不要采信；请向签发单位重新获取文件。" "Do not trust it; get the file from the issuing unit again.";
    SignerListed "E_SEAL_SIGNER_LISTED" "签章人的证书不在印章的授权名单中" "The signer's certificate is not one of those that may set this seal" "若证书已更换，请签发单位重新制作印章。" "If the certificate was renewed, the unit must have the seal made again.";
    SealSignature "E_SEAL_MAKER_SIGNATURE" "印章不是由所称制章者制作，可能被改动" "The seal is not by the maker it names: it was probably altered" "不要采信；可向制章机构核实。" "Do not trust it; ask the seal's maker.";
    MakerCertificate "E_SEAL_MAKER_CERTIFICATE" "制章者的证书不被信任、不在有效期或不得用于签名" "The seal maker's certificate is not trusted, not valid at that time or not for signing" "请核对信任的证书机构文件；不明时不要采信。" "Check the file of trusted authorities; if in doubt, do not trust the seal.";
    SealPeriod "E_SEAL_PERIOD" "签章时间不在印章有效期内" "The seal was set outside its own period" "请签发单位更换印章后重新签章。" "Ask the unit to seal it with a current seal.";
    SignerCertificate "E_SEAL_SIGNER_CERTIFICATE" "签章人的证书不被信任、签章时不在有效期或不得用于签名" "The signer's certificate is not trusted, was not valid when sealing or is not for signing" "请核对信任的证书机构文件；不明时不要采信。" "Check the file of trusted authorities; if in doubt, do not trust the seal.";
    Revoked "E_SEAL_REVOKED" "签章所用证书已被吊销" "A certificate of the seal was revoked" "不要采信；请签发单位重新签章。" "Do not trust it; ask the unit to seal it again.";
    Revocation "U_SEAL_REVOCATION" "没有有效的证书吊销列表，无法判断证书是否被吊销" "There is no current revocation list, so whether a certificate was revoked is not known" "请取得证书机构最新的吊销列表后重试。" "Get the authority's newest revocation list and try again.";
    Time "E_SEAL_TIME" "签章时间晚于当前时间" "The seal was set after this verifier's time" "请校准本机时间后重试。" "Set this verifier's clock and try again.";
    DataHash "E_SEAL_DATA_HASH" "原文与签章时不一致，文件被改动" "The document is not the one that was sealed: it was altered" "不要采信；请向签发单位重新获取文件。" "Do not trust it; get the file from the issuing unit again.";
    References "E_OFD_REFERENCES" "文件的某一部分与签章时不一致，或不受签章保护" "A part of the file is not as it was sealed, or no seal covers it" "不要采信；请向签发单位重新获取文件。" "Do not trust it; get the file from the issuing unit again.";
    SealFile "E_OFD_SEAL_FILE" "文件中的印章与签章所用印章不同" "The seal in the file is not the one that was set" "不要采信；请向签发单位重新获取文件。" "Do not trust it; get the file from the issuing unit again.";
    Record "E_OFD_RECORD" "签章的单位不是所附证照数据所载的全部签发单位" "The seals are not those of exactly the units that the attached licence data names as issuers" "不要采信；请向证照所载的签发单位核实。" "Do not trust it; ask the unit that the licence names as its issuer.";
    Zip "E_OFD_ZIP" "不是可接受的 OFD 文件（压缩包损坏、过大、重名或路径不当）" "Not an OFD file that is read: damaged, too large, with a name twice or a path that leads out" "请选择证照的 OFD 文件。" "Choose the OFD file of a licence.";
    Xml "E_OFD_XML" "OFD 文件的内容结构不正确" "The OFD file's XML is not as GB/T 33190 says" "请向签发单位重新获取文件。" "Get the file from the issuing unit again.";
    Unsealed "E_OFD_UNSEALED" "文件没有电子签章，不具有证照效力" "The file bears no seal: it is not a licence" "请取得带有签发单位电子签章的文件。" "Get the file that bears the issuing unit's seal.";
}

impl SealFault {
    /// Whether this says that something is wrong, and not merely that something is not known.
    pub fn is_wrong(self) -> bool {
        self.as_str().starts_with("E_")
    }
}

impl Serialize for SealFault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for SealFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.as_str(), self.message().en)
    }
}

impl core::error::Error for SealFault {}
