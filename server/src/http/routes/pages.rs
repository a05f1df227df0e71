//! Pages for people, and what they load.

use super::row::Public;
use crate::http::{embed, pages};

routes! { "pages";
    GET "/"                             pages::home, Public => 200 | 304 as "text/html; charset=utf-8",
        "首页" / "What this installation is, and the way to its pages";
    GET "/wallet"                       pages::wallet, Public => 200 | 304 as "text/html; charset=utf-8",
        "钱包" / "The wallet";
    GET "/verify"                       pages::verify, Public => 200 | 304 as "text/html; charset=utf-8",
        "核验" / "The verifier";
    GET "/exempt-materials"             pages::exempt, Public => 200 | 304 as "text/html; charset=utf-8",
        "免提交清单" / "What people need not hand in, to be searched";
    GET "/public-licences"              pages::public_licences, Public => 200 | 304 as "text/html; charset=utf-8",
        "证照公示查询" / "Looks up licences of public kinds";
    GET "/office"                       pages::office, Public => 200 | 304 as "text/html; charset=utf-8",
        "业务办理" / "The office, where units work";
    GET "/api/docs"                     pages::docs, Public => 200 | 304 as "text/html; charset=utf-8",
        "接口说明" / "Reads the description of the API";
    GET "/sw.js"                        pages::service_worker, Public => 200 | 304 as "text/javascript; charset=utf-8",
        "离线程序" / "What makes pages work without a network";
    GET "/assets/wasm/{path:.+}"        pages::module, Public => 200 as "application/octet-stream",
        "浏览器模块" / "Browser modules";
    GET "/assets/{path:.+}"             pages::asset, Public => 200 | 304 as "application/octet-stream",
        "页面文件" / "Files of the pages";
    GET "/problems/{slug}"              pages::problem, Public => 200 as "text/html; charset=utf-8",
        "错误说明" / "What a problem means and what helps";
    // for other people's pages
    GET "/embed/manifest.json"          embed::manifest, Public => 200 as "application/json",
        "嵌入核验组件的清单" / "Version and hashes of the element for other people's pages";
    GET "/embed/{version}/frame"        embed::frame, Public => 200 as "text/html; charset=utf-8",
        "供嵌入的核验窗口" / "The verifier as a frame";
    GET "/embed/{version}/{path:.+}"    embed::file, Public => 200 as "application/octet-stream",
        "核验组件的文件" / "Files of the element";
}
