//! Who one is: sessions, accounts.

use super::row::{Maybe, Public};
use crate::domain::access::{
    DecideAgency, EnterAgency, ManageAccounts, ManageAgents, ManageClients, ManageOwnAccount, RecoverAccount,
    ViewAccounts, ViewAgencies, ViewRecoveries,
};
use crate::http::answer::Page;
use crate::http::api::actor::accounts::{self, AccountPatch, NewAccountRequest};
use crate::http::api::actor::agencies::{self, AgencyDecision, AgencyRequest, AgentRequest};
use crate::http::api::actor::clients::{self, ClientRequest, Token, TokenRequest};
use crate::http::api::actor::contact::{self, Contact, ContactCode, ContactRequest};
use crate::http::api::actor::effective::{self, Right};
use crate::http::api::actor::me::{self, Me};
use crate::http::api::actor::oidc::{self, LoginWays};
use crate::http::api::actor::own_sessions::{self, OwnSession};
use crate::http::api::actor::password::{self, PasswordRequest, PinRequest};
use crate::http::api::actor::recovery::{
    self, CounterRecovery, OwnRecovery, OwnRecoveryRequest, RecoveryRequest,
};
use crate::http::api::actor::sessions::{self, LoginRequest, Session};
use crate::http::api::actor::totp::{self, BegunTotp, RecoveryCodes, TotpCode, TotpRequest};
use crate::service::actor::accounts::Account;
use crate::service::actor::agencies::Agent;
use crate::service::actor::agency_entries::AgencyEntry;
use crate::service::actor::clients::ClientOutcome;
use crate::service::actor::recovery::Recovery;

routes! { "actor";
    GET    "/api/v1/login"              oidc::ways, Public => 200 LoginWays,
        "可用的登录方式" / "By what one may log in here";
    GET    "/api/v1/login/oidc"         oidc::begin, Maybe<ManageOwnAccount> => 302 as "text/html",
        "统一身份认证登录" / "Sends the browser to the identity provider", else 404;
    GET    "/api/v1/login/oidc/callback" oidc::callback, Public => 302 as "text/html",
        "统一身份认证返回" / "Where the identity provider sends the browser back", else 401 | 403 | 404 | 409;
    POST   "/api/v1/token"              clients::token, Public, TokenRequest => 200 Token,
        "系统接入取得令牌" / "A registered client's token, for an assertion it signed (RFC 7523)", else 401;
    GET    "/api/v1/clients"            clients::list, ManageClients => 200 Page<ClientOutcome>,
        "接入系统列表" / "Registered clients";
    POST   "/api/v1/clients"            clients::create, ManageClients, ClientRequest => 201 ClientOutcome,
        "登记接入系统" / "Registers a client: a program of a unit";
    GET    "/api/v1/clients/{id}"       clients::read, ManageClients => 200 ClientOutcome,
        "一个接入系统" / "One registered client";
    DELETE "/api/v1/clients/{id}"       clients::end, ManageClients => 204,
        "停用接入系统" / "Ends a client: its tokens and the sessions begun through it count no more";
    POST   "/api/v1/sessions"           sessions::create, Public, LoginRequest => 201 Session,
        "登录" / "Logs in", else 401;
    DELETE "/api/v1/sessions/current"   sessions::end, ManageOwnAccount => 204,
        "退出登录" / "Logs out; shows opened in the session end with it";
    GET    "/api/v1/me"                 me::read, ManageOwnAccount => 200 Me,
        "本账号" / "What the caller is here: account, holder, agencies, membership, factors";
    GET    "/api/v1/me/sessions"        own_sessions::list, ManageOwnAccount => 200 Page<OwnSession>,
        "本人的登录" / "The caller's open sessions";
    DELETE "/api/v1/me/sessions"        own_sessions::end_others, ManageOwnAccount => 204,
        "退出其他登录" / "Ends all of the caller's sessions but this one";
    DELETE "/api/v1/me/sessions/{id}"   own_sessions::end, ManageOwnAccount => 204,
        "退出一处登录" / "Ends one of the caller's sessions; its shows end with it";
    PUT    "/api/v1/me/password"        password::change, ManageOwnAccount, PasswordRequest => 204,
        "修改登录密码" / "Changes the password by the old one; other sessions and open shows end";
    PUT    "/api/v1/me/pin"             password::change_pin, ManageOwnAccount, PinRequest => 204,
        "修改亮证密码" / "Changes the PIN by the old one; other sessions and open shows end";
    POST   "/api/v1/me/totp"            totp::begin, ManageOwnAccount, TotpRequest => 201 BegunTotp,
        "开始绑定动态验证码" / "Begins to set up an authenticator";
    DELETE "/api/v1/me/totp"            totp::remove, ManageOwnAccount, TotpCode => 204,
        "解除动态验证码" / "Removes the authenticator by one of its codes";
    POST   "/api/v1/me/totp/confirmation" totp::confirm, ManageOwnAccount, TotpCode => 200 RecoveryCodes,
        "确认绑定动态验证码" / "Puts the authenticator in force by its first code";
    GET    "/api/v1/me/contact"         contact::read, ManageOwnAccount => 200 Contact,
        "联系邮箱" / "Where the caller is reached";
    PUT    "/api/v1/me/contact"         contact::ask, ManageOwnAccount, ContactRequest => 202 Contact,
        "填写联系邮箱，确认码发到该邮箱" / "Sends a code to an address of mail, which is in force when the code has come back", else 409;
    DELETE "/api/v1/me/contact"         contact::remove, ManageOwnAccount => 204,
        "删除联系邮箱" / "Removes the address; it is told";
    POST   "/api/v1/me/contact/confirmation" contact::confirm, ManageOwnAccount, ContactCode => 200 Contact,
        "确认联系邮箱" / "Puts the address in force by the code that was sent there; the old one is told", else 409;
    GET    "/api/v1/units/{id}/accounts" accounts::list, ViewAccounts => 200 Page<Account>,
        "单位的账号" / "Who works in a unit, in which roles; an auditor says why he looks";
    POST   "/api/v1/units/{id}/accounts" accounts::create, ManageAccounts, NewAccountRequest => 201 Account,
        "开设账号" / "Gives a person an account as a member of a unit, with a first password";
    GET    "/api/v1/accounts/{id}"      accounts::read, ViewAccounts => 200 Account,
        "一个账号" / "One member's account";
    PATCH  "/api/v1/accounts/{id}"      accounts::change, ManageAccounts, AccountPatch => 200 | 202 Account,
        "修改角色或停用" / "Sets a member's roles with their last days, or whether he works";
    GET    "/api/v1/accounts/{id}/effective" effective::read, ViewAccounts => 200 Page<Right>,
        "账号的全部权限及来源" / "Every right of an account, and where it comes from";
    POST   "/api/v1/accounts/{id}/recovery" recovery::create, RecoverAccount, RecoveryRequest => 202 | 200 Recovery,
        "柜台恢复账号" / "Restores an account at a counter: 202 for the first person, 200 for the second, a day later it counts";
    GET    "/api/v1/recoveries"         recovery::list, ViewRecoveries => 200 Page<CounterRecovery>,
        "本单位办理的账号恢复" / "Accounts that the caller's unit is restoring, or has restored, newest first";
    GET    "/api/v1/me/recovery"        recovery::read_own, ManageOwnAccount => 200 OwnRecovery,
        "本账号的恢复" / "Whether the own account is being restored";
    POST   "/api/v1/me/recovery"        recovery::object, ManageOwnAccount, OwnRecoveryRequest => 200 Recovery,
        "对账号恢复提出异议" / "Objects to the restoring of the own account", else 404;
    GET    "/api/v1/agencies"           agencies::entries, ViewAgencies => 200 Page<AgencyEntry>,
        "窗口登记的代理关系" / "Agencies that the caller's unit entered at its counter, newest first";
    POST   "/api/v1/agencies"           agencies::enter, EnterAgency, AgencyRequest => 201 AgencyEntry,
        "登记法定代表人或监护人" / "Enters the legal representative of an organisation, or the guardian of a person", else 409;
    POST   "/api/v1/agencies/{id}/acts" agencies::decide, DecideAgency, AgencyDecision => 200 AgencyEntry,
        "审核或终止代理关系" / "Approves an entry, with which the agency begins, by another person; refuses it; or ends what began", else 409;
    GET    "/api/v1/wallet/agencies"    agencies::agents, ManageAgents => 200 Page<Agent>,
        "代理人" / "Who acts for the holders that the caller acts for, and for himself";
    POST   "/api/v1/wallet/agencies"    agencies::name, ManageAgents, AgentRequest => 201 Agent,
        "指定管理员或办事人" / "Names a manager or handler of a firm", else 404 | 409;
    DELETE "/api/v1/wallet/agencies/{id}" agencies::remove, ManageAgents => 204,
        "移除代理人" / "Ends an agent, with those he named";
}
