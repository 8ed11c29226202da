"""Learning rates and momenta of fastai 1.0.61's own one-cycle fits under drawn options, to compare with.

    PYTHONPATH=FOLDER python cycles.py --seed 1 --out cycles.json

FOLDER holds `fastai_v1.py`, which runs fastai 1.0.61 on today's PyTorch. `xray parity cycles.json` computes them anew.
A net of as many linear layers as there are layer groups is trained on nothing in particular; what is recorded are the
optimizer's own rates, one a layer group, and its momentum as each batch is stepped.
"""
import argparse, json, tempfile
import fastai_v1  # noqa: F401
import numpy as np, torch
from fastai.basic_data import DataBunch
from fastai.basic_train import Learner
from fastai.callback import Callback
from fastai.torch_core import nn
from fastai.train import fit_one_cycle


class Steps(Callback):
    def __init__(self, learn):
        self.learn, self.lrs, self.moms = learn, [], []

    def on_backward_end(self, **kw):
        groups = self.learn.opt.opt.param_groups[::2]  # of each layer group one with and one without weight decay
        self.lrs.append([float(g["lr"]) for g in groups])
        self.moms.append(float(groups[0]["betas"][0]))


def drawn(r):
    """Options of one fit; half of each kind are left as they are."""
    rate = lambda: float(10 ** r.uniform(-6, -1))  # noqa: E731
    groups = int(r.integers(1, 5))
    # fastai's slice of two rates divides by zero for a single group.
    kind = r.choice(["number", "stop", "list"] + (["slice"] if groups > 1 else []))
    max_lr = dict(number=rate, stop=lambda: dict(stop=rate()), slice=lambda: dict(start=rate(), stop=rate()), list=lambda: [rate() for _ in range(groups)])[kind]()
    o = dict(groups=groups, batches=int(r.integers(1, 9)), epochs=int(r.integers(1, 4)), max_lr=max_lr)
    some = lambda: r.random() < 0.5  # noqa: E731
    if some():
        o["moms"] = sorted((float(r.uniform(0.5, 0.99)), float(r.uniform(0.5, 0.99))), reverse=True)
    if some():
        o["div_factor"] = float(r.uniform(1, 100))
    if some():
        o["pct_start"] = float(r.uniform(0, 1))
    if some():
        o["final_div"] = float(10 ** r.uniform(0, 6))
    if some():
        o["tot_epochs"] = o["epochs"] + int(r.integers(0, 4))
    return o


def run(o):
    torch.manual_seed(0)
    net = nn.Sequential(*[nn.Linear(2, 2) for _ in range(o["groups"])])
    items = torch.utils.data.TensorDataset(torch.zeros(2 * o["batches"], 2), torch.zeros(2 * o["batches"], dtype=torch.long))
    loader = torch.utils.data.DataLoader(items, batch_size=2)
    learn = Learner(DataBunch(loader, loader, path=tempfile.mkdtemp()), net, loss_func=nn.CrossEntropyLoss(), layer_groups=[nn.Sequential(m) for m in net])
    learn.data.valid_dl = None
    max_lr = o["max_lr"]
    if isinstance(max_lr, dict):
        max_lr = slice(max_lr["start"], max_lr["stop"]) if "start" in max_lr else slice(max_lr["stop"])
    elif isinstance(max_lr, list):
        max_lr = np.array(max_lr)
    named = {k: tuple(v) if k == "moms" else v for k, v in o.items() if k in ("moms", "div_factor", "pct_start", "final_div", "tot_epochs")}
    steps = Steps(learn)
    fit_one_cycle(learn, o["epochs"], max_lr, callbacks=[steps], **named)
    return dict(options=o, lrs=steps.lrs, moms=steps.moms)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--count", type=int, default=24)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    r = np.random.default_rng(a.seed)
    with open(a.out, "w") as out:
        json.dump(dict(cycles=[run(drawn(r)) for _ in range(a.count)]), out)
