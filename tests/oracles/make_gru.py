"""Makes tests/fixtures/gru: a small recurrent actor-critic of PyTorch, its weights and its answers.

Needs: pip install torch safetensors numpy.
Usage: python tests/oracles/make_gru.py
"""

import json
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "fixtures" / "gru"


class Net(nn.Module):
    """The network of `releat` with PyTorch's own modules; its names are those in the file."""

    def __init__(self, num_observations, encoder, hidden, num_actions):
        super().__init__()
        self.encoder = nn.Linear(num_observations, encoder)
        self.norm = nn.LayerNorm(encoder)
        self.gru = nn.GRU(encoder, hidden)
        self.policy = nn.Linear(hidden, num_actions)
        self.value = nn.Linear(hidden, 1)

    def forward(self, obs, hidden):
        """obs [L, B, O], hidden [1, B, H] -> logits [L, B, K], values [L, B], hidden."""
        features, hidden = self.gru(self.norm(torch.relu(self.encoder(obs))), hidden)
        return self.policy(features), self.value(features).squeeze(-1), hidden


def make_fixtures():
    torch.manual_seed(3)
    net = Net(5, 7, 6, 4)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.add_(0.3 * torch.randn_like(parameter))
        obs, hidden = torch.randn(6, 3, 5), 0.5 * torch.randn(1, 3, 6)
        logits, values, last = net(obs, hidden)
    FIXTURES.mkdir(parents=True, exist_ok=True)
    save_file(net.state_dict(), str(FIXTURES / "weights.safetensors"))
    tensors = dict(obs=obs, hidden=hidden[0], logits=logits, values=values, last_hidden=last[0])
    answers = {name: dict(shape=list(t.shape), values=t.flatten().tolist()) for name, t in tensors.items()}
    (FIXTURES / "answers.json").write_text(json.dumps(answers) + "\n")


if __name__ == "__main__":
    make_fixtures()
