"""Makes tests/fixtures/models: a small network of PyTorch for each trunk, its weights and answers.

Each case is NAME.safetensors and NAME.json with `architecture`, `obs` [L, B, O], `starts` [L, B]
and the answers. An episode that starts inside a sequence is computed on its own, from nothing.

Needs: pip install torch safetensors numpy.
Usage: python tests/oracles/make_models.py
"""

import importlib.util
import json
import pathlib

import torch
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "models"
STEPS, BATCH, OBSERVATIONS = 9, 3, 5

ACTOR_CRITIC = {"actor_critic": {"num_actions": 4}}
ATOMS = {"count": 5, "min": -1.0, "max": 2.0}


def q_values(dueling, atoms, noisy):
    return {"q_values": {"num_actions": 3, "dueling": dueling, "atoms": atoms, "noisy": noisy}}


def trunk(kind, **widths):
    return {kind: {"num_observations": OBSERVATIONS, **widths}}


CASES = {
    "gru_2": (trunk("gru", encoder=6, hidden=4, layers=2), ACTOR_CRITIC),
    "mlp": (trunk("mlp", hidden=6, layers=2), ACTOR_CRITIC),
    "cnn_lstm": (
        trunk("cnn_lstm", window=5, channels=[4, 6], kernel=3, hidden=4, layers=2),
        ACTOR_CRITIC,
    ),
    "cnn_lstm_wide": (
        trunk("cnn_lstm", window=8, channels=[4, 3], kernel=2, hidden=5, layers=1),
        ACTOR_CRITIC,
    ),
    "gated_residual": (
        trunk("gated_residual", groups=[2, 3], width=6, blocks=1, hidden=4, layers=1),
        ACTOR_CRITIC,
    ),
    "gated_residual_plain": (
        trunk("gated_residual", groups=[5], width=6, blocks=2, hidden=4, layers=0),
        ACTOR_CRITIC,
    ),
    "q_dueling": (trunk("mlp", hidden=6, layers=1), q_values(True, None, False)),
    "q_rainbow": (
        trunk("gru", encoder=6, hidden=4, layers=1),
        q_values(True, ATOMS, True),
    ),
    "q_plain": (trunk("mlp", hidden=6, layers=1), q_values(False, None, False)),
}


def loader():
    path = ROOT / "docs" / "load_in_pytorch.py"
    spec = importlib.util.spec_from_file_location("load_in_pytorch", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answers(net, obs, starts):
    """Episode by episode: a stretch of steps until the next start begins from nothing."""
    found = {}
    for column in range(BATCH):
        firsts = [0] + [t for t in range(1, STEPS) if starts[t, column] == 1]
        for first, end in zip(firsts, firsts[1:] + [STEPS]):
            for name, values in net(obs[first:end, column : column + 1]).items():
                whole = found.setdefault(name, torch.zeros(STEPS, BATCH, *values.shape[2:]))
                whole[first:end, column] = values[:, 0]
    return found


def make(name, net, architecture):
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        obs = torch.randn(STEPS, BATCH, OBSERVATIONS)
        starts = (torch.rand(STEPS, BATCH) < 0.2).float()
        tensors = dict(obs=obs, starts=starts, **answers(net, obs, starts))
    weights = {n.removeprefix("trunk."): t for n, t in net.state_dict().items()}
    save_file(weights, str(FIXTURES / f"{name}.safetensors"))
    entries = {n: dict(shape=list(t.shape), values=t.flatten().tolist()) for n, t in tensors.items()}
    text = json.dumps(dict(architecture=architecture, **entries))
    (FIXTURES / f"{name}.json").write_text(text + "\n")


def main():
    module = loader()
    FIXTURES.mkdir(parents=True, exist_ok=True)
    for seed, (name, (trunk_shape, heads)) in enumerate(CASES.items()):
        torch.manual_seed(seed)
        make(name, module.Net(trunk_shape, heads), dict(trunk=trunk_shape, heads=heads))


if __name__ == "__main__":
    main()
