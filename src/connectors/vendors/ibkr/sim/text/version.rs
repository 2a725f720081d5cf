//! From which server version on a field is there.
//!
//! Source: the layouts that published clients of these versions read and write, and recorded sessions.

/// The lowest version that clients can agree upon.
pub(super) const OLDEST: i32 = 100;
/// The highest version with text alone.
pub(super) const NEWEST: i32 = 200;

pub(super) const FRACTIONAL_POSITIONS: i32 = 101;
pub(super) const PEGGED_TO_BENCHMARK: i32 = 102;
pub(super) const MODELS: i32 = 103;
pub(super) const EXT_OPERATOR: i32 = 105;
pub(super) const SOFT_DOLLAR_TIER: i32 = 106;
pub(super) const MD_SIZE_MULTIPLIER: i32 = 110;
pub(super) const CASH_QUANTITY: i32 = 111;
pub(super) const SMART_COMPONENTS: i32 = 114;
pub(super) const HEAD_TIMESTAMP: i32 = 118;
pub(super) const AGG_GROUP: i32 = 121;
pub(super) const UNDERLYING_INFO: i32 = 122;
pub(super) const SYNTHETIC_BARS: i32 = 124;
pub(super) const MARKET_RULES: i32 = 126;
pub(super) const PNL: i32 = 127;
pub(super) const UNREALIZED_PNL: i32 = 129;
pub(super) const HISTORICAL_TICKS: i32 = 130;
pub(super) const MARKET_CAP_PRICE: i32 = 131;
pub(super) const REAL_EXPIRATION: i32 = 134;
pub(super) const REALIZED_PNL: i32 = 135;
pub(super) const LAST_LIQUIDITY: i32 = 136;
pub(super) const TICK_BY_TICK: i32 = 137;
pub(super) const DECISION_MAKER: i32 = 138;
pub(super) const MIFID_EXECUTION: i32 = 139;
pub(super) const TICK_BY_TICK_IGNORE_SIZE: i32 = 140;
pub(super) const AUTO_PRICE_FOR_HEDGE: i32 = 141;
pub(super) const WHAT_IF_BEFORE_AND_CHANGE: i32 = 142;
pub(super) const BOUND_ORDERS: i32 = 144;
pub(super) const ORDER_CONTAINER: i32 = 145;
pub(super) const D_PEG_ORDERS: i32 = 148;
pub(super) const COMPLETED_ORDERS: i32 = 150;
pub(super) const PRICE_MANAGEMENT: i32 = 151;
pub(super) const STOCK_TYPE: i32 = 152;
pub(super) const ASCII_ONLY: i32 = 153;
pub(super) const DURATION: i32 = 158;
pub(super) const POST_TO_ATS: i32 = 160;
pub(super) const AUTO_CANCEL_PARENT: i32 = 162;
pub(super) const FRACTIONAL_SIZES: i32 = 163;
pub(super) const SIZE_RULES: i32 = 164;
pub(super) const ADVANCED_REJECT: i32 = 166;
pub(super) const MANUAL_ORDER_TIME: i32 = 169;
pub(super) const PEG_OFFSETS: i32 = 170;
pub(super) const ISSUER_ID: i32 = 176;
pub(super) const NO_FA_PROFILE: i32 = 177;
pub(super) const PENDING_REVISION: i32 = 178;
pub(super) const LAST_TRADE_DATE: i32 = 182;
pub(super) const CUSTOMER_ACCOUNT: i32 = 183;
pub(super) const PROFESSIONAL: i32 = 184;
pub(super) const BOND_ACCRUED_INTEREST: i32 = 185;
pub(super) const INELIGIBILITY: i32 = 186;
pub(super) const RFQ_FIELDS: i32 = 187;
pub(super) const INCLUDE_OVERNIGHT: i32 = 189;
pub(super) const NO_RFQ_FIELDS: i32 = 190;
pub(super) const CME_TAGS: i32 = 192;
pub(super) const CME_TAGS_IN_OPEN_ORDERS: i32 = 193;
pub(super) const ERROR_TIME: i32 = 194;
pub(super) const FULL_PREVIEW: i32 = 195;
pub(super) const HISTORY_END: i32 = 196;
pub(super) const CURRENT_TIME_MILLIS: i32 = 197;
pub(super) const SUBMITTER: i32 = 198;
pub(super) const IMBALANCE_ONLY: i32 = 199;
pub(super) const DAYS_OF_EXECUTIONS: i32 = 200;
