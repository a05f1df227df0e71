//! The closed list of codes (core/README.md, "Codes"): what each means and what to do, in both languages.

use alloc::borrow::Cow;
use core::fmt;

use serde::{Serialize, Serializer};

use crate::{key::SignatureFault, text::Text};

/// Which of the three answers a code belongs to; cautions accompany a valid one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Everything required was checked and passed.
    Valid,
    /// Something is wrong: `E_…`.
    Invalid,
    /// Something could not be known: `U_…`.
    Undetermined,
    /// Something to mind although valid: `C_…`.
    Caution,
}

macro_rules! codes {
    ($($variant:ident $name:literal $class:ident $zh:literal $en:literal $zh_hint:literal $en_hint:literal;)*) => {
        /// A stable code; programs compare it, people read [`Code::message`] and [`Code::hint`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`: ", $en)] $variant,)*
        }

        impl Code {
            /// Every code there is.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as written in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Which answer it belongs to.
            pub const fn class(self) -> Class {
                match self { $(Self::$variant => Class::$class,)* }
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

codes! {
    Ok "OK" Valid "证照有效" "The licence is valid" "请核对本人与证件照片。" "Compare the person with the photograph.";

    Size "E_SIZE" Invalid "内容过长，不是亮证码" "Too long to be a licence code" "请只输入一个亮证码的内容。" "Give the content of one licence code only.";
    Format "E_FORMAT" Invalid "不是电子证照亮证码" "Not a licence code" "请扫描持证人钱包中的亮证码。" "Scan the code in the holder's wallet.";
    Qr "E_QR" Invalid "二维码内容已损坏" "The QR content is damaged" "请重新扫描；仍不成功请持证人刷新。" "Scan again; if that fails ask the holder to refresh the code.";
    Segments "E_SEGMENTS" Invalid "令牌结构不正确" "The token does not have the right parts" "请持证人刷新后重扫。" "Ask the holder to refresh the code and scan again.";
    B64 "E_B64" Invalid "令牌编码不规范" "The token's encoding is not canonical" "请持证人刷新后重扫。" "Ask the holder to refresh the code and scan again.";
    Utf8 "E_UTF8" Invalid "令牌文字编码不正确" "The token's text is not UTF-8" "请持证人刷新后重扫。" "Ask the holder to refresh the code and scan again.";
    Alg "E_ALG" Invalid "签名算法不被接受，疑似伪造" "The signature algorithm is not accepted; probably forged" "不要采信屏幕显示的内容。" "Do not trust what the screen shows.";
    Typ "E_TYP" Invalid "这类令牌不能用来亮证" "This kind of token does not show a licence" "请持证人在钱包中打开亮证码。" "Ask the holder to open the licence code in the wallet.";
    HeaderField "E_HEADER_FIELD" Invalid "令牌头部含有不允许的内容，疑似伪造" "The token's header has a member that is not allowed; probably forged" "不要采信屏幕显示的内容。" "Do not trust what the screen shows.";
    KidFormat "E_KID_FORMAT" Invalid "密钥编号格式不正确，疑似伪造" "The key id is malformed; probably forged" "不要采信屏幕显示的内容。" "Do not trust what the screen shows.";
    KidUnknown "E_KID_UNKNOWN" Invalid "签发机构不在信任名录" "The signing key is not in the trust list" "不要采信；若名录刚更新，请联网同步后重试。" "Do not trust it; if keys have just changed, sync and try again.";
    KeyState "E_KEY_STATE" Invalid "签名密钥已撤销或不在使用期" "The signing key is revoked or outside its period" "不要采信；请持证人联网刷新后重扫。" "Do not trust it; ask the holder to go online, refresh, and scan again.";
    SigLen "E_SIG_LEN" Invalid "签名长度不正确，疑似伪造" "The signature has the wrong length; probably forged" "不要采信屏幕显示的内容。" "Do not trust what the screen shows.";
    SigRange "E_SIG_RANGE" Invalid "签名数值越界，疑似伪造" "The signature is out of range; probably forged" "不要采信屏幕显示的内容。" "Do not trust what the screen shows.";
    SigSHigh "E_SIG_S_HIGH" Invalid "签名形式不规范，疑似改动" "The signature is not in its canonical form; probably altered" "不要采信屏幕显示的内容。" "Do not trust what the screen shows.";
    Sig "E_SIG" Invalid "验签未通过，疑似伪造" "The signature does not verify; probably forged" "不要采信屏幕显示的内容，可上报。" "Do not trust what the screen shows; report it.";
    IssuerKeyMismatch "E_ISSUER_KEY_MISMATCH" Invalid "签名密钥与签发方或用途不符" "The signing key is another operator's or for another purpose" "不要采信屏幕显示的内容，可上报。" "Do not trust what the screen shows; report it.";
    Scope "E_SCOPE" Invalid "签发方无权签发该单位或该类证照" "The operator may not speak for this unit or kind of licence" "不要采信；可向管理机构核实。" "Do not trust it; ask the licence authority.";
    ClaimMissing "E_CLAIM_MISSING" Invalid "令牌缺少必需内容" "The token lacks a claim" "请持证人更新钱包后重新亮证。" "Ask the holder to update the wallet and show again.";
    ClaimType "E_CLAIM_TYPE" Invalid "令牌内容格式不正确" "A claim of the token has the wrong form" "请持证人更新钱包后重新亮证。" "Ask the holder to update the wallet and show again.";
    ClaimUnknown "E_CLAIM_UNKNOWN" Invalid "令牌含有未约定的内容" "The token has a claim that is not agreed" "请更新核验程序；仍不成功则不要采信。" "Update the verifier; if that does not help, do not trust it.";
    Lifetime "E_LIFETIME" Invalid "令牌有效时间超出规定" "The token lives longer than allowed" "不要采信；请持证人刷新后重扫。" "Do not trust it; ask the holder to refresh the code.";
    TokenEarly "E_TOKEN_EARLY" Invalid "二维码的生成时间晚于本机时间" "The code was made after this verifier's time" "请校准本机时间后重扫。" "Set this verifier's clock and scan again.";
    TokenExpired "E_TOKEN_EXPIRED" Invalid "二维码已过期（不代表证照无效）" "The code has expired (this says nothing of the licence)" "请持证人刷新后重扫。" "Ask the holder to refresh the code and scan again.";
    GrantExpired "E_GRANT_EXPIRED" Invalid "离线亮证授权已过期（不代表证照无效）" "The phone's offline grant has expired (this says nothing of the licence)" "请持证人联网更新后重新亮证。" "Ask the holder to go online once and show again.";
    ProofMissing "E_PROOF_MISSING" Invalid "缺少手机的持有证明" "The phone's proof of possession is missing" "请持证人在钱包中重新亮证。" "Ask the holder to show again from the wallet.";
    ProofTime "E_PROOF_TIME" Invalid "手机生成此码的时间不在允许范围" "The phone made this code outside the allowed time" "请持证人校准手机时间并刷新，或由本机出示核验码让手机扫描。" "Ask the holder to set the phone's clock and refresh, or let the phone scan this verifier's challenge.";
    ProofSig "E_PROOF_SIG" Invalid "手机签名未通过，疑似转用他人证照" "The phone's signature does not verify; probably another phone's licence" "不要采信屏幕显示的内容，可上报。" "Do not trust what the screen shows; report it.";
    ProofHash "E_PROOF_HASH" Invalid "手机证明与证照授权不符" "The phone's proof belongs to another grant" "不要采信屏幕显示的内容，可上报。" "Do not trust what the screen shows; report it.";
    Nonce "E_NONCE" Invalid "未回应本次核验码" "This does not answer the challenge that was shown" "请持证人扫描本机刚出示的核验码后再亮证。" "Let the holder scan the challenge just shown, then scan the answer.";
    Audience "E_AUDIENCE" Invalid "此码不是出示给本类核验方的" "The code is meant for another class of verifier" "请持证人选择正确的出示对象。" "Ask the holder to choose the right audience.";
    Scene "E_SCENE" Invalid "此码不用于本场景" "The code is not for this scene" "请持证人选择本场景后重新亮证。" "Ask the holder to choose this scene and show again.";
    Replay "E_REPLAY" Invalid "此码已被使用" "The code has been used before" "请持证人刷新后重扫；截屏不能作为凭证。" "Ask the holder to refresh; a screenshot proves nothing.";
    LicenceNotYet "E_LICENCE_NOT_YET" Invalid "证照尚未生效" "The licence is not valid yet" "请核对生效日期。" "Mind the date from which it is valid.";
    LicenceExpired "E_LICENCE_EXPIRED" Invalid "证照已过有效期" "The licence has expired" "提示持证人办理延续。" "Tell the holder to renew it.";
    StatusInvalid "E_STATUS_INVALID" Invalid "证照已注销、吊销、撤销或废止" "The licence has been cancelled, revoked, withdrawn or annulled" "联网核验可查看具体处理；可上报。" "Verify online to see which act; report it.";
    StatusSuspended "E_STATUS_SUSPENDED" Invalid "证照暂停使用（挂起、暂扣或停用）" "The licence is suspended" "可恢复，请持证人联系签发单位。" "It can come back: the holder should ask the issuing unit.";
    StatusSuperseded "E_STATUS_SUPERSEDED" Invalid "证照已换发新证" "A new version of the licence exists" "请持证人出示新证。" "Ask the holder to show the new one.";
    StatusIndex "E_STATUS_INDEX" Invalid "状态索引超出名单范围" "The status index is outside its list" "不要采信；可上报。" "Do not trust it; report it.";

    Clock "U_CLOCK" Undetermined "本机时间不可信，无法判断" "This verifier's clock is not to be trusted" "请校准本机时间后重扫。" "Set this verifier's clock and scan again.";
    TrustMissing "U_TRUST_MISSING" Undetermined "尚无信任名录，无法判断" "There is no trust list yet" "请先联网同步（sync）。" "Go online and sync first.";
    TrustStale "U_TRUST_STALE" Undetermined "信任名录已旧，无法判断" "The trust list is out of date" "请联网同步（sync）后重试。" "Go online, sync and try again.";
    CatalogueStale "U_CATALOGUE_STALE" Undetermined "场景目录缺失或已旧，无法判断" "The catalogue is missing or out of date" "请联网同步（sync）后重试。" "Go online, sync and try again.";
    StatusMissing "U_STATUS_MISSING" Undetermined "签名真实，但没有该证照的状态名单" "Genuine, but there is no status list for this licence" "请联网同步（sync）后重试；按规定可先登记。" "Go online, sync and try again; register it meanwhile if rules allow.";
    StatusStale "U_STATUS_STALE" Undetermined "签名真实，但状态名单已过期" "Genuine, but the status list is too old" "请联网同步（sync）后重试；按规定可先登记。" "Go online, sync and try again; register it meanwhile if rules allow.";

    // The gravest first: cautions are told in this order.
    InspectionOverdue "C_INSPECTION_OVERDUE" Caution "年检或年审逾期" "The annual inspection is overdue" "提示持证人尽快办理。" "Tell the holder to have it done.";
    ReportedLost "C_REPORTED_LOST" Caution "纸质证照已挂失，请拒收纸质件" "The paper licence is reported lost: refuse the paper" "只认本次电子亮证。" "Rely on this electronic showing only.";
    Notice "C_NOTICE" Caution "有提示事项（如质押、抵押）" "There is a notice (such as a pledge or mortgage)" "联网核验可查看详情。" "Verify online for the details.";
    ClockOff "C_CLOCK_OFF" Caution "手机时间有偏差" "The phone's clock is off" "提示持证人校准手机时间。" "Tell the holder to set the phone's clock.";
    Paper "C_PAPER" Caution "这是打印件上的码" "This code is for a printed copy" "请核对打印件与本人。" "Compare the printed copy with the person.";
    StatusAgeing "C_STATUS_AGEING" Caution "状态名单已到更新时间" "The status list is due for renewal" "有网络时请同步。" "Sync when there is a network.";
    AudienceAssumed "C_AUDIENCE_ASSUMED" Caution "未指定核验场景，按码中场景核验" "No scene was given, so the code's own was taken" "请在核验时指定场景。" "Name your scene when verifying.";

    Rollback "E_ROLLBACK" Invalid "比已有的版本旧，拒绝使用" "Older than what is already held" "请检查同步来源；可能有人重放旧名单。" "Check where it came from; somebody may be replaying an old list.";
    TrustSig "E_TRUST_SIG" Invalid "信任名录的签名不正确" "A signature of the trust list is wrong" "请检查同步来源和根密钥文件。" "Check the source and the root file.";
    TrustThreshold "E_TRUST_THRESHOLD" Invalid "信任名录的根签名数量不足" "The trust list lacks root signatures" "请向管理机构索取完整签署的名录。" "Get a list signed by enough roots.";
    TrustKey "E_TRUST_KEY" Invalid "信任名录或根密钥文件中的密钥不正确" "A key in the trust list or root file is not acceptable" "请向管理机构核实。" "Ask the licence authority.";
    TrustExpired "E_TRUST_EXPIRED" Invalid "信任名录已过期" "The trust list has expired" "请从平台同步新名录；若仍过期请联系管理机构。" "Sync a new one; if it is expired too, ask the authority.";
    CatalogueSig "E_CATALOGUE_SIG" Invalid "场景目录的签名不正确" "The catalogue's signature is wrong" "请检查同步来源。" "Check where it came from.";
    StatusSig "E_STATUS_SIG" Invalid "状态名单的签名不正确" "The status list's signature is wrong" "请检查同步来源。" "Check where it came from.";
    StatusSize "E_STATUS_SIZE" Invalid "状态名单的大小不正确" "The status list has the wrong size" "请检查同步来源。" "Check where it came from.";
    StatusSub "E_STATUS_SUB" Invalid "状态名单的地址与所取不符" "The status list is another list's" "请检查同步来源。" "Check where it came from.";
    DeltaBase "E_DELTA_BASE" Invalid "状态增量与已有名单不衔接" "The status delta does not start from the list held" "请下载完整名单。" "Fetch the whole list.";
    DeltaResult "E_DELTA_RESULT" Invalid "状态增量的结果不符" "The status delta does not lead to what it says" "请下载完整名单。" "Fetch the whole list.";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why something was refused: the code, and which member or object it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// A claim's or member's name, where one is to blame.
    pub about: Option<Cow<'static, str>>,
}

impl Refusal {
    /// A refusal that names the member to blame.
    pub fn about(code: Code, name: impl Into<Cow<'static, str>>) -> Self {
        Self { code, about: Some(name.into()) }
    }

    /// The code's message, with the member's name where there is one.
    pub fn message(&self) -> Text {
        let Text { zh, en } = self.code.message();
        match &self.about {
            None => Text { zh, en },
            Some(name) => Text::new([&*zh, "（", name, "）"].concat(), [&*en, " (", name, ")"].concat()),
        }
    }
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, about: None }
    }
}

impl From<SignatureFault> for Refusal {
    fn from(fault: SignatureFault) -> Self {
        let code = match fault {
            SignatureFault::Length => Code::SigLen,
            SignatureFault::Range => Code::SigRange,
            SignatureFault::HighS => Code::SigSHigh,
            SignatureFault::Mismatch => Code::Sig,
        };
        code.into()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message().en)
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_distinct_and_their_prefix_tells_their_class() {
        let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            let class = match code.as_str().split_at(2).0 {
                "E_" => Class::Invalid,
                "U_" => Class::Undetermined,
                "C_" => Class::Caution,
                _ => Class::Valid,
            };
            assert_eq!(code.class(), class, "{code}");
            for text in [code.message(), code.hint()] {
                assert!(!text.zh.is_ascii() && !text.en.is_empty(), "{code}");
            }
        }
    }
}
