//! Opening, migrating, refusing.

use std::path::{Path, PathBuf};

use super::places::{Place, params, study};
use super::server::Server;
use crate::base::Stopwatch;
use crate::store::database::{Address, Migration, known, migrate};
use crate::store::{Store, StoreError};

fn file(place: &Place) -> PathBuf {
    match Address::parse(&place.url).unwrap() {
        Address::Sqlite(path) => path,
        Address::Postgres(..) => panic!("no file"),
    }
}

/// Executes statements in a file without asking what schema it has.
fn raw(path: &Path, statements: &'static str) {
    use sqlx::{ConnectOptions, Connection};
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).create_if_missing(true);
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql(statements).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

fn backups(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path.parent().unwrap()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "backup")).collect()
}

#[test]
fn opening_makes_the_folders_and_the_schema_once() {
    for place in Place::all() {
        let store = place.open();
        let versions = |store: &Store| {
            store.read(async |link| {
                let sql = "SELECT version FROM releat_schema ORDER BY version";
                link.rows("read versions", sql, &[], |row| row.int(0)).await
            })
        };
        assert_eq!(versions(&store).unwrap(), [1, 2, 3, 4]);
        drop(store);
        assert_eq!(versions(&place.open()).unwrap(), [1, 2, 3, 4]);
    }
    let place = Place::sqlite();
    assert!(Store::open_existing(&place.url).unwrap().is_none());
    assert!(!file(&place).exists());
    drop(place.open());
    assert!(Store::open_existing(&place.url).unwrap().is_some());
    assert_eq!(backups(&file(&place)), Vec::<PathBuf>::new());
}

#[test]
fn eight_openers_at_once_share_one_schema() {
    for place in Place::all() {
        std::thread::scope(|scope| {
            let openers: Vec<_> = (0..8)
                .map(|index| {
                    let place = &place;
                    scope.spawn(move || {
                        place.open().create_study(&study(&format!("study {index}"))).unwrap();
                    })
                })
                .collect();
            openers.into_iter().for_each(|opener| opener.join().unwrap());
        });
        assert_eq!(place.open().list_studies().unwrap().len(), 8);
    }
}

// fault: database_newer
#[test]
fn a_newer_schema_is_refused_and_told_what_it_needs() {
    for place in Place::all() {
        place
            .open()
            .write(async |link| {
                let sql = "INSERT INTO releat_schema (version, name, releat_version, applied_at) \
                           SELECT 7, 'later', '0.9.1', applied_at FROM releat_schema WHERE version = 1";
                link.run("age", sql, &[]).await
            })
            .unwrap();
        let error = Store::open(&place.url).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let text = error.to_string();
        assert!(
            text.contains("has schema 7 and needs releat 0.9.1 or newer; this is releat "),
            "{text}"
        );
        assert!(matches!(error, StoreError::Newer { found: 7, known: 4, .. }));
    }
}

/// The first schema with a study in it, as an older program left it.
fn first_schema(path: &Path) {
    raw(path, known(crate::store::database::Dialect::Sqlite)[0].sql);
    raw(
        path,
        "CREATE TABLE releat_schema (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, \
         releat_version TEXT NOT NULL, applied_at TIMESTAMP NOT NULL); \
         INSERT INTO releat_schema VALUES (1, 'optuna', '0.0.9', '2026-01-01 00:00:00.000000'); \
         INSERT INTO studies (study_name) VALUES ('old')",
    );
}

// fault: database_half_migrated
#[test]
fn existing_data_is_copied_before_a_migration() {
    let place = Place::sqlite();
    let path = file(&place);
    first_schema(&path);
    let store = place.open();
    assert_eq!(store.list_studies().unwrap()[0].name, "old");
    let [backup] = &*backups(&path) else { panic!("one backup") };
    assert!(backup.to_string_lossy().contains("releat.db.schema1-20"), "{}", backup.display());
    // The copy is the old database: whole, with its data, and it migrates again.
    let copy = Store::open(&format!("sqlite://{}", backup.display())).unwrap();
    assert_eq!(copy.list_studies().unwrap()[0].name, "old");
    assert_eq!(backups(&path).len(), 2, "the copy was itself copied before it was migrated");
    drop(place.open());
    assert_eq!(backups(&path).len(), 2, "nothing to migrate, nothing to copy");
}

// fault: database_half_migrated
#[test]
fn half_a_migration_leaves_nothing_behind() {
    for place in Place::all() {
        let store = place.open();
        store.create_study(&study("kept")).unwrap();
        let broken = [
            Migration { version: 4, name: "good", sql: "CREATE TABLE good (x INTEGER)" },
            Migration {
                version: 5,
                name: "broken",
                sql: "CREATE TABLE half (x INTEGER); DELETE FROM studies; CREATE TABLE half (x INTEGER)",
            },
        ];
        let failed = store.write(async |link| migrate(link, &broken).await).unwrap_err();
        assert!(failed.to_string().ends_with("cannot be migrated"), "{failed}");
        for table in ["good", "half"] {
            let sql = format!("SELECT * FROM {table}");
            let found = store.read(async |link| link.rows("look", &sql, &[], |_| Ok(())).await);
            assert!(found.is_err(), "{table} is there");
        }
        drop(store);
        assert_eq!(place.open().list_studies().unwrap()[0].name, "kept");
    }
}

#[test]
fn a_database_of_optuna_is_taken_over_and_another_revision_is_not() {
    let place = Place::sqlite();
    let path = file(&place);
    raw(&path, known(crate::store::database::Dialect::Sqlite)[0].sql);
    raw(&path, "INSERT INTO studies (study_name) VALUES ('theirs')");
    let store = place.open();
    assert_eq!(store.list_studies().unwrap()[0].agent, None);
    assert_eq!(backups(&path).len(), 1);
    let error = store.create_study(&study("theirs")).unwrap_err().to_string();
    assert_eq!(
        error,
        "study `theirs` is kept as a study of Optuna and cannot become one of releat"
    );
    drop(store);
    raw(&path, "UPDATE alembic_version SET version_num = 'v9.9.9.z'");
    let error = Store::open(&place.url).unwrap_err();
    let text = error.to_string();
    assert!(text.ends_with("at revision v9.9.9.z, expected v3.2.0.a"), "{text}");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn what_cannot_be_opened_is_told_at_once_and_without_the_password() {
    let watch = Stopwatch::start();
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("releat.db");
    std::fs::write(&text, "this is no database, and long enough to be sure of it ".repeat(40))
        .unwrap();
    let error = Store::open(&format!("sqlite://{}", text.display())).unwrap_err();
    assert!(error.to_string().ends_with("releat.db cannot be opened"), "{error}");
    assert_eq!(error.exit_code(), 3);
    let error = Store::open("postgres://me:secret@127.0.0.1:1/runs").unwrap_err();
    let text = format!("{error} {}", std::error::Error::source(&error).unwrap());
    assert!(text.contains("postgresql://me@127.0.0.1:1/runs cannot be opened"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    assert_eq!((error.exit_code(), error.is_transient()), (4, true));
    assert!(watch.seconds() < 30.0);
}

// fault: database_gone
#[test]
fn a_server_that_ends_all_connections_is_asked_again() {
    let Some(server) = Server::get() else { return };
    let place = Place::all().pop().unwrap();
    let store = place.open();
    store.create_study(&study("turtle-1")).unwrap();
    for number in 0..5 {
        store.put_trial("turtle-1", number, &params(0.5), &Default::default()).unwrap();
        let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        server.sql(&place.url, others);
    }
    assert_eq!(store.trials("turtle-1").unwrap().len(), 5);
}
