//! Tables of other programs: bars that are read, columns that are written.

mod bars;
mod columns;

pub use bars::{BarTable, TableError, TimeColumn, read_bar_table};
pub use columns::write_column_table;
