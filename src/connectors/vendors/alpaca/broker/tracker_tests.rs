//! Words of the venue and the events that follow from them.
