"""Each label's area under the ROC curve by scikit-learn, of labels some of which are not known: labelMeasures.json.

python labelMeasures.py, with NumPy and scikit-learn (1.9 here).
"""
import json
import numpy as np
from sklearn.metrics import roc_auc_score

r = np.random.default_rng(7)
n, classes = 60, ["Effusion", "Mass", "Nodule"]
targets = (r.uniform(size=(n, 3)) < [0.4, 0.2, 0.5]).astype(float)
probs = np.clip(0.3 * targets + r.uniform(0, 0.7, (n, 3)), 0, 1).astype(np.float32).round(2)
targets[r.uniform(size=(n, 3)) < 0.25] = np.nan
areas = []
for k in range(3):
    known = ~np.isnan(targets[:, k])
    areas.append(roc_auc_score(targets[known, k], probs[known, k]))
listed = [[None if np.isnan(t) else int(t) for t in row] for row in targets]
with open(__file__.replace(".py", ".json"), "w") as out:
    json.dump(dict(classes=classes, probs=probs.astype(float).round(2).tolist(), targets=listed, areas=areas), out)
    out.write("\n")
