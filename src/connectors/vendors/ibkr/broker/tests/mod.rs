//! End to end, against the simulated gateway.
