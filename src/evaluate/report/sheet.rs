//! What every page is made of: one HTML file that needs no network.

use super::html::escape;
use crate::plot::{DARK_REPLACEMENTS, FONT_FAMILY};

/// A whole page around its parts. `style` are the rules of the page, to which those of the pictures are added.
#[must_use]
pub fn sheet(title: &str, style: &str, parts: &[String]) -> String {
    format!(
        r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>{}</title><style>{}</style></head>
<body><main>
{}
</main></body></html>
"#,
        escape(title),
        style_sheet(style),
        parts.join("\n"),
    )
}

/// A part of a page below its heading; `content` is HTML.
#[must_use]
pub fn section(title: &str, content: &str) -> String {
    format!("<section><h2>{title}</h2>{content}</section>")
}

/// A drawing with the words below it. `slug` names the place in the page.
#[must_use]
pub fn figure(slug: &str, svg: &str, about: &str) -> String {
    format!(
        r#"<figure id="{slug}">{svg}<figcaption>{}</figcaption></figure>
"#,
        escape(about)
    )
}

/// Names and values that tell where the numbers of a page come from.
pub fn provenance<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let row = |(name, value): (&str, &str)| {
        format!("<tr><td>{}</td><td><code>{}</code></td></tr>", escape(name), escape(value))
    };
    let rows: String = rows.into_iter().map(row).collect();
    format!(r#"<table class="provenance"><tbody>{rows}</tbody></table>"#)
}

/// The numbers of a page for programs, found by `id`.
#[must_use]
pub fn data_block(id: &str, data: &serde_json::Value) -> String {
    // A browser ends the block at the first `</script`, whatever JSON thinks of it.
    let text = data.to_string().replace('<', r"\u003c");
    format!(r#"<script type="application/json" id="{id}">{text}</script>"#)
}

/// The style sheet of a page with pictures, with rules that turn the neutral colors of the pictures over on a dark page.
fn style_sheet(rules_of_page: &str) -> String {
    let rule = |(light, dark): &(&str, &str)| {
        format!(
            "figure [fill=\"{light}\"]{{fill:{dark}}}figure [stroke=\"{light}\"]{{stroke:{dark}}}"
        )
    };
    let rules: String = DARK_REPLACEMENTS.iter().map(rule).collect();
    format!(
        "{}\nbody{{font-family:{FONT_FAMILY}}}\n@media screen and (prefers-color-scheme:dark){{{rules}}}\n",
        rules_of_page.trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        let page = sheet("<t>", "a{}", &[provenance([("<n>", "<v>")])]);
        assert!(page.contains("<title>&lt;t&gt;</title><style>a{}"), "{page}");
        assert!(page.contains("<td>&lt;n&gt;</td><td><code>&lt;v&gt;</code></td>"), "{page}");
        let block = data_block("d", &serde_json::json!({ "a": "</script>" }));
        assert_eq!(block.matches("</script").count(), 1, "{block}");
    }
}
