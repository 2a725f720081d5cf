//! From bytes to the types of a vendor.

use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::answer::Answer;

/// What is wrong with an answer of status 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It ends in the middle.
    CutOff,
    /// It is of another shape; what was found, and where.
    Shape(String),
}

/// Reads JSON; a flaw names the place in the document.
pub(super) fn read_json<T: DeserializeOwned>(answer: &Answer) -> Result<T, Flaw> {
    let mut reader = serde_json::Deserializer::from_slice(&answer.body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        match error.inner().classify() {
            Category::Eof => Flaw::CutOff,
            Category::Data => Flaw::Shape(format!("{} (at `{path}`)", error.inner())),
            Category::Syntax | Category::Io => other_text(answer),
        }
    })?;
    reader.end().map_err(|_| Flaw::Shape("more text after the end of the JSON".to_owned()))?;
    Ok(value)
}

fn other_text(answer: &Answer) -> Flaw {
    let content_type = match answer.content_type.as_str() {
        "" => "no content type",
        known => known,
    };
    Flaw::Shape(format!("no JSON but `{}` ({content_type})", answer.excerpt()))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Row {
        #[expect(dead_code, reason = "only read from JSON")]
        price: f64,
    }

    fn check(body: &str, expected: &str) {
        let content_type = "text/html".to_owned();
        let answer = Answer { body: body.into(), content_type, ..Answer::default() };
        let flaw = read_json::<Vec<Row>>(&answer).unwrap_err();
        assert_eq!(format!("{flaw:?}"), expected);
    }

    #[test]
    fn flaws_say_what_and_where() {
        check(
            r#"[{"price":1},{"price":"x"}]"#,
            r#"Shape("invalid type: string \"x\", expected f64 at line 1 column 25 (at `[1].price`)")"#,
        );
        check("[{\"price\":1}", "CutOff");
        check("", "CutOff");
        check("<html>\n hello</html>", r#"Shape("no JSON but `<html> hello</html>` (text/html)")"#);
        check(r#"[{"price":1}] x"#, r#"Shape("more text after the end of the JSON")"#);
    }
}
