//! Who one is: sessions.

use super::row::Public;
use crate::domain::access::ManageOwnAccount;
use crate::http::api::actor::me::{self, Me};
use crate::http::api::actor::sessions::{self, LoginRequest, Session};

routes! { "actor";
    POST   "/api/v1/sessions"           sessions::create, Public, LoginRequest => 201 Session,
        "登录" / "Logs in";
    DELETE "/api/v1/sessions/current"   sessions::end, ManageOwnAccount => 204,
        "退出登录" / "Logs out; shows opened in the session end with it";
    GET    "/api/v1/me"                 me::read, ManageOwnAccount => 200 Me,
        "本账号" / "What the caller is here: account, holder, agencies, membership";
}
