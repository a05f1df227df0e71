//! Who used what.

use crate::domain::access::{ViewOwnUses, ViewUnitUses};
use crate::http::answer::Page;
use crate::http::api::trace::uses::{self, Use};

routes! { "trace";
    GET "/api/v1/wallet/uses"     uses::list, ViewOwnUses => 200 Page<Use>,
        "本人证照的使用记录" / "Uses of the caller's own licences and refused tries, newest first";
    GET "/api/v1/units/{id}/uses" uses::of_unit, ViewUnitUses => 200 Page<Use>,
        "本单位的用证记录" / "What was done for a unit, and what was refused it, newest first";
}
