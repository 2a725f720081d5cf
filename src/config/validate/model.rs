//! Rules of `model`.

use super::check::Check;
use crate::config::{Agent, CnnLstm, GatedResidual, Model};

/// The widest layer.
const WIDEST: usize = 4096;
/// The most layers of one kind on top of one another.
const DEEPEST: usize = 8;
/// The most groups of columns.
const MOST_GROUPS: usize = 64;

/// Checks the network.
pub(super) fn check(check: &mut Check, agent: &Agent) {
    match &agent.model {
        Model::Gru(gru) => {
            check.within("model.gru.encoder", gru.encoder, 1..=WIDEST);
            check.within("model.gru.hidden", gru.hidden, 1..=WIDEST);
            check.within("model.gru.layers", gru.layers, 1..=DEEPEST);
        }
        Model::Mlp(mlp) => {
            check.within("model.mlp.hidden", mlp.hidden, 1..=WIDEST);
            check.within("model.mlp.layers", mlp.layers, 1..=DEEPEST);
        }
        Model::CnnLstm(model) => cnn_lstm(check, model),
        Model::GatedResidual(model) => gated_residual(check, model),
    }
}

fn cnn_lstm(check: &mut Check, model: &CnnLstm) {
    let CnnLstm { window, ref channels, kernel, hidden, layers } = *model;
    check.within("model.cnn_lstm.window", window, 2..=256);
    check.within("model.cnn_lstm.kernel", kernel, 1..=15);
    check.within("model.cnn_lstm.hidden", hidden, 1..=WIDEST);
    check.within("model.cnn_lstm.layers", layers, 1..=DEEPEST);
    count(check, "model.cnn_lstm.channels", channels.len(), [1, DEEPEST]);
    for (index, &width) in channels.iter().enumerate() {
        check.within(&format!("model.cnn_lstm.channels[{index}]"), width, 1..=WIDEST);
    }
    let least = channels.len().saturating_mul(kernel.saturating_sub(1)).saturating_add(1);
    if window < least {
        let key = "model.cnn_lstm.window";
        let text = format!(
            "`{key}` must be at least {least} for {} convolutions of {kernel}, was {window}",
            channels.len()
        );
        check.deny(&[key, "model.cnn_lstm.channels", "model.cnn_lstm.kernel"], text);
    }
}

fn gated_residual(check: &mut Check, model: &GatedResidual) {
    let GatedResidual { ref groups, width, blocks, hidden, layers } = *model;
    count(check, "model.gated_residual.groups", groups.len(), [0, MOST_GROUPS]);
    for (index, &columns) in groups.iter().enumerate() {
        check.within(&format!("model.gated_residual.groups[{index}]"), columns, 1..=WIDEST);
    }
    check.within("model.gated_residual.width", width, 1..=WIDEST);
    check.within("model.gated_residual.blocks", blocks, 0..=DEEPEST);
    check.within("model.gated_residual.hidden", hidden, 1..=WIDEST);
    check.within("model.gated_residual.layers", layers, 0..=DEEPEST);
}

/// A list must have from `least` to `most` entries.
fn count(check: &mut Check, key: &str, found: usize, [least, most]: [usize; 2]) {
    if !(least..=most).contains(&found) {
        check.deny(&[key], format!("`{key}` must have {least} to {most} entries, had {found}"));
    }
}
