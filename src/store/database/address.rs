//! What `store.url` names.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

use crate::base::absolute;
use crate::store::StoreError;

/// A file of SQLite or a database of Postgres.
#[derive(Debug, Clone)]
pub(in crate::store) enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// A server; the text has no password.
    Postgres(Box<PgConnectOptions>, String),
}

impl Address {
    /// Reads an address. A relative file begins at the current folder; three slashes name an absolute file, and so do
    /// the four that Optuna wants.
    pub(in crate::store) fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong = |problem: &str| StoreError::Url {
            url: without_password(url),
            problem: problem.to_owned(),
        };
        if let Some(rest) = url.strip_prefix("sqlite:") {
            return sqlite_file(rest).map(Self::Sqlite).map_err(wrong);
        }
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(wrong("it names no database"));
        };
        // SQLAlchemy names a driver behind a plus.
        match scheme.split('+').next() {
            Some("postgres" | "postgresql") => {}
            _ => return Err(wrong("this is neither SQLite nor Postgres")),
        }
        // Without a host the parser gives up, though `?host=/folder` names a socket.
        let (user, place) = rest.rsplit_once('@').map_or(("", rest), |(user, place)| (user, place));
        let at = if rest.contains('@') { "@" } else { "" };
        let host = if place.starts_with('/') || place.starts_with('?') { "localhost" } else { "" };
        let options = PgConnectOptions::from_str(&format!("postgres://{user}{at}{host}{place}"))
            .map_err(|_| wrong("a part of it is no user, host, port or database"))?;
        if options.get_database().is_none_or(str::is_empty) {
            return Err(wrong("the name of the database is missing"));
        }
        let shown = without_password(&format!("postgresql://{rest}"));
        Ok(Self::Postgres(Box::new(options.application_name("releat")), shown))
    }

    /// The address as errors may show it, and as Optuna takes it.
    pub(in crate::store) fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => {
                format!("sqlite:///{}", absolute(path).display())
            }
            Self::Postgres(_, shown) => shown.clone(),
        }
    }
}

fn sqlite_file(rest: &str) -> Result<PathBuf, &'static str> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.ends_with('/') {
        return Err("the file is missing");
    }
    if path.contains(":memory:") {
        return Err("a database in memory would be forgotten; name a file");
    }
    if path.contains('?') {
        return Err("options behind `?` are not known here");
    }
    let slashes = path.len() - path.trim_start_matches('/').len();
    Ok(Path::new(&path[slashes.saturating_sub(1)..]).to_owned())
}

/// Hides what stands between the first colon and the last @, and options that are secret.
fn without_password(url: &str) -> String {
    let (head, options) =
        url.split_once('?').map_or((url, None), |(head, rest)| (head, Some(rest)));
    let mut shown = match (head.split_once("://"), head.rsplit_once('@')) {
        (Some((scheme, rest)), Some((_, place))) => {
            let user = rest.split([':', '@']).next().unwrap_or_default();
            format!("{scheme}://{user}@{place}")
        }
        _ => head.to_owned(),
    };
    let plain = options.into_iter().flat_map(|options| options.split('&'));
    let plain: Vec<&str> = plain.filter(|option| !option.starts_with("password")).collect();
    if !plain.is_empty() {
        shown += "?";
        shown += &plain.join("&");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(url: &str) -> PathBuf {
        match Address::parse(url).unwrap() {
            Address::Sqlite(path) => path,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn files() {
        assert_eq!(file("sqlite://data/releat.db"), Path::new("data/releat.db"));
        assert_eq!(file("sqlite:data/releat.db"), Path::new("data/releat.db"));
        assert_eq!(file("sqlite:///srv/releat.db"), Path::new("/srv/releat.db"));
        assert_eq!(file("sqlite:////srv/releat.db"), Path::new("/srv/releat.db"));
        assert_eq!(file("sqlite://a b.db"), Path::new("a b.db"));
        let shown = Address::parse("sqlite:///srv/releat.db").unwrap().shown();
        assert_eq!(shown, "sqlite:////srv/releat.db");
        assert_eq!(file(&shown), Path::new("/srv/releat.db"));
    }

    #[test]
    fn servers() {
        let shown = |url: &str| match Address::parse(url).unwrap() {
            Address::Postgres(options, shown) => {
                (options.get_host().to_owned(), options.get_socket().cloned(), shown)
            }
            other => panic!("{other:?}"),
        };
        let (host, socket, text) = shown("postgres://me:secret@db.example:5433/runs");
        assert_eq!((&*host, socket), ("db.example", None));
        assert_eq!(text, "postgresql://me@db.example:5433/runs");
        let (_, socket, text) =
            shown("postgresql+psycopg2://me@/runs?host=/tmp/pg&password=secret");
        assert_eq!(socket.unwrap(), Path::new("/tmp/pg"));
        assert_eq!(text, "postgresql://me@/runs?host=/tmp/pg");
    }

    #[test]
    fn every_refusal_is_one_line_without_the_password() {
        for (url, problem) in [
            ("data/releat.db", "it names no database"),
            ("", "it names no database"),
            ("sqlite://", "the file is missing"),
            ("sqlite://data/", "the file is missing"),
            ("sqlite::memory:", "would be forgotten"),
            ("sqlite://a.db?mode=ro", "options behind `?`"),
            ("mysql://me:secret@host/db", "neither SQLite nor Postgres"),
            ("postgres://me:secret@host:port/db", "no user, host, port or database"),
            ("postgres://me:se@cret@host", "the name of the database is missing"),
        ] {
            let text = Address::parse(url).unwrap_err().to_string();
            assert!(text.starts_with("store.url must be sqlite://FILE or postgres://"), "{text}");
            assert!(text.contains(problem), "{url}: {text}");
            assert!(!text.contains("cret") && !text.contains('\n'), "{text}");
        }
    }
}
