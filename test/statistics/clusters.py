"""Writes clusters.json, numbers of other implementations for images that come in patients: python clusters.py

With numpy 2.4, scipy 1.17, statsmodels 0.15, dcurves 1.1, crepes 0.9. Inputs are drawn here and stand in the file too:
patients with images of both classes, scores with ties, and scores of exactly 0 and 1. Areas under the ROC curve are by
their definition, pair by pair.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from crepes import ConformalClassifier
from dcurves import dca
from scipy import stats

warnings.filterwarnings("ignore")
rng = np.random.default_rng(20261127)
Z = stats.norm.ppf(0.975)
EPS = 2.0**-25


def draw(patients, digits):
    size = rng.integers(1, 6, patients)
    patient = np.repeat(np.arange(patients), size)
    ill = rng.random(patients) < 0.55
    # One image in ten is of the other class than its patient's others.
    y = (ill[patient] ^ (rng.random(len(patient)) < 0.1)).astype(int)
    own = rng.normal(size=patients)[patient]
    logits = [2.2 * y - 0.9 + own + rng.normal(size=len(patient)) for _ in range(2)]
    first, second = (np.round(1 / (1 + np.exp(-v)), digits) for v in logits)
    first[0], first[-1] = 0, 1
    order = rng.permutation(len(patient))
    return y[order], first[order], second[order], patient[order]


def placements(y, score):
    pos, neg = score[y == 1], score[y == 0]
    psi = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
    return psi.mean(axis=1), psi.mean(axis=0)


def auc_covariance(y, a, b, group):
    """Obuchowski 1997, as the paper writes it."""
    groups, total = np.unique(group), 0.0
    m, n = np.sum(y == 1), np.sum(y == 0)
    (xa, ya), (xb, yb) = placements(y, a), placements(y, b)
    ga, gb = xa.mean(), xb.mean()
    of = lambda values, label, k: np.sum(values[group[y == label] == k])
    count = lambda label, k: np.sum((group == k) & (y == label))
    i10, i01, i = len(set(group[y == 1])), len(set(group[y == 0])), len(groups)
    s10 = s01 = s11 = s11t = 0.0
    for k in groups:
        mk, nk = count(1, k), count(0, k)
        s10 += (of(xa, 1, k) - mk * ga) * (of(xb, 1, k) - mk * gb) * i10 / ((i10 - 1) * m)
        s01 += (of(ya, 0, k) - nk * ga) * (of(yb, 0, k) - nk * gb) * i01 / ((i01 - 1) * n)
        s11 += (of(xa, 1, k) - mk * ga) * (of(yb, 0, k) - nk * gb) * i / (i - 1)
        s11t += (of(xb, 1, k) - mk * gb) * (of(ya, 0, k) - nk * ga) * i / (i - 1)
    return s10 / m + s01 / n + (s11 + s11t) / (m * n)


def share(hits, among, patient):
    """The variance as that of a regression on a constant with errors by cluster."""
    x, group = hits[among].astype(float), patient[among]
    n, p = len(x), x.mean()
    fit = sm.OLS(x, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": group})
    effect = max(1.0, float(fit.bse[0] ** 2) * n / (p * (1 - p)))
    low, high = sm.stats.proportion_confint(p * n / effect, n / effect, method="wilson")
    return {"value": p, "designEffect": effect, "interval": [low, high]}


def logistic(y, x, offset, patient, at):
    fit = sm.GLM(y, x, family=sm.families.Binomial(), offset=offset).fit(
        tol=1e-13, maxiter=200, cov_type="cluster", cov_kwds={"groups": patient, "use_correction": True})
    return {"value": fit.params[at], "interval": [fit.params[at] - Z * fit.bse[at], fit.params[at] + Z * fit.bse[at]]}


def guarantee(y, score, patient, recall):
    least = np.sort([score[(patient == k) & (y == 1)].min() for k in np.unique(patient[y == 1])])
    found = [float(t) for t in np.unique(least)
             if stats.beta.ppf(0.05, np.sum(least >= t), len(least) - np.sum(least >= t) + 1) >= recall]
    return max(found) if found else None


def conformal(y, score, level):
    """Calibrated on every second image."""
    cal = np.arange(len(y)) % 2 == 0
    probs = np.column_stack([1 - score, score])
    sets = np.zeros((np.sum(~cal), 2), dtype=int)
    for c in (0, 1):
        one = ConformalClassifier().fit(1 - probs[cal & (y == c), c])
        p = one.predict_p((1 - probs[~cal, c]).reshape(-1, 1), smoothing=False).ravel()
        sets[:, c] = p > 1 - level + 1e-12
    return sets


def loess(x, y, at):
    """Degree 2, span 0.75, tricube weights, at each place itself."""
    near, out = math.floor(len(x) * 0.75 + 1e-5), []
    for place in at:
        distance = np.abs(x - place)
        reach = np.sort(distance)[near - 1]
        root = np.sqrt(np.where(distance < reach, (1 - np.minimum(1, distance / reach) ** 3) ** 3, 0))
        design = np.vander(x - place, 3, increasing=True) * root[:, None]
        out.append(np.linalg.lstsq(design, y * root, rcond=None)[0][0])
    return np.array(out)


def case(patients, digits):
    y, first, second, patient = draw(patients, digits)
    n = len(y)
    area = {name: placements(y, s)[0].mean() for name, s in (("first", first), ("second", second))}
    cov = {name: auc_covariance(y, a, b, patient)
           for name, a, b in (("first", first, first), ("second", second, second), ("both", first, second))}
    difference = area["first"] - area["second"]
    error = math.sqrt(cov["first"] + cov["second"] - 2 * cov["both"])
    called, ill = first >= 0.5, y == 1
    right = [((s >= 0.5) == ill).astype(float) for s in (first, second)]
    gap = right[0] - right[1]
    fit = sm.OLS(gap, np.ones(n)).fit(cov_type="cluster", cov_kwds={"groups": patient})
    sums = np.array([gap[patient == k].sum() for k in np.unique(patient)])
    k = len(sums)
    chi2 = (k - 1) / k * sums.sum() ** 2 / np.sum(sums**2)
    clipped = np.clip(first, EPS, 1 - EPS)
    logit = np.log(clipped) - np.log1p(-clipped)
    ratio = first.sum() / y.sum()
    spread = math.sqrt(k / (k - 1) * sum(
        (first[patient == j].sum() / first.sum() - y[patient == j].sum() / y.sum()) ** 2 for j in np.unique(patient)))
    thresholds = [j / 100 for j in range(1, 100)]
    frame = pd.DataFrame({"y": y, "model": first})
    curve = {name: dca(data=frame, outcome="y", modelnames=["model"], thresholds=thresholds, prevalence=at)
             for name, at in (("own", None), ("0.1", 0.1))}
    of = lambda table, who: table[table.model == who].sort_values("threshold")["net_benefit"].tolist()
    return {
        "y": y, "first": first, "second": second, "patient": patient,
        "auc": {"value": area["first"], "standardError": math.sqrt(cov["first"])},
        "aucDifference": {"value": difference, "interval": [difference - Z * error, difference + Z * error],
                          "p": 2 * stats.norm.sf(abs(difference / error)), "covariance": cov["both"]},
        "errorDifference": {"value": gap.mean(), "interval": [gap.mean() - Z * fit.bse[0], gap.mean() + Z * fit.bse[0]],
                            "p": stats.chi2.sf(chi2, 1)},
        "shares": {"sensitivity": share(called, ill, patient), "specificity": share(~called, ~ill, patient),
                   "ppv": share(ill, called, patient), "npv": share(~ill, ~called, patient),
                   "accuracy": share(called == ill, np.ones(n, dtype=bool), patient)},
        "inTheLarge": logistic(y, np.ones((n, 1)), logit, patient, 0),
        "slope": logistic(y, np.column_stack([np.ones(n), logit]), None, patient, 1),
        "brier": np.mean((first - y) ** 2),
        "expectedOverObserved": {"value": ratio, "interval": [ratio * math.exp(-Z * spread), ratio * math.exp(Z * spread)]},
        "netBenefit": {name: {"model": of(table, "model"), "all": of(table, "all")} for name, table in curve.items()},
        "recallGuarantee": {str(r): guarantee(y, first, patient, r) for r in (0.8, 0.9, 0.95, 0.98)},
        "curve": {"predicted": thresholds, "observed": loess(first, y, thresholds),
                  "ici": np.abs(first - loess(first, y, first)).mean()},
        "conformal": {str(level): conformal(y, first, level) for level in (0.8, 0.9)},
    }


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    if value is None:
        return None
    value = float(value)
    return int(value) if value.is_integer() else float(f"{value:.13g}")


reference = {"ties": case(45, 1), "many patients": case(80, 3)}
file = pathlib.Path(__file__).with_name("clusters.json")
file.write_text(json.dumps(plain(reference)) + "\n")
