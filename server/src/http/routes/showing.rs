//! Showing licences: shows, their codes, phones, offline grants.

use crate::domain::access::{FetchOfflineGrant, ManageDevices, OpenShow};
use crate::http::answer::Page;
use crate::http::api::showing::devices::{self, DeviceRequest};
use crate::http::api::showing::offline_grant::{self, OfflineGrantRequest};
use crate::http::api::showing::short_code::{self, ShortCodeAnswer};
use crate::http::api::showing::show::{self, ShowRequest};
use crate::service::showing::device::DeviceOutcome;
use crate::service::showing::offline_grant::OfflineGrant;
use crate::service::showing::show::Shown;

routes! { "showing";
    POST   "/api/v1/wallet/shows/{show}/refresh"    show::refresh, OpenShow => 200 Shown,
        "取得下一个亮证码" / "Mints the next code of an open show", else 410;
    POST   "/api/v1/wallet/licences/{id}/show"      show::open, OpenShow, ShowRequest => 201 Shown,
        "凭亮证密码开始亮证" / "Opens a show with the PIN and mints its first code", else 410;
    GET    "/api/v1/wallet/shows/{show}.svg"        show::svg, OpenShow => 200 as "image/svg+xml",
        "亮证码图片（SVG）" / "The last code of a show, drawn as SVG", else 409 | 410;
    GET    "/api/v1/wallet/shows/{show}.png"        show::png, OpenShow => 200 as "image/png",
        "亮证码图片（PNG）" / "The last code of a show, drawn as PNG", else 409 | 410;
    POST   "/api/v1/wallet/shows/{show}/short-code" short_code::make, OpenShow => 201 ShortCodeAnswer,
        "取得短码" / "Eight digits that staff may verify once, within a minute, in place of the show's code", else 410;
    DELETE "/api/v1/wallet/shows/{show}"            show::end, OpenShow => 204,
        "结束亮证" / "Ends a show";
    POST   "/api/v1/wallet/devices"                 devices::register, ManageDevices, DeviceRequest => 201 | 200 DeviceOutcome,
        "登记手机" / "Registers a phone; 200 if its key is registered already";
    GET    "/api/v1/wallet/devices"                 devices::list, ManageDevices => 200 Page<DeviceOutcome>,
        "本人的手机" / "The caller's phones";
    DELETE "/api/v1/wallet/devices/{id}"            devices::drop_one, ManageDevices => 204,
        "移除手机" / "Drops a phone; its codes are refused from the next status list on";
    POST   "/api/v1/wallet/licences/{id}/grant"     offline_grant::create, FetchOfflineGrant, OfflineGrantRequest => 201 OfflineGrant,
        "取得离线亮证授权" / "Grants a licence to a phone that has no network";
}
