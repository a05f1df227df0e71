//! For those who run the server and those who write programs against it.

use super::row::Public;
use crate::http::health::{self, Live, Version};
use crate::http::{metrics, openapi};

routes! { "operations";
    GET "/livez"                health::live, Public => 200 Live,
        "进程在运行" / "The process answers";
    GET "/healthz"              health::healthy, Public => 200 Live,
        "同 /livez" / "The same as /livez";
    GET "/readyz"               health::ready, Public => 200 | 503 as "application/json",
        "可以提供服务" / "Whether it can do its work";
    GET "/version"              health::version, Public => 200 Version,
        "版本" / "Which program this is";
    GET "/metrics"              metrics::show, Public => 200 as "text/plain; version=0.0.4; charset=utf-8",
        "运行指标" / "Figures for Prometheus; from this machine, or with their token", else 404;
    GET "/api/openapi.json"     openapi::show, Public => 200 | 304 as "application/json",
        "本接口的说明" / "This description";
}
