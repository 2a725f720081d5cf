"""Asynchronous successive halving, written from the paper alone, to compare promotions with.

Li et al., "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020, algorithm 2:

    procedure get_job()
      for k = K - 1, ..., 1, 0:
        candidates = top_k(rung k, |rung k| / eta)
        promotable = {t in candidates if t not already promoted}
        if |promotable| > 0: return promotable[0], k + 1
      draw a new configuration

Reads a JSON list of {"eta", "rungs", "events"} from standard input; an event is ["ask"] or
["report", trial, rung, score], where the score null means that the run broke off. Writes for each of
them the answers to "ask": [trial, rung] for a promotion, null where a new configuration would begin.
"""

import json
import sys


def top_k(rung, k):
    """The k best trials: high scores first, of equals the one that began first, broken ones last."""
    worst = float("-inf")
    ordered = sorted(rung, key=lambda trial: (-(worst if rung[trial] is None else rung[trial]), trial))
    return ordered[:k]


def get_job(rungs, promoted, eta):
    for k in range(len(rungs) - 2, -1, -1):
        candidates = top_k(rungs[k], len(rungs[k]) // eta)
        promotable = [t for t in candidates if t not in promoted[k] and rungs[k][t] is not None]
        if promotable:
            promoted[k].add(promotable[0])
            return [promotable[0], k + 1]
    return None


def replay(order):
    rungs = [{} for _ in range(order["rungs"])]
    promoted = [set() for _ in range(order["rungs"])]
    answers = []
    for event in order["events"]:
        if event[0] == "ask":
            answers.append(get_job(rungs, promoted, order["eta"]))
        else:
            _, trial, rung, score = event
            rungs[rung][trial] = score
    return answers


if __name__ == "__main__":
    json.dump([replay(order) for order in json.load(sys.stdin)], sys.stdout)
