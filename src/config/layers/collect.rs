//! Gathering the layers of a request into one tree.

use super::assign::Assignment;
use super::merge::overlay;
use super::read::{Content, decode, read};
use super::request::{AgentFile, LoadRequest};
use super::sides::{Side, sift};
use crate::config::problem::{ConfigErrors, Problem, Sources};
use crate::config::yaml::{Node, Span, Value, parse};

/// Layers as they come in, the lowest first.
#[derive(Debug)]
pub(super) struct Collector {
    /// All texts so far.
    pub(super) sources: Sources,
    /// All layers so far, merged.
    pub(super) tree: Node,
    /// All problems so far.
    pub(super) problems: Vec<Problem>,
    /// Whether a layer is missing, so that looking further would find false problems.
    is_incomplete: bool,
}

impl Collector {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        let span = Span { source: usize::MAX, line: 1, column: 1, length: 1 };
        Self {
            sources: Sources::default(),
            tree: Node { span, value: Value::Map(Vec::new()) },
            problems: Vec::new(),
            is_incomplete: false,
        }
    }

    /// `configs/base.yaml` and `configs/<env>.yaml`.
    pub(super) fn place_files(&mut self, request: &LoadRequest) {
        let env = request.env.as_deref();
        for (name, required) in [(Some("base"), None), (env, env)] {
            let Some(name) = name else { continue };
            if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\']) {
                self.fail(format!("`--env` must be the name of a file in configs/, was `{name}`"));
                continue;
            }
            let shown = format!("configs/{name}.yaml");
            match (read(&request.root.join(&shown)), required) {
                (Content::Missing, None) => {}
                (Content::Missing, Some(env)) => {
                    self.fail(format!("`--env {env}` needs {shown}, there is no such file"));
                }
                (content, _) => self.file(&shown, content, Side::Place),
            }
        }
    }

    /// The agent files.
    pub(super) fn agent_files(&mut self, request: &LoadRequest) {
        for file in &request.agent_files {
            match file {
                AgentFile::Path(path) => {
                    let content = read(&request.root.join(path));
                    self.file(&path.display().to_string(), content, Side::Agent);
                }
                AgentFile::Content { name, bytes } => {
                    self.file(name, decode(bytes.clone()), Side::Agent);
                }
            }
        }
    }

    /// Variables, `--set` and `--seed`.
    pub(super) fn assignments(&mut self, request: &LoadRequest) {
        for (name, value) in &request.variables {
            if let Some(assignment) = Assignment::variable(name, value) {
                self.assign(&assignment);
            }
        }
        for text in &request.sets {
            match Assignment::option(text) {
                Some(assignment) => self.assign(&assignment),
                None => self.fail(format!("`--set` must be key=value, was `{text}`")),
            }
        }
        if let Some(seed) = request.seed {
            self.assign(&Assignment::seed(seed));
        }
    }

    /// The problems, if a layer is missing.
    pub(super) fn complete(&mut self) -> Result<(), ConfigErrors> {
        if self.is_incomplete {
            return Err(ConfigErrors::new(std::mem::take(&mut self.problems)));
        }
        Ok(())
    }

    /// A text that stands for a file.
    pub(super) fn file(&mut self, name: &str, content: Content, side: Side) {
        let text = match content {
            Content::Text(text) => text,
            Content::Missing => return self.fail(format!("no agent file {name}")),
            Content::Unreadable(why) => return self.fail(format!("{name} {why}")),
        };
        let source = self.sources.add_file(name, &text);
        let (node, problems) = parse(source, &text);
        for problem in problems {
            let twin = problem.other.map(|span| self.sources.origin(span));
            let twin = twin.map(|place| format!(", first at {place}")).unwrap_or_default();
            let text = format!("{}{twin}", problem.text);
            self.problems.push(self.sources.problem(None, text, problem.span));
            // A duplicate leaves a whole tree; anything else leaves a hole.
            if problem.other.is_none() {
                self.is_incomplete = true;
            }
        }
        let Some(node) = node else { return self.empty(source, side) };
        match &node.value {
            Value::Map(_) => self.layer(node, side, 0),
            Value::Null => self.empty(source, side),
            _ => {
                let text = "expected a map of keys, `key: value`".to_owned();
                self.problems.push(self.sources.problem(None, text, node.span));
                self.is_incomplete = true;
            }
        }
    }

    fn assign(&mut self, assignment: &Assignment) {
        match assignment.tree(&mut self.sources) {
            Ok((tree, depth)) => self.layer(tree, Side::Both, depth),
            Err(problems) => {
                self.problems.extend(problems);
                self.is_incomplete = true;
            }
        }
    }

    fn layer(&mut self, mut tree: Node, side: Side, depth: usize) {
        self.problems.extend(sift(&mut tree, side, &self.sources));
        if side == Side::Agent && self.tree.span.source == usize::MAX {
            self.tree.span = tree.span;
        }
        overlay(&mut self.tree, tree, depth);
    }

    /// A file of the place may hold nothing, an agent file may not.
    fn empty(&mut self, source: usize, side: Side) {
        if side == Side::Place || self.is_incomplete {
            return;
        }
        let span = Span { source, line: 1, column: 1, length: 1 };
        let text = "expected an agent, the file is empty".to_owned();
        self.problems.push(self.sources.problem(None, text, span));
        self.is_incomplete = true;
    }

    fn fail(&mut self, text: String) {
        self.problems.push(Problem { key: None, text, location: None });
        self.is_incomplete = true;
    }
}
