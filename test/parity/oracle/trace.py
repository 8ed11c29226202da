"""Training steps of fastai 1.0.61 with the options a person may set, to compare with.

    PYTHONPATH=FOLDER python trace.py --out trace.json

FOLDER holds `fastai_v1.py`, which runs fastai 1.0.61 on today's PyTorch. `xray parity trace.json` replays what is written.
fastai's own Learner trains, with its own callbacks; images are drawn waves, batches are in a fixed order, dropout is off. The
net is a ResNet-18, for what any net shows in less time: its body is drawn as in nets.py, and the head's weights follow a
formula. Each loss is the one before its update, as a mean over the batch. `eval_probabilities`: the first batch in evaluation mode afterwards.
"""
import argparse, base64, json, tempfile
import fastai_v1  # noqa: F401
import numpy as np, torch
from fastai.basic_data import DataBunch
from fastai.vision import *  # noqa: F403
from fastai.callbacks.mixup import MixUpCallback
from fastai.train import AccumulateScheduler, GradientClipping
from nets import draw

# Not fast.ai's 1e-8: with that the first Adam steps turn rounding noise into whole steps.
EPS = 1e-4

ADAM = dict(optimizer="adam", betas=[0.9, 0.99], eps=EPS, wd=1e-2, true_wd=True, bn_wd=True, frozen_lr=[3e-5, 3e-5, 3e-4],
            unfrozen_lr=[1e-6, 1e-5, 1e-4], clip=None, label_smoothing=0, class_weights=None, mixup=None, accumulate=1)
RUNS = {
    "decay and rates": dict(wd=0.2, frozen_lr=[1e-5, 1e-4, 1e-3], unfrozen_lr=[1e-6, 3e-6, 3e-5]),
    "L2 penalty but not of batch norms and biases": dict(wd=0.1, true_wd=False, bn_wd=False, class_weights=[3.0, 1.0]),
    "clipping and label smoothing": dict(clip=0.1, label_smoothing=0.1),
    "MixUp": dict(mixup=0.4, label_smoothing=0.05),
    # With an odd number of batches: at an epoch's end fastai fails where nothing is left.
    "accumulation": dict(accumulate=2),
    "SGD": dict(optimizer="sgd", momentum=0.9, frozen_lr=[1e-3, 1e-3, 1e-2], unfrozen_lr=[1e-4, 3e-4, 1e-3], clip=1.0),
}


def head_value(shape, k):
    n = int(np.prod(shape))
    return (np.cos(np.arange(n) * 0.7 + k) * np.sqrt(2 / shape[1])).astype(np.float32).reshape(shape)


def drawn(a):
    """Grey images, uint8 steps x bs x size x size, and labels, steps x bs."""
    r, yx = np.random.default_rng(a.seed), np.mgrid[0 : a.size, 0 : a.size] / a.size
    labels = r.integers(0, 2, (a.steps, a.bs))
    labels[:, :2] = [0, 1]

    def image(label):
        waves = sum(np.sin(2 * np.pi * (r.uniform(-4, 4) * yx[0] + r.uniform(-4, 4) * yx[1] + r.uniform())) for _ in range(6))
        return np.clip(128 + 20 * waves + r.normal(0, 6, waves.shape) + 25 * label, 0, 255).astype(np.uint8)

    return np.stack([np.stack([image(label) for label in row]) for row in labels]), labels


class Losses(Callback):  # noqa: F405
    """Each training batch's loss, before anything is done about it."""

    def __init__(self, bs, summed):
        self.of, self.values = bs if summed else 1, []

    def on_backward_begin(self, last_loss, train, **kw):
        if train:
            self.values.append(float(last_loss.detach()) / self.of)


def fill(model):
    """A drawn body, and a head by a formula."""
    draw(model[0], "0.")
    for k, m in enumerate(m for m in model[1].modules() if isinstance(m, nn.Linear)):  # noqa: F405
        m.weight.data, m.bias.data = torch.tensor(head_value(tuple(m.weight.shape), k)), torch.zeros_like(m.bias)


def learner(a, grey, labels, o):
    """fastai's learner on the drawn batches, in their order, and the first of them."""
    mean, std = (torch.tensor(t).view(1, 3, 1, 1) for t in imagenet_stats)  # noqa: F405
    x = torch.tensor(grey.reshape(-1, 1, a.size, a.size)).float().div(255).expand(-1, 3, -1, -1)
    items = torch.utils.data.TensorDataset((x - mean) / std, torch.tensor(labels.reshape(-1)))
    loader = torch.utils.data.DataLoader(items, batch_size=a.bs, shuffle=False)
    data = DataBunch(loader, loader, path=tempfile.mkdtemp())
    data.c = 2
    optimizer = partial(optim.Adam, betas=tuple(o["betas"]), eps=EPS) if o["optimizer"] == "adam" else partial(optim.SGD, momentum=o["momentum"])  # noqa: F405
    learn = cnn_learner(data, models.resnet18, pretrained=False, ps=0.0, opt_func=optimizer, wd=o["wd"], true_wd=o["true_wd"], bn_wd=o["bn_wd"])  # noqa: F405
    fill(learn.model)
    return learn, next(iter(loader))[0]


def run(a, options, grey, labels):
    o = {**ADAM, **options}
    learn, first = learner(a, grey, labels, o)
    summed = o["accumulate"] > 1
    if o["label_smoothing"]:
        learn.loss_func = LabelSmoothingCrossEntropy(o["label_smoothing"])  # noqa: F405
    else:
        weight = torch.tensor(o["class_weights"]) if o["class_weights"] else None
        learn.loss_func = nn.CrossEntropyLoss(weight=weight, reduction="sum" if summed else "mean")  # noqa: F405
    mixes = []
    if o["mixup"]:
        record_mixes(mixes)
    np.random.seed(a.seed), torch.manual_seed(a.seed)
    stages = []
    for stage in ("frozen", "unfrozen"):
        learn.freeze() if stage == "frozen" else learn.unfreeze()
        del mixes[:]
        losses = Losses(a.bs, summed)
        callbacks = [losses]
        if o["mixup"]:
            callbacks.append(MixUpCallback(learn, alpha=o["mixup"]))
        if o["clip"]:
            callbacks.append(GradientClipping(learn, o["clip"]))
        if summed:
            callbacks.append(AccumulateScheduler(learn, n_step=o["accumulate"]))
        learn.data.valid_dl = None
        learn.fit(1, o[f"{stage}_lr"], callbacks=callbacks)
        learn.data.valid_dl = learn.data.train_dl
        learn.model.eval()
        with torch.no_grad():
            probabilities = learn.model(first).softmax(1)
        stages.append(dict(stage=stage, losses=losses.values, mixes=[dict(m) for m in mixes], eval_probabilities=probabilities.tolist()))
        print(stage, losses.values, flush=True)
    return dict(options=o, stages=stages)


def record_mixes(mixes):
    """MixUpCallback draws the shares, then the permutation."""
    beta, randperm = np.random.beta, torch.randperm

    def shares(*args):
        value = beta(*args)
        mixes.append({"lambda": np.maximum(value, 1 - value).astype(np.float32).tolist()})
        return value

    def permutation(*args, **kw):
        value = randperm(*args, **kw)
        if mixes and "permutation" not in mixes[-1]:
            mixes[-1]["permutation"] = value.tolist()
        return value

    np.random.beta, torch.randperm = shares, permutation


def arguments(description):
    p = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--size", type=int, default=64)
    p.add_argument("--bs", type=int, default=6)
    p.add_argument("--steps", type=int, default=3)
    p.add_argument("--seed", type=int, default=1)
    return p


def write(a, grey, labels, **recorded):
    pixels = dict(encoding="base64 of uint8 grey, steps x bs x size x size; each channel = grey / 255, then imagenet_stats", data=base64.b64encode(grey.tobytes()).decode())
    with open(a.out, "w") as out:
        json.dump(dict(size=a.size, bs=a.bs, steps=a.steps, net="resnet18", head="cos(0.7 i + k) sqrt(2 / fan_in), biases 0, layer k", labels=labels.tolist(), pixels=pixels, **recorded), out)


if __name__ == "__main__":
    a = arguments(__doc__).parse_args()
    grey, labels = drawn(a)
    runs = {}
    for name, options in RUNS.items():
        print(name, flush=True)
        runs[name] = run(a, options, grey, labels)
    write(a, grey, labels, runs=runs)
