//! What goes wrong, and what was seen.

/// How a connection begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    /// As it should.
    Normal,
    /// The socket opens and nothing comes.
    Silent,
    /// The socket closes at once.
    Closed,
    /// The gateway is of this version.
    Version(i32),
    /// Another program has the client id.
    ClientIdInUse,
    /// The gateway is not logged in: it has no accounts.
    NoAccounts,
    /// Something else listens there.
    Garbage,
    /// These frames are sent instead, and each request is answered by the next of the others.
    Recorded(Vec<Vec<u8>>, Vec<Vec<u8>>),
}

/// Which requests a fault waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Contracts.
    Contract,
    /// Bars.
    Bars,
    /// Ticks.
    Ticks,
    /// The first time with data.
    Head,
}

/// What happens instead of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// This error is sent.
    Error(i32, String),
    /// No answer; other requests have theirs.
    Silence,
    /// Nothing is answered anymore, though the socket stays open.
    Freeze,
    /// The socket closes in the middle of the answer.
    CutOff,
    /// The answer is a frame of the right kind whose body is none.
    Nonsense,
    /// The socket closes without an answer.
    Drop,
    /// These notices come first, then the answer.
    Notices(Vec<(i32, String)>),
    /// The answer comes after so many milliseconds.
    Late(u64),
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which kind.
    pub kind: Kind,
    /// Of which symbol.
    pub symbol: String,
    /// The rest: end, duration, bar size, price, or start and price.
    pub text: String,
}
