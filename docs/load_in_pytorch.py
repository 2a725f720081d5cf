"""Loads an agent bundle of releat into plain PyTorch and prints what the network answers.

Needs: pip install torch safetensors numpy
Usage: python docs/load_in_pytorch.py BUNDLE              # three made-up observations
       python docs/load_in_pytorch.py BUNDLE ROWS.csv     # one observation a line, no header

Prints one JSON line a step: logits and value of an actor and critic, or the values of the actions.
The rows are one episode from its start, already in the order and scale of `observation` in
manifest.json.
"""

import json
import pathlib
import sys

import numpy
import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional

# A trunk takes the observations of whole episodes [L, B, O] and gives features [L, B, D].


class Gru(nn.Module):
    def __init__(self, num_observations, encoder, hidden, layers):
        super().__init__()
        self.encoder = nn.Linear(num_observations, encoder)
        self.norm = nn.LayerNorm(encoder)
        self.gru = nn.GRU(encoder, hidden, layers)
        self.width = hidden

    def forward(self, obs):
        return self.gru(self.norm(torch.relu(self.encoder(obs))))[0]


class Mlp(nn.Module):
    def __init__(self, num_observations, hidden, layers):
        super().__init__()
        widths = [num_observations] + [hidden] * layers
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in zip(widths, widths[1:]))
        self.width = widths[-1]

    def forward(self, obs):
        for layer in self.layers:
            obs = torch.tanh(layer(obs))
        return obs


class CnnLstm(nn.Module):
    def __init__(self, num_observations, window, channels, kernel, hidden, layers):
        super().__init__()
        widths = [num_observations] + channels
        self.convolutions = nn.ModuleList(
            nn.Conv1d(*pair, kernel) for pair in zip(widths, widths[1:])
        )
        self.lstm = nn.LSTM(channels[-1], hidden, layers)
        self.window, self.width = window, hidden

    def forward(self, obs):
        steps, batch, width = obs.shape
        before = obs.new_zeros(self.window - 1, batch, width)
        windows = torch.cat([before, obs]).unfold(0, self.window, 1)  # [L, B, O, W]
        seen = windows.reshape(steps * batch, width, self.window)
        for convolution in self.convolutions:
            seen = torch.relu(convolution(seen))
        return self.lstm(seen.mean(-1).reshape(steps, batch, -1))[0]


class GatedBlock(nn.Module):
    def __init__(self, inputs, hidden, outputs):
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden)
        self.output = nn.Linear(hidden, hidden)
        self.glu = nn.Linear(hidden, 2 * outputs)
        self.skip = nn.Linear(inputs, outputs) if inputs != outputs else nn.Identity()
        self.norm = nn.LayerNorm(outputs)

    def forward(self, x):
        inner = self.output(functional.elu(self.hidden(x)))
        return self.norm(self.skip(x) + functional.glu(self.glu(inner)))


class GatedResidual(nn.Module):
    def __init__(self, num_observations, groups, width, blocks, hidden, layers):
        super().__init__()
        assert sum(groups) == num_observations
        self.groups = groups
        self.embed = nn.ModuleList(nn.Linear(columns, width) for columns in groups)
        self.branch = nn.ModuleList(GatedBlock(width, width, width) for _ in groups)
        if len(groups) > 1:
            self.select = GatedBlock(len(groups) * width, width, width)
            self.scores = nn.Linear(width, len(groups))
        self.blocks = nn.ModuleList(GatedBlock(width, width, width) for _ in range(blocks))
        if layers > 0:
            self.gru = nn.GRU(width, hidden, layers)
        self.width = hidden if layers > 0 else width

    def shares(self, embedded):
        """How much each group counts, [L, B, G]."""
        return torch.softmax(self.scores(self.select(torch.cat(embedded, -1))), -1)

    def forward(self, obs):
        columns = obs.split(self.groups, -1)
        embedded = [embed(part) for embed, part in zip(self.embed, columns)]
        branches = [branch(part) for branch, part in zip(self.branch, embedded)]
        if len(branches) > 1:
            shares = self.shares(embedded)
            features = sum(shares[..., i, None] * part for i, part in enumerate(branches))
        else:
            features = branches[0]
        for block in self.blocks:
            features = block(features)
        return self.gru(features)[0] if hasattr(self, "gru") else features


TRUNKS = {"gru": Gru, "mlp": Mlp, "cnn_lstm": CnnLstm, "gated_residual": GatedResidual}


class Noisy(nn.Module):
    """A layer that learned with noise on its weights answers with their means."""

    def __init__(self, inputs, outputs):
        super().__init__()
        for part in ("mu", "sigma"):
            self.register_parameter(f"weight_{part}", nn.Parameter(torch.zeros(outputs, inputs)))
            self.register_parameter(f"bias_{part}", nn.Parameter(torch.zeros(outputs)))

    def forward(self, features):
        return functional.linear(features, self.weight_mu, self.bias_mu)


class Net(nn.Module):
    """Trunk and heads under the names that the file of weights has."""

    def __init__(self, trunk, heads):
        super().__init__()
        ((kind, shape),) = trunk.items()
        ((self.heads, self.shape),) = heads.items()
        self.trunk = TRUNKS[kind](**shape)
        width, actions = self.trunk.width, self.shape["num_actions"]
        if self.heads == "actor_critic":
            self.policy, self.value = nn.Linear(width, actions), nn.Linear(width, 1)
            return
        atoms = self.shape["atoms"]
        self.outputs = atoms["count"] if atoms else 1
        layer = Noisy if self.shape["noisy"] else nn.Linear
        if self.shape["dueling"]:
            self.value = layer(width, self.outputs)
            self.advantage = layer(width, actions * self.outputs)
        else:
            self.q = layer(width, actions * self.outputs)

    def load(self, weights):
        """Takes the tensors of model.safetensors; the trunk's have no prefix there."""
        heads = ("policy.", "value.", "advantage.", "q.")
        named = {n if n.startswith(heads) else f"trunk.{n}": t for n, t in weights.items()}
        self.load_state_dict(named)
        return self.eval()

    def forward(self, obs):
        """Observations [L, B, O] to a dictionary of answers [L, B, ...]."""
        features = self.trunk(obs)
        if self.heads == "actor_critic":
            return {"logits": self.policy(features), "value": self.value(features).squeeze(-1)}
        shape = (*features.shape[:2], -1, self.outputs)
        if self.shape["dueling"]:
            advantage = self.advantage(features).reshape(shape)
            q = self.value(features).reshape(shape) + advantage - advantage.mean(2, keepdim=True)
        else:
            q = self.q(features).reshape(shape)
        if self.shape["atoms"] is None:
            return {"q": q.squeeze(-1)}
        atoms = self.shape["atoms"]
        support = torch.linspace(atoms["min"], atoms["max"], atoms["count"])
        return {"q": (torch.softmax(q, -1) * support).sum(-1), "atoms": q}


def load_bundle(folder):
    """The network of a bundle and the names of what it observes."""
    folder = pathlib.Path(folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    net = Net(**manifest["architecture"])
    return net.load(load_file(str(folder / "model.safetensors"))), manifest["origin"]["observation"]


def main():
    net, names = load_bundle(sys.argv[1])
    if len(sys.argv) > 2:
        rows = numpy.loadtxt(sys.argv[2], delimiter=",", dtype=numpy.float32, ndmin=2)
    else:
        rows = numpy.sin(numpy.arange(3 * len(names), dtype=numpy.float32)).reshape(3, -1)
    with torch.no_grad():
        answers = net(torch.from_numpy(rows)[:, None])
    for step in range(len(rows)):
        print(json.dumps({name: answer[step, 0].tolist() for name, answer in answers.items()}))


if __name__ == "__main__":
    main()
