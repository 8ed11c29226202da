"""The same cases for fastai v1, to stand beside ours: fastai_v1_bench.py --json CASE prints one JSON object.

fastai itself runs, by its own calls; `fastai_v1.py` in the folder --oracle makes it run on today's PyTorch. Each case
has variants of which the better counts: memory layouts for step and valid, loader processes for epoch and load. Every
variant runs in a process of its own; --variant asks for one.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

VARIANTS = {
    "step": ["nchw", "channels_last"],
    "valid": ["nchw", "channels_last"],
    "epoch": ["0", "2"],
    "load": ["0", "2"],
}
WARM_UP = 2
PASSES = 3


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", required=True, choices=list(VARIANTS), metavar="CASE")
    parser.add_argument("--oracle", default=os.path.join(os.path.dirname(__file__), "..", "..", "shared", "oracle"))
    parser.add_argument("--weights", help="folder of the tfjs ResNet-50; random weights without, which are as fast")
    parser.add_argument("--model", default="resnet50", choices=["resnet50"])
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--bs", type=int, default=32)
    parser.add_argument("--phase", default="unfrozen", choices=["frozen", "unfrozen"])
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--dir", help="folder with train and valid (or test)")
    parser.add_argument("--variant")
    return parser.parse_args()


def best_variant(case):
    """Runs all variants, each in a process of its own, and returns the fastest one's result."""
    results = []
    for variant in VARIANTS[case]:
        command = [sys.executable, __file__, *sys.argv[1:], "--variant", variant]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        results.append(json.loads(printed))
    best = max(results, key=lambda result: result["imgPerSec"])
    return {**best, "variants": {result["variant"]: result["imgPerSec"] for result in results}}


def peak_mb():
    """Of this process; loader processes are not counted."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def rounded(value):
    return float(f"{value:.4g}")


def measure(a):
    sys.path.insert(0, a.oracle)
    import fastai_v1 as v1
    import fastai.vision as fv
    import torch

    def learner(data):
        body = lambda pretrained=True: v1.resnet50(a.weights) if a.weights else v1.ResNet50()  # noqa: E731
        learn = fv.cnn_learner(data, body, cut=-2, split_on=lambda m: (m[0][6], m[1]), loss_func=fv.CrossEntropyFlat())
        if a.phase == "unfrozen":
            learn.unfreeze()
        return learn

    class SkipValidation(fv.Callback):
        def on_epoch_begin(self, **kwargs):
            return {"skip_validate": True}

    class Ready(torch.utils.data.Dataset):
        """Two batches of noise, handed out in turn."""

        c, classes = 2, ["A", "B"]

        def __init__(self, batches):
            generator = torch.Generator().manual_seed(0)
            pixels = [torch.randn(a.bs, 3, a.size, a.size, generator=generator) for _ in range(2)]
            if a.variant == "channels_last":
                pixels = [x.contiguous(memory_format=torch.channels_last) for x in pixels]
            self.drawn, self.batches = [(x, torch.arange(a.bs) % 2) for x in pixels], batches

        def __len__(self):
            return self.batches

        def __getitem__(self, i):
            if i >= self.batches:
                raise IndexError(i)
            return self.drawn[i % 2]

    def ready_learner(train, valid):
        loaders = [torch.utils.data.DataLoader(Ready(n), batch_size=None) for n in (train, valid)]
        data = fv.DataBunch(*loaders, fix_dl=loaders[1], collate_fn=lambda batch: batch, no_check=True)
        learn = learner(data)
        if a.variant == "channels_last":
            learn.model.to(memory_format=torch.channels_last)
        return learn

    def folder_data():
        valid = "valid" if os.path.isdir(os.path.join(a.dir, "valid")) else "test"
        return fv.ImageDataBunch.from_folder(
            a.dir,
            train="train",
            valid=valid,
            ds_tfms=fv.get_transforms(),
            size=a.size,
            bs=a.bs,
            num_workers=int(a.variant),
        ).normalize(fv.imagenet_stats)

    def step():
        times, losses = [], []

        class Clock(SkipValidation):
            def on_batch_end(self, last_loss, **kwargs):
                times.append(time.perf_counter())
                losses.append(float(last_loss))

        learn = ready_learner(WARM_UP + a.steps, 1)
        learn.fit(1, slice(1e-6, 1e-4), callbacks=[Clock()])
        assert all(loss == loss and abs(loss) != float("inf") for loss in losses), losses
        ms = 1000 * statistics.median(b - a for a, b in zip(times[WARM_UP - 1 :], times[WARM_UP:]))
        return dict(imgPerSec=rounded(1000 * a.bs / ms), msPerStep=rounded(ms), steps=a.steps, peakRssMB=peak_mb())

    def valid():
        learn = ready_learner(1, a.steps)
        predict = lambda: learn.get_preds(fv.DatasetType.Valid, with_loss=True)  # noqa: E731
        predict()
        seconds = []
        for _ in range(PASSES):
            start = time.perf_counter()
            predict()
            seconds.append(time.perf_counter() - start)
        rate = a.steps * a.bs / statistics.median(seconds)
        return dict(imgPerSec=rounded(rate), steps=a.steps, peakRssMB=peak_mb())

    def epoch():
        start = time.perf_counter()
        data = folder_data()
        load = time.perf_counter() - start
        learn = learner(data)
        rate = slice(3e-3) if a.phase == "frozen" else slice(1e-6, 1e-4)
        start = time.perf_counter()
        learn.fit_one_cycle(1, rate, callbacks=[SkipValidation()])
        seconds = load + time.perf_counter() - start
        images = len(data.train_dl) * a.bs
        return dict(
            images=images,
            seconds=rounded(seconds),
            imgPerSec=rounded(images / seconds),
            loadSeconds=rounded(load),
            peakRssMB=peak_mb(),
        )

    def load():
        start = time.perf_counter()
        data = folder_data()
        images = sum(len(y) for _, y in data.train_dl)
        seconds = time.perf_counter() - start
        return dict(images=images, imgPerSec=rounded(images / seconds), peakRssMB=peak_mb())

    settings = dict(variant=a.variant, model=a.model, size=a.size, bs=a.bs, threads=torch.get_num_threads())
    if a.json in ("step", "epoch"):
        settings["phase"] = a.phase
    return {**settings, **dict(step=step, valid=valid, epoch=epoch, load=load)[a.json]()}


def main():
    a = arguments()
    if a.json in ("epoch", "load") and not a.dir:
        sys.exit("Name a folder of images with --dir.")
    # fastai draws its progress on standard output, which is for the result.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(best_variant(a.json) if a.variant is None else measure(a)), file=out, flush=True)


if __name__ == "__main__":
    main()
