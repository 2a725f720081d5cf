//! Pieces of a page.

/// Text that HTML takes literally, in elements and in quoted attributes.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// How a column is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// To the left.
    Words,
    /// To the right.
    Numbers,
}

/// A table; cells are text, not HTML.
pub(super) fn table(columns: &[(&str, Column)], rows: &[Vec<String>]) -> String {
    let class = |column: Column| match column {
        Column::Words => "",
        Column::Numbers => r#" class="n""#,
    };
    let head: String = columns
        .iter()
        .map(|&(name, column)| format!("<th{}>{}</th>", class(column), escape(name)))
        .collect();
    let row = |row: &Vec<String>| {
        let cells = row.iter().zip(columns);
        let cells: String = cells
            .map(|(text, &(_, column))| format!("<td{}>{}</td>", class(column), escape(text)))
            .collect();
        format!("<tr>{cells}</tr>")
    };
    let body: String = rows.iter().map(row).collect();
    format!(
        r#"<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(escape("<b a='\"'>&"), "&lt;b a=&#39;&quot;&#39;&gt;&amp;");
        let shown = table(&[("a", Column::Numbers)], &[vec!["<1>".to_owned()]]);
        assert!(shown.contains(r#"<td class="n">&lt;1&gt;</td>"#), "{shown}");
    }
}
