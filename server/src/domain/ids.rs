//! One type per kind of id, so that they never mix; UUIDv7 inside, `lic_0190…` outside.
//!
//! Ids sort by the time they were made. They are not secrets: whoever holds one still needs the right to its object.

use std::fmt;

use liangzheng_core::time::UnixTime;
use uuid::Uuid;

use crate::domain::clock::Entropy;

/// The text is not an id of the kind asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the form {prefix}_ and 32 hexadecimal digits")]
pub struct MalformedId {
    /// What ids of this kind begin with.
    pub prefix: &'static str,
}

/// Makes a newtype around a UUIDv7, written `prefix_` and 32 lower-case hexadecimal digits.
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(::uuid::Uuid);

        impl $name {
            /// A new id, sorted by `now`.
            pub fn generate(
                now: ::liangzheng_core::time::UnixTime,
                entropy: &dyn $crate::domain::clock::Entropy,
            ) -> Self {
                Self($crate::domain::ids::uuid_v7(now, entropy))
            }

            /// Its text without an allocation: for comparing on the hot path.
            pub fn text(self) -> $crate::domain::ids::IdText {
                $crate::domain::ids::IdText::new($prefix, self.0)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::domain::ids::write_id(f, $prefix, self.0)
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::domain::ids::MalformedId;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::domain::ids::read_id(text, $prefix).map(Self)
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let pattern = concat!("^", $prefix, "_[0-9a-f]{32}$");
                ::schemars::json_schema!({ "type": "string", "pattern": pattern })
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = ::std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }
    };
}

id_type!(
    /// One account that can log in: a holder or a member of staff.
    AccountId, "acc");
id_type!(
    /// One login of an account.
    SessionId, "ses");
id_type!(
    /// A person or organisation that holds licences 持证主体.
    HolderId, "hol");
id_type!(
    /// One restoring of one account at a counter.
    RecoveryId, "rec");
id_type!(
    /// One account acting for one holder.
    AgencyId, "agy");
id_type!(
    /// One version of one issued licence.
    LicenceId, "lic");
id_type!(
    /// Something doubtful at a scan, to be looked into.
    DoubtId, "dbt");
id_type!(
    /// One lifecycle act 挂起、吊销…, as recorded.
    ActId, "act");
id_type!(
    /// One registered client: a program of a unit.
    ClientId, "cli");
id_type!(
    /// One phone registered by a holder.
    DeviceId, "dev");
id_type!(
    /// One showing of one licence in one scene.
    ShowId, "shw");

id_type!(
    /// One case of a unit 办件.
    CaseId, "cas");
id_type!(
    /// One consent of a holder to the use of his licences in a case.
    ConsentId, "csn");
id_type!(
    /// One authorisation of a unit by a holder 授权用证.
    AuthorisationId, "aut");
id_type!(
    /// One delegation of a person by a holder 委托用证.
    DelegationId, "dlg");
id_type!(
    /// One application of a using unit to an issuer 履职共享申请.
    DutyApplicationId, "dut");
id_type!(
    /// One application for counts over licences 批量统计分析.
    AnalysisId, "ana");
id_type!(
    /// Word to the manager that tries of a unit were refused.
    ScopeAlarmId, "alm");
id_type!(
    /// What a counter asks of the holder before it.
    CounterRequestId, "crq");
id_type!(
    /// A look of an issuing unit's counter at a licence of the holder before it.
    CounterLookUpId, "clk");
id_type!(
    /// A copy in a unit's print register.
    PrintId, "prt");
id_type!(
    /// What a holder asked of an issuing unit.
    RequestId, "req");
id_type!(
    /// What a holder was told without asking.
    NoticeId, "ntc");
id_type!(
    /// Something that goes out.
    LetterId, "ltr");
id_type!(
    /// What a counter entered of an agency.
    AgencyEntryId, "age");
id_type!(
    /// An identity of the identity provider that fitted nobody.
    IdentityTaskId, "idt");
id_type!(
    /// What one person proposed and another is to confirm.
    ProposalId, "prp");

id_type!(
    /// One file of many rows.
    ImportId, "imp");

id_type!(
    /// What a program of an issuing unit handed in.
    SubmissionId, "sub");
id_type!(
    /// A draft and what it may be the same as.
    SuspectId, "dup");
id_type!(
    /// One comparison of a unit's list with what is here.
    ReconciliationId, "rcn");

/// The text of an id, on the stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct IdText([u8; 36]);

impl IdText {
    /// The text of the id `prefix` and `uuid`; the prefix has three letters.
    pub fn new(prefix: &str, uuid: Uuid) -> Self {
        let mut text = [b'_'; 36];
        for (to, from) in text.iter_mut().zip(prefix.bytes().take(3)) {
            *to = from;
        }
        if let Some(digits) = text.last_chunk_mut::<32>() {
            uuid.simple().encode_lower(digits);
        }
        Self(text)
    }
}

impl std::ops::Deref for IdText {
    type Target = str;
    fn deref(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// A UUIDv7 (RFC 9562 §5.7) of the second `now`; all other bits are random.
pub fn uuid_v7(now: UnixTime, entropy: &dyn Entropy) -> Uuid {
    let millis = u64::try_from(now.0.saturating_mul(1000)).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes::<10>()).into_uuid()
}

/// Writes an id as people see it.
pub fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, uuid: Uuid) -> fmt::Result {
    write!(f, "{prefix}_{}", uuid.simple())
}

/// Reads an id of the kind `prefix`; one spelling only, so that two texts never name the same object.
pub fn read_id(text: &str, prefix: &'static str) -> Result<Uuid, MalformedId> {
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_'));
    let canonical =
        digits.filter(|d| d.len() == 32 && d.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')));
    canonical.and_then(|d| Uuid::try_parse(d).ok()).ok_or(MalformedId { prefix })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::clock::SystemEntropy;

    #[test]
    fn an_id_is_read_back_and_ids_of_other_kinds_are_refused() {
        let id = LicenceId::generate(UnixTime(1_795_305_600), &SystemEntropy);
        assert_eq!(id.to_string().parse::<LicenceId>(), Ok(id));
        assert_eq!(*id.text(), *id.to_string());
        for text in [
            id.to_string().replace("lic", "dev"),
            id.to_string().to_uppercase(),
            id.to_string().replace("lic_", ""),
            id.to_string().replace('_', "-"),
            format!("{id}0"),
            String::new(),
        ] {
            assert!(text.parse::<LicenceId>().is_err(), "{text}");
        }
    }

    #[test]
    fn ids_sort_by_the_second_they_were_made() {
        let earlier = LicenceId::generate(UnixTime(1_795_305_600), &SystemEntropy);
        let later = LicenceId::generate(UnixTime(1_795_305_601), &SystemEntropy);
        assert!(earlier < later);
    }
}
