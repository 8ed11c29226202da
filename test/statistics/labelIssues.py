"""Writes labelIssues.json, what cleanlab finds in drawn probabilities: python labelIssues.py

With cleanlab 2.9 and numpy 2.4. Labels are flipped on purpose; there are classes that hardly any or no item is labelled as,
probabilities that are equal to the last digit, and a net that is nearly always right.
"""

import json
import pathlib

import numpy as np
from cleanlab import count, filter as finder

rng = np.random.default_rng(20261128)


def draw(n, c, noise, sharpness, digits=6, rare=()):
    weights = np.array([0.02 if k in rare else 1.0 for k in range(c)])
    true = rng.choice(c, n, p=weights / weights.sum())
    logits = rng.normal(0, 1, (n, c))
    logits[np.arange(n), true] += sharpness
    probs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    probs = np.round(probs, digits)
    probs[:, -1] = np.round(1 - probs[:, :-1].sum(axis=1), digits)
    flipped = rng.random(n) < noise
    given = np.where(flipped, rng.integers(0, c, n), true)
    return given, np.clip(probs, 0, 1)


def found(y, probs):
    limits = count.get_confident_thresholds(y, probs)
    ranked = {
        name: finder.find_label_issues(y, probs, filter_by=by, return_indices_ranked_by="self_confidence", n_jobs=1).tolist()
        for name, by in (("pruneByNoiseRate", "prune_by_noise_rate"), ("confidentLearning", "confident_learning"))
    }
    return {
        "y": y.tolist(),
        "probs": probs.tolist(),
        "thresholds": [None if v > 1 else float(v) for v in limits],
        "confidentJoint": count.compute_confident_joint(y, probs).tolist(),
        **ranked,
    }


cases = {
    "two classes": draw(120, 2, 0.15, 2.0),
    "three classes": draw(150, 3, 0.2, 2.5),
    "seven classes, one of them rare": draw(200, 7, 0.3, 2.0, rare=(5,)),
    "a net that is nearly always right": draw(80, 3, 0.05, 9.0),
    "a net that knows nothing": draw(80, 3, 0.0, 0.0),
    "equal probabilities": draw(90, 3, 0.2, 2.0, digits=1),
}
file = pathlib.Path(__file__).with_name("labelIssues.json")
file.write_text(json.dumps({name: found(*case) for name, case in cases.items()}) + "\n", encoding="utf-8")
