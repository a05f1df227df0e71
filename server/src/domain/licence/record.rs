//! One version of one licence, on the five axes of docs/REQUIREMENTS.md B1.
//!
//! They are kept apart because they are different facts: a mortgaged title is valid, an expired licence was not
//! revoked, a lost booklet does not end the right. Only the status is stored as a word; "expired" and "overdue"
//! follow from the day and are never stored.

use std::fmt;

use liangzheng_core::identifier::Identifier;
use liangzheng_core::status::StatusValue;
use liangzheng_core::text::Text;
use liangzheng_core::time::{Day, UnixTime};
use liangzheng_core::verify::Code;

use crate::domain::catalogue::codes::{KindCode, Uscc};
use crate::domain::catalogue::kind::{Consequence, Kind};
use crate::domain::ids::{HolderId, LicenceId};

/// One version of one licence.
#[derive(Clone, PartialEq)]
pub struct Licence {
    /// Its id here.
    pub id: LicenceId,
    /// Its number under GB/T 36904; kind and unit are read from it.
    pub identifier: Identifier,
    /// Who holds it.
    pub holder: HolderId,
    /// The fields of its face 照面: short key of the catalogue and value, in the order of the face.
    pub face: Vec<(String, String)>,
    /// First day of validity.
    pub valid_from: Day,
    /// Last day of validity; `None` = 长期.
    pub valid_to: Option<Day>,
    /// The legal state.
    pub status: Status,
    /// Since when it has that state.
    pub status_since: UnixTime,
    /// 质押、抵押
    pub encumbrances: Encumbrances,
    /// 年检; `None` = this kind is not inspected.
    pub annual_inspection: Option<AnnualInspection>,
    /// 异议: told to officials, never on the wire.
    pub disputed: bool,
    /// What its kind, as it was when the licence was issued, says of a lost paper and of an overdue inspection.
    pub refused_when: RefusedWhen,
    /// Counts the acts on this licence; every change raises it by one and is refused on any other.
    pub version: i64,
    /// When it was entered.
    pub created_at: UnixTime,
}

// Written by hand so that the face never reaches a log through `{:?}`.
impl fmt::Debug for Licence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Licence")
            .field("id", &self.id)
            .field("status", &self.status)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// The legal state, with what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 制证
    Draft,
    /// 待审核
    PendingReview,
    /// 有效
    Active,
    /// 已有新版本
    Superseded {
        /// The version in its place.
        successor: LicenceId,
    },
    /// 挂起: held by the issuer while a cause is open.
    OnHold,
    /// 暂扣: withheld by an authority.
    Seized {
        /// Last day, if the decision names one. It does not end by itself: 发还 is an act.
        until: Option<Day>,
    },
    /// 挂失: the paper is lost; the right stands.
    ReportedLost,
    /// 停用: the electronic licence is switched off.
    Disabled,
    /// 注销: the holder's wish or the end of the right.
    Cancelled,
    /// 吊销: a penalty.
    Revoked,
    /// 撤销: the grant is withdrawn.
    Withdrawn,
    /// 废止: void.
    Annulled,
}

/// What lies on the right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encumbrances {
    /// 质押
    pub pledged: bool,
    /// 抵押
    pub mortgaged: bool,
}

/// The yearly inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnnualInspection {
    /// Last day on which the present inspection counts.
    pub due: Day,
    /// The last one was failed.
    pub failed: bool,
}

/// What makes a licence be refused that would otherwise be shown with a notice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusedWhen {
    /// Its paper is reported lost.
    pub lost: bool,
    /// Its annual inspection is overdue or was failed.
    pub overdue: bool,
}

impl RefusedWhen {
    /// What a kind says.
    pub fn of(kind: &Kind) -> Self {
        Self {
            lost: kind.lost == Consequence::Refuse,
            overdue: kind.inspection.as_ref().is_some_and(|i| i.overdue == Consequence::Refuse),
        }
    }
}

/// Where a day lies against the dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dates {
    /// Before the first day.
    NotYet,
    /// Within.
    Current,
    /// After the last day.
    Expired,
}

impl Status {
    /// As in docs/REQUIREMENTS.md B1, the API and the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::PendingReview => "PENDING_REVIEW",
            Self::Active => "ACTIVE",
            Self::Superseded { .. } => "SUPERSEDED",
            Self::OnHold => "ON_HOLD",
            Self::Seized { .. } => "SEIZED",
            Self::ReportedLost => "REPORTED_LOST",
            Self::Disabled => "DISABLED",
            Self::Cancelled => "CANCELLED",
            Self::Revoked => "REVOKED",
            Self::Withdrawn => "WITHDRAWN",
            Self::Annulled => "ANNULLED",
        }
    }

    /// Reads what [`Status::as_str`] writes, with what belongs to it; `None` for a mix that no act makes.
    pub fn from_parts(word: &str, successor: Option<LicenceId>, seized_until: Option<Day>) -> Option<Self> {
        if (word == "SUPERSEDED") != successor.is_some() || (word != "SEIZED" && seized_until.is_some()) {
            return None;
        }
        Some(match word {
            "DRAFT" => Self::Draft,
            "PENDING_REVIEW" => Self::PendingReview,
            "ACTIVE" => Self::Active,
            "SUPERSEDED" => Self::Superseded { successor: successor? },
            "ON_HOLD" => Self::OnHold,
            "SEIZED" => Self::Seized { until: seized_until },
            "REPORTED_LOST" => Self::ReportedLost,
            "DISABLED" => Self::Disabled,
            "CANCELLED" => Self::Cancelled,
            "REVOKED" => Self::Revoked,
            "WITHDRAWN" => Self::Withdrawn,
            "ANNULLED" => Self::Annulled,
            _ => return None,
        })
    }

    /// The word people read.
    pub const fn label(self) -> Text {
        match self {
            Self::Draft => Text::fixed("制证中", "Draft"),
            Self::PendingReview => Text::fixed("待审核", "Pending review"),
            Self::Active => Text::fixed("有效", "Active"),
            Self::Superseded { .. } => Text::fixed("已有新版本", "Superseded"),
            Self::OnHold => Text::fixed("已挂起", "On hold"),
            Self::Seized { .. } => Text::fixed("已暂扣", "Seized"),
            Self::ReportedLost => Text::fixed("已挂失", "Reported lost"),
            Self::Disabled => Text::fixed("已停用", "Disabled"),
            Self::Cancelled => Text::fixed("已注销", "Cancelled"),
            Self::Revoked => Text::fixed("已吊销", "Revoked"),
            Self::Withdrawn => Text::fixed("已撤销", "Withdrawn"),
            Self::Annulled => Text::fixed("已废止", "Annulled"),
        }
    }

    /// Whether no act leads out: a mistake needs a fresh issue (docs/REQUIREMENTS.md B2).
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Superseded { .. } | Self::Cancelled | Self::Revoked | Self::Withdrawn | Self::Annulled
        )
    }

    /// The same of the word of a status, where no more of the licence was read.
    pub fn is_final_word(word: &str) -> bool {
        // No other status has a successor.
        word == "SUPERSEDED" || Self::from_parts(word, None, None).is_some_and(Self::is_final)
    }
}

impl Licence {
    /// Its kind.
    pub fn kind(&self) -> KindCode {
        KindCode::of(&self.identifier)
    }

    /// The unit that issued it.
    pub fn unit(&self) -> Uscc {
        Uscc::of_issuer(&self.identifier)
    }

    /// Where `today` lies against its dates.
    pub fn dates(&self, today: Day) -> Dates {
        if today < self.valid_from {
            Dates::NotYet
        } else if self.valid_to.is_some_and(|last| last < today) {
            Dates::Expired
        } else {
            Dates::Current
        }
    }

    /// Its value in a status list on `today` (core/README.md, "Status values"); `None` before it is issued.
    ///
    /// Dates are not in it, a token carries them. One value holds one fact, so the weightiest is told.
    pub fn wire_status(&self, today: Day) -> Option<StatusValue> {
        Some(match self.status {
            Status::Draft | Status::PendingReview => return None,
            Status::Cancelled | Status::Revoked | Status::Withdrawn | Status::Annulled => StatusValue::Final,
            Status::Superseded { .. } => StatusValue::Superseded,
            Status::OnHold | Status::Seized { .. } | Status::Disabled => StatusValue::Suspended,
            Status::ReportedLost if self.refused_when.lost => StatusValue::Suspended,
            Status::ReportedLost => StatusValue::PaperLost,
            Status::Active if self.annual_inspection.is_some_and(|i| i.failed || i.due < today) => {
                if self.refused_when.overdue {
                    StatusValue::Suspended
                } else {
                    StatusValue::InspectionOverdue
                }
            }
            Status::Active if self.encumbrances != Encumbrances::default() => StatusValue::Notice,
            Status::Active => StatusValue::Valid,
        })
    }

    /// What a reader is to be told though the licence is valid, as the codes of core/README.md, "Codes".
    pub fn cautions(&self, today: Day) -> &'static [Code] {
        match self.wire_status(today) {
            Some(StatusValue::Notice) => &[Code::Notice],
            Some(StatusValue::PaperLost) => &[Code::ReportedLost],
            Some(StatusValue::InspectionOverdue) => &[Code::InspectionOverdue],
            _ => &[],
        }
    }

    /// Whether a code made now would verify as valid; `Err` is the reason for its holder.
    pub fn showable(&self, today: Day) -> Result<(), Unshowable> {
        match self.wire_status(today) {
            None => return Err(Unshowable::NotIssued),
            Some(StatusValue::Final) => return Err(Unshowable::Ended(self.status)),
            Some(StatusValue::Suspended) if self.status == Status::Active => {
                return Err(Unshowable::InspectionOverdue);
            }
            Some(StatusValue::Suspended) => return Err(Unshowable::Suspended(self.status)),
            Some(StatusValue::Superseded) => return Err(Unshowable::Superseded),
            Some(_) => {}
        }
        match self.dates(today) {
            Dates::Current => Ok(()),
            Dates::NotYet => Err(Unshowable::NotYet),
            Dates::Expired => Err(Unshowable::Expired),
        }
    }
}

/// Why a licence cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unshowable {
    /// Not issued yet.
    NotIssued,
    /// Cancelled, revoked, withdrawn or annulled.
    Ended(Status),
    /// On hold, seized or disabled; or its paper lost, where its kind is refused then.
    Suspended(Status),
    /// Its annual inspection is overdue or was failed, and its kind is refused then.
    InspectionOverdue,
    /// There is a newer version.
    Superseded,
    /// Its first day is to come.
    NotYet,
    /// Its last day is past.
    Expired,
}

impl Unshowable {
    /// The code a verifier would give (core/README.md, "Codes").
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotIssued => "licence-not-issued",
            Self::Ended(_) => "E_STATUS_INVALID",
            Self::Suspended(_) | Self::InspectionOverdue => "E_STATUS_SUSPENDED",
            Self::Superseded => "E_STATUS_SUPERSEDED",
            Self::NotYet => "E_LICENCE_NOT_YET",
            Self::Expired => "E_LICENCE_EXPIRED",
        }
    }

    /// The reason, for the holder.
    pub fn reason(self) -> Text {
        match self {
            Self::NotIssued => Text::fixed("证照尚未签发", "The licence has not been issued yet"),
            Self::Ended(status) | Self::Suspended(status) => {
                let label = status.label();
                Text::new(format!("证照{}", label.zh), format!("The licence is {}", label.en.to_lowercase()))
            }
            Self::InspectionOverdue => Text::fixed(
                "年检逾期或未通过，办理合格后可以亮证",
                "The annual inspection is overdue or was failed: it can be shown once that is passed",
            ),
            Self::Superseded => {
                Text::fixed("已换发新版本，请出示新证照", "A newer version has been issued: show that one")
            }
            Self::NotYet => Text::fixed("证照尚未生效", "The licence is not valid yet"),
            Self::Expired => Text::fixed("证照已过有效期", "The licence has expired"),
        }
    }
}
