//! Sessions, accounts and errors.

use super::contract::Contract;
use super::define::messages;

messages! {
    StartApi {
        "1" client_id: int32 i32,
        "2" capabilities: string String,
    }
    // Ends of lists, cancels, and whatever else has one whole number.
    Number {
        "1" number: int32 i32,
    }
    BigNumber {
        "1" number: int64 i64,
    }
    // Whatever has one text.
    Words {
        "1" text: string String,
    }
    AccountSummaryRequest {
        "1" id: int32 i32,
        "2" group: string String,
        "3" tags: string String,
    }
    AccountSummary {
        "1" id: int32 i32,
        "2" account: string String,
        "3" tag: string String,
        "4" value: string String,
        "5" currency: string String,
    }
    AccountUpdatesRequest {
        "1" subscribe: bool bool,
        "2" account: string String,
    }
    AccountValue {
        "1" key: string String,
        "2" value: string String,
        "3" currency: string String,
        "4" account: string String,
    }
    PortfolioValue {
        "1" contract: message Contract,
        "2" position: string String,
        "3" market_price: double f64,
        "4" market_value: double f64,
        "5" average_cost: double f64,
        "6" unrealized_pnl: double f64,
        "7" realized_pnl: double f64,
        "8" account: string String,
    }
    AccountMultiRequest {
        "1" id: int32 i32,
        "2" account: string String,
        "3" model: string String,
        "4" ledger_and_nlv: bool bool,
    }
    AccountMulti {
        "1" id: int32 i32,
        "2" account: string String,
        "3" model: string String,
        "4" key: string String,
        "5" value: string String,
        "6" currency: string String,
    }
    Position {
        "1" account: string String,
        "2" contract: message Contract,
        "3" position: string String,
        "4" average_cost: double f64,
    }
    PnlRequest {
        "1" id: int32 i32,
        "2" account: string String,
        "3" model: string String,
        "4" con_id: int32 i32,
    }
    Pnl {
        "1" id: int32 i32,
        "2" daily: double f64,
        "3" unrealized: double f64,
        "4" realized: double f64,
    }
    PnlSingle {
        "1" id: int32 i32,
        "2" position: string String,
        "3" daily: double f64,
        "4" unrealized: double f64,
        "5" realized: double f64,
        "6" value: double f64,
    }
    ErrorMessage {
        "1" id: int32 i32,
        "2" time: int64 i64,
        "3" code: int32 i32,
        "4" text: string String,
        "5" advanced_reject: string String,
    }
    // A message without fields.
    Nothing {
    }
}
