//! The files that `releat init` writes.

/// A file of a new project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Template {
    /// Where it goes, from the project's folder.
    pub path: &'static str,
    /// What it holds.
    pub text: &'static str,
}

/// All files of a new project: the place, the same to rehearse and to trade in, and two agents.
#[must_use]
pub const fn templates() -> [Template; 5] {
    [
        Template { path: "configs/base.yaml", text: include_str!("../../../configs/base.yaml") },
        Template {
            path: "configs/staging.yaml",
            text: include_str!("../../../configs/staging.yaml"),
        },
        Template {
            path: "configs/production.yaml",
            text: include_str!("../../../configs/production.yaml"),
        },
        Template {
            path: "agents/quickstart.yaml",
            text: include_str!("../../../agents/quickstart.yaml"),
        },
        Template {
            path: "agents/spy_qqq.yaml",
            text: include_str!("../../../agents/spy_qqq.yaml"),
        },
    ]
}
