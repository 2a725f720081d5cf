use super::*;

const HAPPENINGS: [Happening; 13] = [
    Happening::Accepted,
    Happening::PartFill,
    Happening::LastFill,
    Happening::OverFill,
    Happening::CancelAsked,
    Happening::CancelRefused,
    Happening::Canceled,
    Happening::Expired,
    Happening::Rejected,
    Happening::SendFailed,
    Happening::AnswerLost,
    Happening::SeenOpen,
    Happening::SeenNowhere,
];

/// One row per state, one column per happening as above: the next state by its letter (s ending, u nknown, w orking,
/// p artly filled, c anceling, F illed, C anceled, E xpired, R ejected, N ot sent), `.` ignored, `!` refused.
const TABLE: [&str; 10] = [
    //ApLOaRCERfLon
    "wpFFc.CERNuwN", // sending
    "wpFFc.CER!uwN", // unknown
    ".pFFc.CER!u.C", // working
    ".pFFc.CEC!u.C", // partly filled
    "ccFF.uCER!ucC", // canceling
    ".!!F!...!!...", // filled
    ".CFF!...!!...", // canceled
    ".EFF!...!!...", // expired
    ".pFF!.!!.!...", // rejected
    "wpFF!.CER..w.", // not sent
];

fn letter(state: OrderState) -> char {
    match state {
        OrderState::Sending => 's',
        OrderState::Unknown => 'u',
        OrderState::Working => 'w',
        OrderState::PartlyFilled => 'p',
        OrderState::Canceling => 'c',
        OrderState::Filled => 'F',
        OrderState::Canceled => 'C',
        OrderState::Expired => 'E',
        OrderState::Rejected => 'R',
        OrderState::NotSent => 'N',
    }
}

fn row(state: OrderState) -> String {
    let cell = |happening| match state.after(happening) {
        Step::To(next) => letter(next),
        Step::Ignored => '.',
        Step::Refused => '!',
    };
    HAPPENINGS.map(cell).iter().collect()
}

// fault: fill_after_cancel
#[test]
fn every_cell_of_the_table_is_as_written() {
    let found = OrderState::ALL.map(row);
    assert_eq!(found.each_ref().map(String::as_str), TABLE);
}

#[test]
fn an_order_that_is_over_is_revived_by_facts_only() {
    for state in OrderState::ALL.into_iter().filter(|state| !state.is_open()) {
        for happening in HAPPENINGS {
            let Step::To(next) = state.after(happening) else { continue };
            let is_fact = matches!(
                happening,
                Happening::PartFill | Happening::Accepted | Happening::SeenOpen
            );
            assert!(!next.is_open() || (is_fact && next != state), "{state:?} {happening:?}");
        }
    }
}
