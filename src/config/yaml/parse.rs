//! Events of the parser into a tree.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Mark, StrInput};

use super::scalar::resolve;
use super::{Entry, Node, Span, Value};

const MAX_DEPTH: usize = 64;

/// What is wrong with a text, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlProblem {
    /// Expected and found.
    pub(crate) text: String,
    /// Where.
    pub(crate) span: Span,
    /// Where the other one stands, for a duplicate.
    pub(crate) other: Option<Span>,
}

/// Reads one document of source number `source`: the tree, if there is one, and every problem.
///
/// A text that is no YAML ends the reading; a duplicate or unreadable value does not.
pub(crate) fn parse(source: usize, text: &str) -> (Option<Node>, Vec<YamlProblem>) {
    let parser = Parser::new_from_str(text);
    let mut builder = Builder { parser, source, problems: Vec::new() };
    let node = match builder.document() {
        Ok(node) => node,
        Err(problem) => {
            builder.problems.push(*problem);
            None
        }
    };
    (node, builder.problems)
}

struct Builder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    source: usize,
    problems: Vec<YamlProblem>,
}

type Fatal = Box<YamlProblem>;

impl<'a> Builder<'a> {
    fn document(&mut self) -> Result<Option<Node>, Fatal> {
        let mut root = None;
        loop {
            let (event, mark) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::StreamStart | Event::DocumentEnd | Event::Nothing => {}
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(self.problem("a file must hold one document, found a second", mark));
                }
                Event::DocumentStart(_) => {
                    let (event, mark) = self.next()?;
                    root = Some(self.node(event, mark, 0)?);
                }
                _ => return Err(self.problem("expected a document", mark)),
            }
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Mark), Fatal> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(self.syntax(&error)),
            None => Ok((Event::StreamEnd, Mark::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, mark: Mark, depth: usize) -> Result<Node, Fatal> {
        if depth > MAX_DEPTH {
            let text = format!("a file must nest at most {MAX_DEPTH} levels deep");
            return Err(self.problem(&text, mark));
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.plain(anchor, tag.is_some(), mark)?;
                Ok(self.scalar(&text, style, mark))
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain(anchor, tag.is_some(), mark)?;
                self.list(mark, depth)
            }
            Event::MappingStart(anchor, tag) => {
                self.plain(anchor, tag.is_some(), mark)?;
                self.map(mark, depth)
            }
            Event::Alias(_) => Err(self.problem("aliases (`*name`) are not supported", mark)),
            _ => Err(self.problem("expected a value", mark)),
        }
    }

    fn list(&mut self, start: Mark, depth: usize) -> Result<Node, Fatal> {
        let mut nodes = Vec::new();
        loop {
            let (event, mark) = self.next()?;
            if event == Event::SequenceEnd {
                let span = self.span(Mark::new(start.start, mark.end));
                return Ok(Node { span, value: Value::List(nodes) });
            }
            nodes.push(self.node(event, mark, depth + 1)?);
        }
    }

    fn map(&mut self, start: Mark, depth: usize) -> Result<Node, Fatal> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: BTreeMap<String, Span> = BTreeMap::new();
        loop {
            let (event, mark) = self.next()?;
            let key = match event {
                Event::MappingEnd => {
                    let span = self.span(Mark::new(start.start, mark.end));
                    return Ok(Node { span, value: Value::Map(entries) });
                }
                Event::Scalar(text, _, anchor, tag) => {
                    self.plain(anchor, tag.is_some(), mark)?;
                    text.into_owned()
                }
                _ => return Err(self.problem("a key must be plain text", mark)),
            };
            if key == "<<" {
                return Err(self.problem("merge keys (`<<`) are not supported", mark));
            }
            let key_span = self.span(mark);
            let (event, mark) = self.next()?;
            let node = self.node(event, mark, depth + 1)?;
            match seen.get(&key) {
                Some(first) => {
                    let text = format!("key `{key}` must be given once, was given again");
                    let other = Some(*first);
                    self.problems.push(YamlProblem { text, span: key_span, other });
                }
                None => {
                    seen.insert(key.clone(), key_span);
                    entries.push(Entry { key, key_span, node });
                }
            }
        }
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, mark: Mark) -> Node {
        let span = self.span(mark);
        let value = match style {
            ScalarStyle::Plain => resolve(text).unwrap_or_else(|text| {
                self.problems.push(YamlProblem { text, span, other: None });
                Value::Null
            }),
            _ => Value::Text(text.to_owned()),
        };
        Node { span, value }
    }

    /// Refuses anchors and tags.
    fn plain(&self, anchor: usize, tagged: bool, mark: Mark) -> Result<(), Fatal> {
        if anchor > 0 {
            return Err(self.problem("anchors (`&name`) are not supported", mark));
        }
        if tagged {
            return Err(self.problem("tags (`!name`) are not supported", mark));
        }
        Ok(())
    }

    fn problem(&self, text: &str, mark: Mark) -> Fatal {
        Box::new(YamlProblem { text: text.to_owned(), span: self.span(mark), other: None })
    }

    fn syntax(&self, error: &ScanError) -> Fatal {
        let mark = *error.marker();
        let text = format!("expected YAML, {}", error.info());
        self.problem(&text, Mark::empty(mark))
    }

    fn span(&self, mark: Mark) -> Span {
        let one_line = mark.start.line() == mark.end.line();
        let length = if one_line { mark.end.col().saturating_sub(mark.start.col()) } else { 0 };
        let line = mark.start.line().max(1);
        Span { source: self.source, line, column: mark.start.col() + 1, length }
    }
}
