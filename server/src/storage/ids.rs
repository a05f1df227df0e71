//! How ids and codes are kept: as the text people see, `TEXT` in both databases, so that a row can be read by eye.

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::{Database, Decode, Encode, Type};

use crate::domain::catalogue::codes::{KindCode, SceneCode, Uscc};
use crate::domain::ids::{
    AccountId, ActId, AgencyEntryId, AgencyId, AnalysisId, AuthorisationId, CaseId, ClientId, ConsentId,
    CounterLookUpId, CounterRequestId, DelegationId, DeviceId, DoubtId, DutyApplicationId, HolderId,
    IdentityTaskId, ImportId, LetterId, LicenceId, NoticeId, PrintId, ProposalId, ReconciliationId,
    RecoveryId, RequestId, ScopeAlarmId, SessionId, ShowId, SubmissionId, SuspectId,
};

/// Lets an id or a code of `domain` be bound and read; `domain` itself must not know the database.
macro_rules! stored_id {
    ($($id:ty),+ $(,)?) => { $(
        impl<DB: Database> Type<DB> for $id where String: Type<DB> {
            fn type_info() -> DB::TypeInfo { <String as Type<DB>>::type_info() }
            fn compatible(ty: &DB::TypeInfo) -> bool { <String as Type<DB>>::compatible(ty) }
        }
        impl<'q, DB: Database> Encode<'q, DB> for $id where String: Encode<'q, DB> {
            fn encode_by_ref(&self, buf: &mut <DB as Database>::ArgumentBuffer) -> Result<IsNull, BoxDynError> {
                self.to_string().encode(buf)
            }
        }
        impl<'r, DB: Database> Decode<'r, DB> for $id where String: Decode<'r, DB> {
            fn decode(value: <DB as Database>::ValueRef<'r>) -> Result<Self, BoxDynError> {
                Ok(String::decode(value)?.parse::<$id>()?)
            }
        }
    )+ };
}

stored_id!(
    AccountId,
    ClientId,
    LetterId,
    RecoveryId,
    SessionId,
    HolderId,
    AgencyId,
    LicenceId,
    ActId,
    DeviceId,
    DoubtId,
    ShowId,
    IdentityTaskId,
    ProposalId,
    AgencyEntryId,
    RequestId,
    NoticeId,
    Uscc,
    KindCode,
    SceneCode,
    CaseId,
    ConsentId,
    CounterRequestId,
    PrintId,
    CounterLookUpId,
    AuthorisationId,
    DelegationId,
    DutyApplicationId,
    AnalysisId,
    ScopeAlarmId,
    ImportId,
    ReconciliationId,
    SubmissionId,
    SuspectId
);
