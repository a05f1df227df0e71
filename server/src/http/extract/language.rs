//! In which of the two languages a reader is answered.

use actix_web::http::header::{self, HeaderMap};

/// Whether `Accept-Language` ranks English above Chinese; Chinese is the default.
pub(crate) fn prefers_english(headers: &HeaderMap) -> bool {
    let Some(list) = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut best = ("zh", 0.0_f32);
    for item in list.split(',').take(16) {
        let mut parts = item.split(';');
        let tag = parts.next().unwrap_or("").trim();
        let weight = parts.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        let language = tag.split('-').next().unwrap_or("");
        if (language.eq_ignore_ascii_case("zh") || language.eq_ignore_ascii_case("en")) && weight > best.1 {
            best = (if language.eq_ignore_ascii_case("en") { "en" } else { "zh" }, weight);
        }
    }
    best.0 == "en"
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn the_better_ranked_of_the_two_languages_is_used() {
        for (list, english) in [
            ("en", true),
            ("en-GB,zh;q=0.5", true),
            ("zh-CN,en;q=0.9", false),
            ("zh;q=0.1,en;q=0.2", true),
            ("fr,de", false),
            ("*", false),
            ("en;q=abc", true),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(list).unwrap());
            assert_eq!(prefers_english(&headers), english, "{list}");
        }
    }
}
