"""Stable-Baselines3 on the planted market of `agents/quickstart.yaml`, on releat's terms.

Same rows, observations, actions, costs, reward, episodes and env steps as releat (`planted_env.py`); the policy with
the best validation Sharpe ratio, looked at every 20 updates of 16,384 env steps, is judged once on the test range.
`oracle_share` is what `releat eval` prints: log growth over that of the best policy on the same bars.
PPO has the settings of the quickstart, with an MLP in place of the GRU (the observation hides nothing); DQN has
settings found by hand.

One JSON line for the oracle, then one for each (algorithm, seed).

Usage: python planted.py --releat PATH [--agent FILE] [--algo ppo dqn] [--seeds 0 1 2 3 4] [--threads 1]
                         [--env-steps 3000000]
"""

import argparse
import io
import json
import math
import time
from pathlib import Path

import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.callbacks import BaseCallback

from planted_env import Accounts, Market, PlantedEnv, judge, load_market, oracle, sharpe

REPOSITORY = Path(__file__).resolve().parents[2]
VALIDATE_EVERY = 20 * 256 * 64      # env steps


def ppo(market: Market, seed: int) -> PPO:
    """256 environments x 64 steps, minibatches of 1,024, as in the agent file."""
    return PPO(
        "MlpPolicy", PlantedEnv(market, 256, seed), seed=seed, device="cpu",
        n_steps=64, batch_size=1024, n_epochs=4, gamma=0.9, gae_lambda=0.95, clip_range=0.2, target_kl=0.02,
        learning_rate=lambda left: 1e-4 + 1.4e-3 * 0.5 * (1.0 - math.cos(math.pi * left)),
    )


def dqn(market: Market, seed: int) -> DQN:
    """64 environments, a gradient step of 256 transitions for every 64 env steps."""
    return DQN(
        "MlpPolicy", PlantedEnv(market, 64, seed), seed=seed, device="cpu",
        buffer_size=200_000, learning_starts=10_000, batch_size=256, train_freq=4, gradient_steps=4, gamma=0.9,
        learning_rate=lambda left: 1e-4 + 9e-4 * left, target_update_interval=8192,
        exploration_fraction=0.3, exploration_final_eps=0.02,
    )


LEARNERS = {"ppo": ppo, "dqn": dqn}


class Validation(BaseCallback):
    """Keeps the weights with the best validation Sharpe ratio, and anneals PPO's entropy bonus."""

    def __init__(self, market: Market):
        super().__init__()
        self.market = market
        self.best = -math.inf
        self.weights = b""
        self.due = VALIDATE_EVERY

    def _on_step(self) -> bool:
        # PPO learns after the rollout: what is judged here is the policy that has just been learned.
        if self.num_timesteps > self.due:
            self.due += VALIDATE_EVERY
            self.validate()
        return True

    def _on_rollout_start(self) -> None:
        if isinstance(self.model, PPO):
            self.model.ent_coef = 0.001 + 0.009 * self.model._current_progress_remaining

    def _on_training_end(self) -> None:
        self.validate()

    def validate(self) -> None:
        score = sharpe(play(self.model, self.market, "validation"))
        if score > self.best:
            self.best = score
            self.weights = to_bytes(self.model)


def to_bytes(model) -> bytes:
    buffer = io.BytesIO()
    torch.save(model.policy.state_dict(), buffer)
    return buffer.getvalue()


def play(model, market: Market, range_name: str):
    """Log returns of the greedy policy."""
    def decide(account: Accounts) -> int:
        return int(model.predict(account.observe(), deterministic=True)[0][0])
    return judge(market, market.rows(range_name), decide)


def run(name: str, market: Market, seed: int, env_steps: int, best_growth: float) -> dict:
    """Trains one policy, picks its best weights on the validation range and judges them on the test range."""
    model = LEARNERS[name](market, seed)
    validation = Validation(market)
    start = time.perf_counter()
    model.learn(env_steps, callback=validation)
    seconds = time.perf_counter() - start
    last_growth = float(play(model, market, "test").sum())
    model.policy.load_state_dict(torch.load(io.BytesIO(validation.weights)))
    returns = play(model, market, "test")
    return {
        "learner": f"sb3.{name}", "task": "planted", "seed": seed, "env_steps": model.num_timesteps,
        "oracle_share": round(float(returns.sum()) / best_growth, 4),
        "oracle_share_last": round(last_growth / best_growth, 4),
        "total_return": round(math.expm1(returns.sum()), 4), "sharpe": round(sharpe(returns), 2),
        "validation_sharpe": round(validation.best, 2), "seconds": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--releat", type=Path, required=True, help="the releat binary")
    parser.add_argument("--agent", type=Path, default=REPOSITORY / "agents/quickstart.yaml")
    parser.add_argument("--algo", nargs="+", choices=LEARNERS, default=list(LEARNERS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--env-steps", type=int, default=3_000_000)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    market = load_market(args.releat, args.agent)
    best = judge(market, market.rows("test"), oracle(market))
    print(json.dumps({"learner": "oracle", "task": "planted", "total_return": round(math.expm1(best.sum()), 4),
                      "sharpe": round(sharpe(best), 2)}), flush=True)
    for name in args.algo:
        for seed in args.seeds:
            print(json.dumps(run(name, market, seed, args.env_steps, float(best.sum()))), flush=True)


if __name__ == "__main__":
    main()
