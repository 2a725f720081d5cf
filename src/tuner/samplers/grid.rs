//! All combinations in one order.

use crate::tuner::space::Parameter;
use crate::tuner::{Params, Space};

/// The first `most` combinations: the first key turns slowest, the last one fastest, and a key whose
/// condition does not hold does not turn at all.
pub(super) fn grid(space: &Space, most: usize) -> Vec<Params> {
    let mut found = Vec::new();
    turn(space.parameters(), &mut Params::new(), most, &mut found);
    found
}

fn turn(left: &[Parameter], params: &mut Params, most: usize, found: &mut Vec<Params>) {
    if found.len() >= most {
        return;
    }
    let Some((parameter, left)) = left.split_first() else {
        found.push(params.clone());
        return;
    };
    if !parameter.is_active(params) {
        return turn(left, params, most, found);
    }
    for value in parameter.range.grid() {
        params.insert(parameter.key.clone(), value);
        turn(left, params, most, found);
    }
    params.remove(&parameter.key);
}
