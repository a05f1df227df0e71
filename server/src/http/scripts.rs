//! The pages' scripts as they are sent: without what only people who write them read, and all asked for at once.

use std::collections::BTreeSet;

/// `source` without the comments that stand on lines of their own, and without what its lines begin with: no text of ours
/// goes over several. Lines keep their numbers, for who looks for a fault in a browser.
///
/// A third of our scripts is what they say about themselves; on a phone's network that is time.
pub(super) fn without_comments(source: &str) -> String {
    let mut sent = String::with_capacity(source.len());
    let mut is_inside = false;
    for line in source.lines() {
        let text = line.trim();
        let is_comment = if is_inside {
            is_inside = !text.ends_with("*/");
            true
        } else if text.starts_with("/*") {
            is_inside = !text.contains("*/");
            // A type before an expression stays with it.
            is_inside || text.ends_with("*/")
        } else {
            text.starts_with("//")
        };
        if !is_comment {
            sent.push_str(line.trim_start());
        }
        sent.push('\n');
    }
    sent
}

/// What the script `entry` imports, and what that imports, but not what it fetches only when it is needed: paths below
/// `/assets/`. `read` gives a script's text.
pub(super) fn imported(entry: &str, read: &impl Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![entry.to_owned()];
    while let Some(script) = waiting.pop() {
        let text = read(&script).unwrap_or_default();
        for named in without_comments(&text).split(" from '").skip(1) {
            let path = named.split('\'').next().and_then(|named| beside(&script, named));
            if let Some(path) = path.filter(|path| !found.contains(path) && read(path).is_some()) {
                waiting.push(path.clone());
                found.insert(path);
            }
        }
    }
    found
}

/// The page `html`, which asks for every script at once: a browser would find them one behind the other, each after a way
/// to the server and back.
pub(super) fn with_preloads(html: &str, read: &impl Fn(&str) -> Option<String>) -> String {
    const ENTRY: &str = "<script type=\"module\" src=\"/assets/";
    let Some((before, after)) = html.split_once(ENTRY) else { return html.to_owned() };
    let entry = after.split('"').next().unwrap_or_default();
    let links = imported(entry, read)
        .into_iter()
        .map(|path| format!("<link rel=\"modulepreload\" href=\"/assets/{path}\">\n    "));
    format!("{before}{}{ENTRY}{after}", links.collect::<String>())
}

/// The path that `named` means in the script `from`; `None` for an address that is not below `/assets/`.
fn beside(from: &str, named: &str) -> Option<String> {
    if let Some(path) = named.strip_prefix("/assets/") {
        return Some(path.to_owned());
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in named.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    named.starts_with('.').then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_on_lines_of_their_own_go_and_all_else_stays_in_its_line() {
        let source = "/** What. */\nlet a = 1; // kept\n  /**\n   * More.\n   */\n// gone\nlet b = /** @type {X} */ (a);\nif (b) {\n  /** @type {Y} */ (b).c = `d`;\n}\n";
        let sent = "\nlet a = 1; // kept\n\n\n\n\nlet b = /** @type {X} */ (a);\nif (b) {\n/** @type {Y} */ (b).c = `d`;\n}\n";
        assert_eq!(without_comments(source), sent);
    }

    #[test]
    fn a_page_asks_for_what_its_script_imports_and_what_that_imports() {
        let read = |path: &str| {
            let text = match path {
                "a/page.js" => {
                    "import { b } from './b.js';\n// from './no.js'\nconst later = () => import('./late.js');\n"
                }
                "a/b.js" => {
                    "import {\n  c,\n} from '../c.js';\nexport { d } from '/assets/d/d.js';\nimport e from 'https://x.example/e.js';\n"
                }
                "c.js" | "d/d.js" | "a/late.js" | "a/no.js" => "import { b } from './a/b.js';",
                _ => return None,
            };
            Some(text.to_owned())
        };
        let page = "<head>\n    <script type=\"module\" src=\"/assets/a/page.js\"></script>\n  </head>";
        let sent = with_preloads(page, &read);
        let links: Vec<&str> =
            sent.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(links, ["/assets/a/b.js", "/assets/c.js", "/assets/d/d.js"]);
        assert!(sent.ends_with("<script type=\"module\" src=\"/assets/a/page.js\"></script>\n  </head>"));
        assert_eq!(with_preloads("<p>", &read), "<p>");
    }
}
