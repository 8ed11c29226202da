"""Writes reference.json, scikit-learn's and SciPy's numbers: python reference.py (with scikit-learn 1.9, scipy 1.17)

Inputs are drawn here and stand in the file too. Edge cases: ties, all scores equal, a class absent.
"""

import json
import pathlib
import warnings

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import binomtest, norm
from sklearn import metrics
from sklearn.calibration import calibration_curve

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20260101)


def plain(value):
    """NumPy's numbers as JSON has them; what is not finite as text."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    value = float(value)
    return value if np.isfinite(value) else str(value)


def scored(n, share, digits=None):
    positive = (rng.random(n) < share).astype(int)
    scores = 1 / (1 + np.exp(-(rng.normal(size=n) * 1.5 + 1.2 * positive - 0.6)))
    return (np.round(scores, digits) if digits is not None else scores), positive


def binary(scores, positive):
    called = (scores >= 0.5).astype(int)
    both = 0 < positive.sum() < len(positive)
    fpr, tpr, thresholds = metrics.roc_curve(positive, scores, drop_intermediate=False)
    precision, recall, pr_thresholds = metrics.precision_recall_curve(positive, scores)
    observed, predicted = calibration_curve(positive, scores, n_bins=10) if both else ([], [])
    found = {
        "roc": {"fpr": fpr, "tpr": tpr, "thresholds": thresholds},
        "pr": {"precision": precision, "recall": recall, "thresholds": pr_thresholds},
        "auroc": metrics.roc_auc_score(positive, scores) if both else np.nan,
        "averagePrecision": metrics.average_precision_score(positive, scores) if positive.sum() else np.nan,
        "brier": metrics.brier_score_loss(positive, scores, labels=[0, 1], pos_label=1),
        "reliability": {"observed": observed, "predicted": predicted},
        "measures": {
            "accuracy": metrics.accuracy_score(positive, called),
            "f1": metrics.f1_score(positive, called, zero_division=0),
            "f2": metrics.fbeta_score(positive, called, beta=2, zero_division=0),
            "matthews": metrics.matthews_corrcoef(positive, called),
            "kappa": metrics.cohen_kappa_score(positive, called, labels=[0, 1]),
            "precision": metrics.precision_score(positive, called, zero_division=np.nan),
            "recall": metrics.recall_score(positive, called, zero_division=np.nan),
            "specificity": metrics.recall_score(1 - positive, 1 - called, zero_division=np.nan),
            "negativePredictiveValue": metrics.precision_score(1 - positive, 1 - called, zero_division=np.nan),
            **({"balancedAccuracy": metrics.balanced_accuracy_score(positive, called)} if both else {}),
        },
    }
    return {"scores": scores, "positive": positive, **found}


def matrix(size):
    actual = rng.integers(0, size, 120)
    predicted = np.where(rng.random(120) < 0.6, actual, rng.integers(0, size, 120))
    labels = list(range(size))
    return {
        "matrix": metrics.confusion_matrix(actual, predicted, labels=labels),
        "matthews": metrics.matthews_corrcoef(actual, predicted),
        **{
            name: metrics.cohen_kappa_score(actual, predicted, weights=weights, labels=labels)
            for name, weights in (("none", None), ("linear", "linear"), ("quadratic", "quadratic"))
        },
    }


def temperature(n, c):
    logits = rng.normal(size=(n, c)) * 3
    y = np.array([rng.choice(c, p=p) for p in softmax(logits / 2.2)])
    probs = softmax(logits).astype(np.float32)
    logs = np.log(np.maximum(probs.astype(np.float64), 1e-12))

    def loss(t):
        return metrics.log_loss(y, softmax(logs / t), labels=list(range(c)))

    best = minimize_scalar(loss, bounds=(0.05, 20), method="bounded", options={"xatol": 1e-10})
    confidence, right = probs.max(1).astype(np.float64), probs.argmax(1) == y
    edges = np.linspace(0, 1, 16)
    ece = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            ece += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return {"probs": probs, "y": y, "c": c, "temperature": best.x, "logLoss": loss(best.x), "ece": ece}


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


equal = (np.full(20, 0.7), np.array([1, 0] * 10))
absent = (np.linspace(0.1, 0.9, 15), np.ones(15, int))
reference = {
    "binary": {
        "random": binary(*scored(150, 0.6)),
        "rare positives": binary(*scored(150, 0.05)),
        "ties": binary(*scored(120, 0.5, 1)),
        "all scores equal": binary(*equal),
        "no negative": binary(*absent),
        "no positive": binary(absent[0], 1 - absent[1]),
        "perfect": binary(np.array([0.1, 0.2, 0.8, 0.9]), np.array([0, 0, 1, 1])),
    },
    "matrices": [matrix(2), matrix(3), matrix(5)],
    "mcNemar": [
        {"a": a, "b": b, "p": binomtest(a, a + b, 0.5).pvalue if a + b else 1.0}
        for a, b in ((0, 0), (1, 0), (3, 9), (10, 10), (40, 71), (300, 410))
    ],
    "twoSidedP": [{"z": z, "p": 2 * norm.sf(abs(z))} for z in (0, 0.3, -1.2, 1.959963984540054, 2.9, 4.5, 8)],
    "temperature": [temperature(200, 2), temperature(150, 4)],
}
file = pathlib.Path(__file__).with_name("reference.json")
file.write_text(json.dumps(plain(reference)) + "\n")
