"""Speed of sb3-contrib RecurrentPPO on the shapes of workload W4 (`benches/w4.yaml`).

64 observation values, encoder 64 -> 128 + ReLU + LayerNorm, one LSTM of 128 shared by both heads, 16 actions;
2,048 environments x 256 steps a rollout, 4 epochs of minibatches of 2,048 transitions, Adam, gradient norm 0.5.
RecurrentPPO has no GRU and does not cut sequences: a minibatch is 2,048 transitions in a row, that is 8 whole
sequences of 256 steps instead of 128 sequences of 16. It steps through a minibatch in a Python loop, ten times slower,
where a sequence begins with an episode: episodes never end here unless `--episode 256` asks for it. The environment
costs next to nothing (random rows), so the figure is the learner's own.

One JSON line: env steps per second of rollout, of update and of both, the median of the timed updates.

Usage: python recurrent_ppo.py [--updates 2] [--envs 2048] [--episode 0] [--threads 2]
"""

import argparse
import json
import statistics
import time

import gymnasium
import numpy as np
import sb3_contrib
import torch
from sb3_contrib import RecurrentPPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from stable_baselines3.common.vec_env import VecEnv

OBSERVATIONS, ACTIONS, WIDTH, STEPS = 64, 16, 128, 256


class RandomRows(VecEnv):
    """N environments that answer with random observations and rewards; episodes are cut after `episode` steps."""

    render_mode = None

    def __init__(self, num_envs: int, episode: int):
        space = gymnasium.spaces.Box(-5.0, 5.0, (OBSERVATIONS,), np.float32)
        super().__init__(num_envs, space, gymnasium.spaces.Discrete(ACTIONS))
        rng = np.random.default_rng(1)
        self.obs = rng.standard_normal((64, num_envs, OBSERVATIONS), dtype=np.float32)
        self.reward = 0.1 * rng.standard_normal((64, num_envs), dtype=np.float32)
        self.episode = episode or 1 << 62
        self.steps = np.zeros(num_envs, dtype=np.int64)
        self.row = 0

    def reset(self) -> np.ndarray:
        return self.obs[self.row]

    def step_async(self, actions: np.ndarray) -> None:
        self.row = (self.row + 1) % len(self.obs)
        self.steps += 1

    def step_wait(self):
        done = self.steps >= self.episode
        infos = [{} for _ in range(self.num_envs)]
        for env in np.flatnonzero(done):
            infos[env] = {"terminal_observation": self.obs[self.row, env], "TimeLimit.truncated": True}
        self.steps[done] = 0
        return self.obs[self.row], self.reward[self.row], done, infos

    def close(self) -> None:
        pass

    def get_attr(self, attr_name, indices=None):
        return [getattr(self, attr_name)] * self.num_envs

    def set_attr(self, attr_name, value, indices=None):
        raise NotImplementedError

    def env_method(self, method_name, *args, indices=None, **kwargs):
        raise NotImplementedError

    def env_is_wrapped(self, wrapper_class, indices=None):
        return [False] * self.num_envs


class Encoder(BaseFeaturesExtractor):
    """Linear + ReLU + LayerNorm."""

    def __init__(self, space: gymnasium.spaces.Box):
        super().__init__(space, WIDTH)
        self.net = torch.nn.Sequential(torch.nn.Linear(OBSERVATIONS, WIDTH), torch.nn.ReLU(), torch.nn.LayerNorm(WIDTH))

    def forward(self, observations: torch.Tensor) -> torch.Tensor:
        return self.net(observations)


class Clock(BaseCallback):
    """The moments at which rollouts begin and end."""

    def __init__(self):
        super().__init__()
        self.begins, self.ends = [], []

    def _on_rollout_start(self) -> None:
        self.begins.append(time.perf_counter())

    def _on_rollout_end(self) -> None:
        self.ends.append(time.perf_counter())

    def _on_training_end(self) -> None:
        self.begins.append(time.perf_counter())

    def _on_step(self) -> bool:
        return True


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=2, help="timed updates, after one to warm up")
    parser.add_argument("--envs", type=int, default=2048)
    parser.add_argument("--episode", type=int, default=0, help="bars of an episode; 0: never ends")
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    policy = {
        "features_extractor_class": Encoder, "net_arch": [], "lstm_hidden_size": WIDTH, "n_lstm_layers": 1,
        "shared_lstm": True, "enable_critic_lstm": False,
    }
    model = RecurrentPPO(
        "MlpLstmPolicy", RandomRows(args.envs, args.episode), policy_kwargs=policy, seed=0, device="cpu",
        n_steps=STEPS, batch_size=2048, n_epochs=4, learning_rate=3e-4, gamma=0.99, gae_lambda=0.95,
        clip_range=0.2, ent_coef=0.01, vf_coef=0.5, max_grad_norm=0.5,
    )
    clock = Clock()
    rollout_steps = args.envs * STEPS
    model.learn((1 + args.updates) * rollout_steps, callback=clock)
    rollouts = [end - begin for begin, end in zip(clock.begins, clock.ends)][1:]
    updates = [begin - end for begin, end in zip(clock.begins[1:], clock.ends)][1:]
    rollout, update = statistics.median(rollouts), statistics.median(updates)
    print(json.dumps({
        "workload": "W4", "framework": f"sb3-contrib {sb3_contrib.__version__}, torch {torch.__version__}",
        "learner": "RecurrentPPO", "threads": args.threads, "envs": args.envs, "steps": STEPS,
        "episode": args.episode,
        "rollout_steps_per_s": round(rollout_steps / rollout), "update_steps_per_s": round(rollout_steps / update),
        "steps_per_s": round(rollout_steps / (rollout + update)),
    }))


if __name__ == "__main__":
    main()
