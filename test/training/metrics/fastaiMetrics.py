"""What fastai 1.0.61's metrics give for drawn outputs, as fixture for fastaiMetrics.test.ts.

    PYTHONPATH=FOLDER python fastaiMetrics.py > fastaiMetrics.json      with fastai 1.0.61 installed

FOLDER holds `fastai_v1.py`, which runs fastai 1.0.61 on today's PyTorch. Each metric sees the outputs in batches of
`bs`, as in an epoch's validation. Values that are no number are written as null.
"""
import json, math, warnings
import fastai_v1  # noqa: F401
import numpy as np, torch
from fastai.metrics import FBeta, KappaScore, MatthewsCorreff, Precision, Recall, top_k_accuracy

warnings.filterwarnings("ignore")
BS = 10


def of_epoch(metric, logits, y):
    metric.on_train_begin()
    metric.on_epoch_begin()
    for at in range(0, len(y), BS):
        metric.on_batch_end(last_output=logits[at : at + BS], last_target=y[at : at + BS])
    return float(metric.on_epoch_end(last_metrics=[])["last_metrics"][-1])


def metrics(c):
    for average in ("micro", "macro", "weighted") + (("binary",) if c == 2 else ()):
        for pos_label in (0, 1) if average == "binary" else (1,):
            for kind in (Precision, Recall, FBeta):
                yield kind.__name__, dict(average=average, pos_label=pos_label), kind(average=average, pos_label=pos_label)
            yield "FBeta", dict(average=average, pos_label=pos_label, beta=0.5), FBeta(average=average, pos_label=pos_label, beta=0.5)
    if c > 2:
        yield "Precision", dict(), Precision()
    for weights in ("linear", "quadratic"):
        yield "KappaScore", dict(weights=weights), KappaScore(weights=weights)
    yield "MatthewsCorreff", dict(), MatthewsCorreff()


cases = []
r = np.random.default_rng(1)
for c, n in ((2, 37), (3, 64), (7, 200)):
    y = torch.tensor(r.integers(0, c, n))
    logits = torch.tensor(np.round(r.normal(0, 1, (n, c)) + 1.2 * np.eye(c)[y], 3), dtype=torch.float32)
    values = []
    for name, options, metric in metrics(c):
        value = of_epoch(metric, logits, y)
        values.append(dict(name=name, options=options, value=None if math.isnan(value) else value))
    for k in range(1, min(c, 5) + 1):
        values.append(dict(name="top_k_accuracy", options=dict(k=k), value=float(top_k_accuracy(logits, y, k=k))))
    cases.append(dict(c=c, logits=[round(float(v), 3) for v in logits.view(-1)], y=y.tolist(), values=values))
print(json.dumps(cases))
