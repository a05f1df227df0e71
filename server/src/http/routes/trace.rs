//! Who used what.

use crate::domain::access::ViewOwnUses;
use crate::http::answer::Page;
use crate::http::api::trace::uses::{self, Use};

routes! { "trace";
    GET "/api/v1/wallet/uses"   uses::list, ViewOwnUses => 200 Page<Use>,
        "本人证照的使用记录" / "Uses of the caller's own licences, newest first";
}
