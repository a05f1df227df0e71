//! `/api/v1/units/{id}/accounts`, `/api/v1/accounts/{id}`: accounts of members.

use actix_web::{HttpRequest, web};
use liangzheng_core::time::Day;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::domain::access::{ManageAccounts, ViewAccounts};
use crate::domain::actor::holder::{HolderNumber, MalformedNumber};
use crate::domain::actor::membership::Role;
use crate::domain::actor::roles::NotGiven;
use crate::domain::catalogue::codes::Uscc;
use crate::domain::fault::Faults;
use crate::domain::ids::AccountId;
use crate::domain::text::{MAX_REASON, PlainText};
use crate::http::answer::{Answer, Page};
use crate::http::extract::{Body, IdempotencyKey, IfMatch, Permitted, items_on_page};
use crate::http::problem::{FieldError, Problem, kinds};
use crate::service::actor::accounts::{self, Account, AccountError, MemberState, NewAccount, RoleWish};
use crate::service::actor::roles::{self, AccountChange};

/// A person.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// 1 to 50 characters.
    #[schemars(length(min = 1, max = 50))]
    pub(super) name: String,
    /// Type of document, three digits: 111 citizen.
    pub(super) id_type: String,
    /// Its number.
    pub(super) id_number: String,
}

/// A role that somebody is to have.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedRole {
    /// The role.
    role: Role,
    /// Its last day, `YYYYMMDD`; absent or null = until it is taken away.
    #[serde(default)]
    until: Option<String>,
}

/// Body of `POST /api/v1/units/{id}/accounts`. Serialised again for the idempotency fingerprint.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccountRequest {
    /// What its owner is going to type: 1 to 64 letters, digits and `. _ @ -`. Who has an account keeps his login.
    #[schemars(length(min = 1, max = 64))]
    login: String,
    /// Whose account it is.
    person: Person,
    /// The roles.
    #[schemars(length(max = 9))]
    roles: Vec<WantedRole>,
}

/// Body of `PATCH /api/v1/accounts/{id}`: what is left out stays as it is.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPatch {
    /// All of the roles: those left out are taken away.
    #[serde(default)]
    #[schemars(length(max = 9))]
    roles: Option<Vec<WantedRole>>,
    /// Whether this person works.
    #[serde(default)]
    state: Option<MemberState>,
    /// Why; needed to disable.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// Which accounts.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountsQuery {
    /// `next` of the page before.
    #[serde(default)]
    cursor: String,
    /// Items on the page; 50 if not given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    limit: Option<i64>,
    /// Why an auditor looks; recorded.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    reason: Option<String>,
}

/// Why one looks.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReasonQuery {
    /// Why an auditor looks; recorded.
    #[serde(default)]
    #[schemars(length(min = 1, max = 500))]
    pub(super) reason: Option<String>,
}

/// `GET /api/v1/units/{id}/accounts`
pub async fn list(
    app: web::Data<App>,
    permit: Permitted<ViewAccounts>,
    unit: web::Path<Uscc>,
    query: web::Query<AccountsQuery>,
) -> Result<Answer<Page<Account>>, Problem> {
    let limit = items_on_page(query.limit)?;
    let reason = reason(query.reason.as_deref())?;
    let (items, next) = accounts::list(&app, &permit, *unit, reason.as_ref(), &query.cursor, limit).await?;
    Ok(Answer::of(Page::part(items, next)))
}

/// `POST /api/v1/units/{id}/accounts`
pub async fn create(
    app: web::Data<App>,
    permit: Permitted<ManageAccounts>,
    request: HttpRequest,
    unit: web::Path<Uscc>,
    key: IdempotencyKey,
    body: Body<NewAccountRequest>,
) -> Result<Answer<Account, 201>, Problem> {
    let claim = key.claim(&app, permit.account(), &request, &body.0);
    let NewAccountRequest { login, person, roles } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    if !is_login(&login) {
        problem = problem.field(
            "/login",
            "malformed",
            "应为 1 到 64 位字母、数字或 . _ @ -",
            "must be 1 to 64 letters, digits and . _ @ -",
        );
    }
    let named = person.read(&mut problem);
    let roles = wishes(&roles, &mut problem);
    let Some((name, number)) = named.filter(|_| problem.errors.is_empty()) else { return Err(problem) };
    let new = NewAccount { login, name, number, roles };
    let made = accounts::create(&app, &permit, *unit, new, claim).await?;
    Ok(Answer::replied(made).tagged(Account::changes).private())
}

/// `GET /api/v1/accounts/{id}`
pub async fn read(
    app: web::Data<App>,
    permit: Permitted<ViewAccounts>,
    id: web::Path<AccountId>,
    query: web::Query<ReasonQuery>,
) -> Result<Answer<Account>, Problem> {
    let reason = reason(query.reason.as_deref())?;
    let standing = accounts::read(&app, &permit, *id, reason.as_ref()).await?;
    Ok(Answer::of(standing.account).tagged(Account::changes))
}

/// `PATCH /api/v1/accounts/{id}`
pub async fn change(
    app: web::Data<App>,
    permit: Permitted<ManageAccounts>,
    id: web::Path<AccountId>,
    condition: IfMatch,
    body: Body<AccountPatch>,
) -> Result<Answer<Account>, Problem> {
    let AccountPatch { roles, state, reason } = body.0;
    let mut problem = Problem::new(&kinds::INVALID);
    let roles = roles.map(|roles| wishes(&roles, &mut problem));
    let reason = match reason {
        Some(reason) => problem.plain_text("/reason", PlainText::lines(&reason, MAX_REASON)),
        None if state == Some(MemberState::Disabled) => {
            problem = problem.field("/reason", "missing", "请说明停用的理由", "say why it is disabled");
            None
        }
        None => None,
    };
    if !problem.errors.is_empty() {
        return Err(problem);
    }
    let change = AccountChange { roles, state, reason };
    let account = roles::change(&app, &permit, *id, change, condition.0).await?;
    let is_proposed = account.proposal.is_some();
    let answer = Answer::of(account).tagged(Account::changes);
    Ok(if is_proposed { answer.accepted() } else { answer })
}

impl Person {
    /// Name and number; what is wrong with them is added to `problem`.
    pub(super) fn read(&self, problem: &mut Problem) -> Option<(PlainText, HolderNumber)> {
        self.read_at(["/person/name", "/person/id_type", "/person/id_number"], problem)
    }

    /// The same of a person who stands at other pointers: of name, type and number.
    pub(super) fn read_at(
        &self,
        [at_name, at_type, at_number]: [&'static str; 3],
        problem: &mut Problem,
    ) -> Option<(PlainText, HolderNumber)> {
        let name = problem.plain_text(at_name, PlainText::line(&self.name, MAX_NAME));
        match HolderNumber::new(&self.id_type, &self.id_number) {
            Ok(number) => name.map(|name| (name, number)),
            Err(why) => {
                let mut faults = Faults::default();
                match why {
                    MalformedNumber::IdType => faults.add(
                        at_type,
                        "malformed",
                        "证件类型为三位数字，如 111 居民身份证",
                        "the type of document is three digits, as 111 for a citizen",
                    ),
                    MalformedNumber::Length => faults.add(
                        at_number,
                        "length",
                        "证件号码应为 1 到 64 个字符",
                        "the number has 1 to 64 characters",
                    ),
                    MalformedNumber::FifteenDigits => faults.add(
                        at_number,
                        "fifteen-digits",
                        "公民身份号码为 18 位，15 位号码已停用",
                        "a citizen number has 18 characters; those of 15 digits are no longer valid",
                    ),
                }
                problem.errors.extend(faults.0.into_iter().map(FieldError::from));
                None
            }
        }
    }
}

fn wishes(wanted: &[WantedRole], problem: &mut Problem) -> Vec<RoleWish> {
    let mut wishes = Vec::with_capacity(wanted.len());
    let mut faults = Faults::default();
    for (at, wanted) in wanted.iter().enumerate() {
        let until = wanted.until.as_deref().map(Day::parse);
        faults.require(
            until != Some(None),
            format!("/roles/{at}/until"),
            "malformed",
            "应为 YYYYMMDD 形式的日期",
            "must be a day, YYYYMMDD",
        );
        wishes.push(RoleWish { role: wanted.role, until: until.flatten() });
    }
    problem.errors.extend(faults.0.into_iter().map(FieldError::from));
    wishes
}

/// The reason of a look, if one is given.
pub(super) fn reason(given: Option<&str>) -> Result<Option<PlainText>, Problem> {
    let mut problem = Problem::new(&kinds::INVALID);
    let reason = given.and_then(|given| problem.plain_text("/reason", PlainText::line(given, MAX_REASON)));
    if problem.errors.is_empty() { Ok(reason) } else { Err(problem) }
}

fn is_login(login: &str) -> bool {
    (1..=64).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_alphanumeric() || b"._@-".contains(&b))
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::NotFound => Self::new(&kinds::NOT_FOUND),
            AccountError::UnitState(refused) => refused.into(),
            AccountError::Own => Self::new(&kinds::TWO_PERSONS)
                .detail("不能修改自己的角色或账号状态", "nobody changes his own roles or state"),
            AccountError::NotGiven { role, why } => {
                let label = role.label();
                match why {
                    NotGiven::NotYours => Self::new(&kinds::FORBIDDEN).detail(
                        format!("您不能授予或收回「{}」：单位管理员管理本单位职能范围内的角色，单位管理员由电子证照管理人员指定", label.zh),
                        format!("{} is not yours to give or take: a unit's administrator gives the roles of its capacities, the manager its administrator", label.en),
                    ),
                    NotGiven::NotOfPlatform => Self::new(&kinds::FORBIDDEN).detail(
                        format!("「{}」只能授予平台管理单位的人员", label.zh),
                        format!("{} is for members of the platform's own unit only", label.en),
                    ),
                    NotGiven::NoCapacity => {
                        let mut faults = Faults::default();
                        faults.add(
                            "/roles",
                            "no-capacity",
                            format!("本单位没有「{}」所属的职能", label.zh),
                            format!("this unit has not the capacity that carries {}", label.en),
                        );
                        Self::new(&kinds::INVALID).faults(faults)
                    }
                }
            }
            AccountError::ByTwo => Self::new(&kinds::TWO_PERSONS)
                .detail("该角色须由两位管理人员共同办理", "this role takes two managers"),
            AccountError::Faults(faults) => Self::new(&kinds::INVALID).faults(faults),
            AccountError::LoginTaken => {
                let mut problem = Self::new(&kinds::ALREADY_EXISTS)
                    .detail("该账号名已被使用，请换一个", "the login is taken: choose another");
                let mut faults = Faults::default();
                faults.add("/login", "already-exists", "该账号名已被使用", "the login is taken");
                problem.errors.extend(faults.0.into_iter().map(FieldError::from));
                problem
            }
            AccountError::PersonTaken { account: Some(id) } => Self::new(&kinds::ALREADY_EXISTS).detail(
                format!("该人员已是本单位人员（{id}），请修改其角色"),
                format!("this person works for this unit already ({id}): change his roles"),
            ),
            AccountError::PersonTaken { account: None } => {
                Self::new(&kinds::ALREADY_EXISTS).code("member-elsewhere").detail(
                    "该人员已在其他单位任职；须先由该单位收回其全部角色",
                    "this person works for another unit: that unit takes his roles away first",
                )
            }
            AccountError::NameDiffers => Self::new(&kinds::ALREADY_EXISTS).code("name-differs").detail(
                "该证件号码已有账号，但姓名不一致，请核对",
                "this number has an account under another name: check it",
            ),
            AccountError::Stale { now } => Self::new(&kinds::STALE_VERSION)
                .detail(format!("当前标签为 \"{now}\""), format!("the tag is \"{now}\" now")),
            AccountError::ReasonNeeded => Self::new(&kinds::INVALID).field(
                "/reason",
                "missing",
                "审计人员查看具体账号须在查询参数 reason 中说明理由",
                "an auditor says in the query's reason why he looks at single accounts",
            ),
            AccountError::Password(error) => error.into(),
            AccountError::Work(error) => error.into(),
        }
    }
}

/// Characters of a person's name.
const MAX_NAME: usize = 50;
