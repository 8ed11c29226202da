"""fastai 1.0.61's own `lr_find`, on the images, the net and the head of trace.py, to compare with.

    PYTHONPATH=FOLDER python lr_find.py --out lr_find.json

As in trace.py, batches are in a fixed order and dropout is off. `losses`: each batch's own, before its update;
`losses_other_kernels`: the same of another run, in another memory layout: how far the losses are determined at all;
`smooth`: as fastai records and judges them; `minimum`: what its `recorder.plot(suggestion=True)` calls the minimum
divided by ten, null of fewer than three points; `restored`: the first batch's probabilities afterwards less those before, at most.
"""
import numpy as np, torch
from fastai.vision import *  # noqa: F403
import trace as steps

MOMENTUM = 0.9
SEARCHES = {
    "frozen, SGD": dict(optimizer="sgd", stage="frozen", start_lr=1e-4, end_lr=1e4, num_it=9, stop_div=True),
    "unfrozen, SGD": dict(optimizer="sgd", stage="unfrozen", start_lr=1e-5, end_lr=1e4, num_it=9, stop_div=True),
    "frozen, ended by its loss": dict(stage="frozen", start_lr=1e-6, end_lr=10, num_it=30, stop_div=True),
    "frozen, to its end": dict(stage="frozen", start_lr=1e-7, end_lr=1e-4, num_it=13, stop_div=True),
    "frozen, whatever the loss": dict(stage="frozen", start_lr=1e-5, end_lr=1, num_it=12, stop_div=False),
}


def search(a, o, grey, labels, memory_format):
    learn, first = steps.learner(a, grey, labels, {**steps.ADAM, "momentum": MOMENTUM, "optimizer": o.get("optimizer", "adam")})
    learn.model.to(memory_format=memory_format)
    learn.loss_func = nn.CrossEntropyLoss()  # noqa: F405
    learn.freeze() if o["stage"] == "frozen" else learn.unfreeze()

    def probabilities():
        learn.model.eval()
        with torch.no_grad():
            return learn.model(first).softmax(1)

    before = probabilities()
    losses = steps.Losses(a.bs, False)
    learn.callbacks = [losses]
    lr_find(learn, o["start_lr"], o["end_lr"], o["num_it"], o["stop_div"])  # noqa: F405
    recorder = learn.recorder
    # "Min loss divided by 10" of `recorder.plot(skip_start=2, skip_end=2, suggestion=True)`.
    shown = [float(x) for x in recorder.losses[2:-2]]
    return dict(
        options=o,
        lrs=[float(lr) for lr in recorder.lrs],
        losses=losses.values,
        smooth=[float(x) for x in recorder.losses],
        minimum=float(recorder.lrs[2:-2][np.argmin(shown)]) / 10 if len(shown) > 2 else None,
        restored=float((probabilities() - before).abs().max()),
    )


def both(a, o, grey, labels):
    found, other = (search(a, o, grey, labels, f) for f in (torch.contiguous_format, torch.channels_last))
    print(len(found["losses"]), len(other["losses"]), found["minimum"], found["restored"], flush=True)
    for own, its in zip(found["losses"], other["losses"]):
        print(f"  {own:.5f} {its:.5f} {abs(own - its) / max(own, 1e-9):.1e}", flush=True)
    return {**found, "losses_other_kernels": other["losses"]}


if __name__ == "__main__":
    p = steps.arguments(__doc__)
    p.set_defaults(steps=5)
    a = p.parse_args()
    grey, labels = steps.drawn(a)
    searches = {name: both(a, o, grey, labels) for name, o in SEARCHES.items()}
    steps.write(a, grey, labels, lr_searches=searches, adam=steps.ADAM, momentum=MOMENTUM)
