//! What somebody with the database in their hands can do; for tests.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::store::{Store, StoreError};

impl Store {
    /// Executes a statement.
    pub(crate) fn statement(&self, sql: &str) -> Result<u64, StoreError> {
        self.write(async |link| link.run("obey", sql, &[]).await)
    }

    /// Keeps every writer away until `is_over`; `is_held` tells when that begins.
    pub(crate) fn hold(
        &self,
        is_held: &AtomicBool,
        is_over: &AtomicBool,
    ) -> Result<(), StoreError> {
        self.write(async |link| {
            let sql = "UPDATE session_ledger SET json = json WHERE number = 1";
            link.run("obey", sql, &[]).await?;
            link.run("obey", &link.locking_all("session_ledger"), &[]).await?;
            is_held.store(true, Ordering::SeqCst);
            while !is_over.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(())
        })
    }
}

impl crate::store::database::Link<'_> {
    fn locking_all(&self, table: &str) -> String {
        match self.dialect() {
            crate::store::database::Dialect::Sqlite => "SELECT 1".to_owned(),
            crate::store::database::Dialect::Postgres => {
                format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            }
        }
    }
}
