//! What using units do with licences in their cases, and what the public looks up.

use super::row::Public;
use crate::domain::access::FetchForCase;
use crate::http::answer::Page;
use crate::http::api::casework::fetches::{self, FetchRequest, Fetched};
use crate::http::api::casework::prefill::{self, Prefill};
use crate::http::api::casework::public_licences::{self, PublicLicence};

routes! { "casework";
    POST "/api/v1/fetches"            fetches::create, FetchForCase, FetchRequest => 200 Fetched,
        "一事一查：为一件办件调取一个持证主体的一种证照" / "Fetches one kind of one holder for one case: the fields of the using list, masked and marked", else 403;
    POST "/api/v1/cases/{id}/prefill" prefill::create, FetchForCase => 200 Prefill,
        "免提交：调取办件事项所需的全部证照" / "Fetches all that the matter of a case needs: filled, absent, refused", else 403;
    GET  "/api/v1/public/licences"    public_licences::list, Public => 200 Page<PublicLicence>,
        "查询依法公示的证照" / "Licences of public kinds, by identifier, or by kind and the holder's exact name", else 429 | 503;
}
