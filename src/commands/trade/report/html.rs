//! Pieces of a page.

use crate::evaluate::report::escape;

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
        let shown = table(&[("a", Column::Numbers)], &[vec!["<1>".to_owned()]]);
        assert!(shown.contains(r#"<td class="n">&lt;1&gt;</td>"#), "{shown}");
    }
}
