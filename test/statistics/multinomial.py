"""Writes multinomial.json, what scikit-learn fits to drawn features: python multinomial.py

With scikit-learn 1.9 and numpy 2.4. Features are correlated, of different scales, more than there are items, or the same in all.
"""

import json
import pathlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(20261128)


def draw(n, width, c, C, constant=False):
    y = np.arange(n) % c
    mixing = rng.normal(0, 1, (width, width)) * rng.uniform(0.1, 3, width)
    x = rng.normal(0, 1, (n, width)) @ mixing + rng.normal(0, 1, (c, width))[y] + 5
    x = np.round(x, 4).astype(np.float32)
    if constant:
        x[:, 0] = 3.7
    trained = np.arange(n) % 7 != 3
    fit = make_pipeline(StandardScaler(), LogisticRegression(C=C, tol=1e-10, max_iter=100_000))
    fit.fit(x[trained].astype(np.float64), y[trained])
    probs = fit.predict_proba(x.astype(np.float64))
    return {
        **{"width": width, "c": c, "inverseStrength": C, "x": np.round(x.astype(float), 4).ravel().tolist(), "y": y.tolist()},
        **{"rows": np.flatnonzero(trained).tolist(), "probs": np.round(probs, 8).ravel().tolist()},
    }


cases = {
    "two classes": draw(60, 6, 2, 1.0),
    "two classes, more features than items": draw(24, 30, 2, 0.01),
    "four classes, a feature that is the same in all": draw(80, 8, 4, 1.0, constant=True),
    "three classes, hardly held back": draw(60, 5, 3, 100.0),
}
file = pathlib.Path(__file__).with_name("multinomial.json")
file.write_text(json.dumps(cases) + "\n", encoding="utf-8")
