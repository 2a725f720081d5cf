"""Stable-Baselines3 on CartPole-v1: PPO and DQN with the hyper-parameters that RL Baselines3 Zoo tuned for them.

One JSON line for each (algorithm, seed): the mean return of 100 greedy episodes of the final policy.

Usage: python cartpole.py [--algo ppo dqn] [--seeds 0 1 2 3 4] [--threads 1]
"""

import argparse
import json
import time

import torch
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.evaluation import evaluate_policy

TASK = "CartPole-v1"
EVAL_EPISODES = 100


def ppo(seed: int) -> tuple[PPO, int]:
    """The model and its budget in env steps (rl-zoo `hyperparams/ppo.yml`)."""
    env = make_vec_env(TASK, n_envs=8, seed=seed)
    model = PPO(
        "MlpPolicy", env, seed=seed, device="cpu",
        n_steps=32, batch_size=256, n_epochs=20, gamma=0.98, gae_lambda=0.8, ent_coef=0.0,
        learning_rate=lambda left: 1e-3 * left, clip_range=lambda left: 0.2 * left,
    )
    return model, 100_000


def dqn(seed: int) -> tuple[DQN, int]:
    """The model and its budget in env steps (rl-zoo `hyperparams/dqn.yml`)."""
    env = make_vec_env(TASK, n_envs=1, seed=seed)
    model = DQN(
        "MlpPolicy", env, seed=seed, device="cpu", policy_kwargs={"net_arch": [256, 256]},
        learning_rate=2.3e-3, batch_size=64, buffer_size=100_000, learning_starts=1000, gamma=0.99,
        target_update_interval=10, train_freq=256, gradient_steps=128,
        exploration_fraction=0.16, exploration_final_eps=0.04,
    )
    return model, 50_000


LEARNERS = {"ppo": ppo, "dqn": dqn}


def run(name: str, seed: int) -> dict:
    """Trains one policy and judges it on episodes of its own seed stream."""
    model, env_steps = LEARNERS[name](seed)
    start = time.perf_counter()
    model.learn(env_steps)
    seconds = time.perf_counter() - start
    env = make_vec_env(TASK, n_envs=1, seed=10_000 + seed)
    mean, _ = evaluate_policy(model, env, n_eval_episodes=EVAL_EPISODES, deterministic=True)
    return {
        "learner": f"sb3.{name}", "task": TASK, "seed": seed, "env_steps": model.num_timesteps,
        "mean_return": round(float(mean), 2), "seconds": round(seconds, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--algo", nargs="+", choices=LEARNERS, default=list(LEARNERS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2, 3, 4])
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    for name in args.algo:
        for seed in args.seeds:
            print(json.dumps(run(name, seed)), flush=True)


if __name__ == "__main__":
    main()
