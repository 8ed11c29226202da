"""Training steps of fastai 1.0.61 on images that may have several labels, to compare with.

    PYTHONPATH=FOLDER python labels.py --out labels.json

FOLDER as in trace.py, whose images, net and callbacks these are; `xray parity labels.json` replays what is written. Of five labels
each image has some. fast.ai's own loss for such data is BCEWithLogitsFlat; it takes no weights of labels and knows none
that are unknown, so there PyTorch's function is called, and the mean is over the labels that are known. `targets`: 1, 0 or null.
`eval_probabilities`: the sigmoids for the first batch in evaluation mode afterwards.
"""
import tempfile
import fastai_v1  # noqa: F401
import numpy as np, torch
from fastai.basic_data import DataBunch
from fastai.layers import BCEWithLogitsFlat
from fastai.vision import *  # noqa: F403
from trace import ADAM, EPS, Losses, arguments, drawn, fill, write

C = 5
WEIGHTS = dict(class_weights=[1.0, 2.0, 0.5, 1.0, 3.0], pos_weight=[2.0, 0.25, 4.0, 1.0, 8.0])
RUNS = {
    "several labels": dict(),
    "weights": WEIGHTS,
    "unknown labels": dict(masked=True),
    "unknown labels and weights": dict(masked=True, **WEIGHTS),
}


def targets_of(a, labels):
    """Steps x bs x C: of images with waves of one kind the first label more often; a third of all is unknown where it is masked."""
    r = np.random.default_rng(a.seed + 1)
    share = np.where(labels[..., None] == 1, [0.9, 0.2, 0.5, 0.1, 0.6], [0.1, 0.3, 0.5, 0.6, 0.2])
    known = (r.uniform(size=share.shape) < share).astype(np.float32)
    return known, np.where(r.uniform(size=share.shape) < 1 / 3, np.nan, known)


def loss_of(o):
    weight, pos = (torch.tensor(o[k]) if o.get(k) else None for k in ("class_weights", "pos_weight"))
    if weight is None and not o.get("masked"):
        return BCEWithLogitsFlat()

    def masked(out, target):
        is_known = ~torch.isnan(target)
        each = F.binary_cross_entropy_with_logits(out, target.nan_to_num(), weight=weight, pos_weight=pos, reduction="none")  # noqa: F405
        return (each * is_known).sum() / is_known.sum()

    return masked


def run(a, options, grey, targets):
    o = {**ADAM, **options}
    mean, std = (torch.tensor(t).view(1, 3, 1, 1) for t in imagenet_stats)  # noqa: F405
    x = torch.tensor(grey.reshape(-1, 1, a.size, a.size)).float().div(255).expand(-1, 3, -1, -1)
    items = torch.utils.data.TensorDataset((x - mean) / std, torch.tensor(targets.reshape(-1, C)).float())
    loader = torch.utils.data.DataLoader(items, batch_size=a.bs, shuffle=False)
    data = DataBunch(loader, loader, path=tempfile.mkdtemp())
    data.c = C
    optimizer = partial(optim.Adam, betas=tuple(o["betas"]), eps=EPS)  # noqa: F405
    learn = cnn_learner(data, models.resnet18, pretrained=False, ps=0.0, opt_func=optimizer, wd=o["wd"])  # noqa: F405
    learn.loss_func = loss_of(o)
    fill(learn.model)
    stages = []
    for stage in ("frozen", "unfrozen"):
        learn.freeze() if stage == "frozen" else learn.unfreeze()
        losses = Losses(a.bs, False)
        learn.data.valid_dl = None
        learn.fit(1, o[f"{stage}_lr"], callbacks=[losses])
        learn.data.valid_dl = learn.data.train_dl
        learn.model.eval()
        with torch.no_grad():
            probabilities = learn.model(next(iter(loader))[0]).sigmoid()
        stages.append(dict(stage=stage, losses=losses.values, eval_probabilities=probabilities.tolist()))
        print(stage, losses.values, flush=True)
    keys = ("betas", "eps", "wd", "frozen_lr", "unfrozen_lr", "class_weights", "pos_weight")
    return dict(masked=o.get("masked", False), options={k: o.get(k) for k in keys}, stages=stages)


if __name__ == "__main__":
    a = arguments(__doc__).parse_args()
    grey, labels = drawn(a)
    known, masked = targets_of(a, labels)
    runs = {}
    for name, options in RUNS.items():
        print(name, flush=True)
        runs[name] = run(a, options, grey, masked if options.get("masked") else known)
    listed = [[[None if np.isnan(t) else int(t) for t in item] for item in batch] for batch in masked]
    write(a, grey, labels, c=C, targets=dict(known=known.astype(int).tolist(), masked=listed), label_runs=runs)
