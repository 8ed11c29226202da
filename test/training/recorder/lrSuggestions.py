"""What fastai v2 suggests for given curves, as fixture for lrSuggestions.test.ts.

    python lrSuggestions.py > lrSuggestions.json       with fastai 2 installed
"""
import json
import numpy as np, torch
from fastai.callback.schedule import minimum, slide, steep, valley


def curve(r, n):
    x = np.linspace(-7, 1, n)
    fall = r.uniform(0.2, 0.6) / (1 + np.exp(-(x + r.uniform(2.5, 4)) * r.uniform(1, 3)))
    rise = np.exp(np.minimum((x - r.uniform(-2, -0.5)) * r.uniform(1.5, 4), 2))
    return 0.7 - fall + 0.1 * rise + np.cumsum(r.normal(0, r.choice([0, 0.001, 0.01]), n))


cases = []
r = np.random.default_rng(1)
curves = [curve(r, int(n)) for n in r.integers(20, 90, 12)] + [np.linspace(1, 2, 30), np.linspace(2, 1, 30), np.full(30, 0.5)]
for losses in curves:
    lrs = torch.tensor(1e-7 * (10 / 1e-7) ** (np.arange(len(losses)) / 100), dtype=torch.float64)
    losses = torch.tensor(np.round(losses, 6), dtype=torch.float64)
    gradient = np.gradient(losses.numpy())
    suggestions = {f.__name__: float(f(lrs, losses, 100)[0]) for f in (valley, slide, minimum, steep)}
    # fastai v1: Recorder.plot(suggestion=True)
    suggestions["minNumericalGradient"] = float(lrs[int(gradient.argmin())])
    cases.append(dict(losses=losses.tolist(), suggestions=suggestions))
print(json.dumps(cases))
