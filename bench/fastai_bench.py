"""What the programs that measure fastai v1 and v2 have in common: flags, variants, readings.

Each case has variants of which the better counts: memory layouts for step and valid, loader processes for epoch and
load. Every variant runs in a process of its own; --variant asks for one.
"""

import argparse
import json
import os
import resource
import signal
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


def run(measure, description):
    """Runs a program: --json CASE prints one JSON object, made by measure(arguments) in each variant's process."""
    a = arguments(description)
    # fastai draws its progress on standard output, which is for the result.
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(best_variant(a.json) if a.variant is None else measured(a, measure)), file=out, flush=True)


def arguments(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", required=True, choices=list(VARIANTS), metavar="CASE")
    parser.add_argument("--model", default="resnet50", choices=["resnet50"])
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--bs", type=int, default=32)
    parser.add_argument("--phase", default="unfrozen", choices=["frozen", "unfrozen"])
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--dir", help="folder with train and valid (or test), for epoch and load")
    parser.add_argument("--oracle", default=os.path.join(os.path.dirname(__file__), "..", "..", "shared", "oracle"))
    parser.add_argument("--weights", help="v1: folder of the tfjs ResNet-50; random weights without, which are as fast")
    parser.add_argument("--variant")
    a = parser.parse_args()
    if a.json in ("epoch", "load") and not a.dir:
        parser.error("name a folder of images with --dir")
    return a


def best_variant(case):
    # Ends the variant's process too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results = []
    for variant in VARIANTS[case]:
        command = [sys.executable, *sys.argv, "--variant", variant]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        results.append(json.loads(printed))
    best = max(results, key=lambda result: result["imgPerSec"])
    return {**best, "variants": {result["variant"]: result["imgPerSec"] for result in results}}


def measured(a, measure):
    settings = {name: getattr(a, name) for name in ("variant", "model", "size", "bs")}
    if a.json in ("step", "epoch"):
        settings["phase"] = a.phase
    return {**settings, **measure(a)}


def valid_folder(a):
    return "valid" if os.path.isdir(os.path.join(a.dir, "valid")) else "test"


def ready_batches(a, count):
    """A PyTorch data set whose items are whole batches: two of noise, handed out in turn."""
    import torch

    class Ready(torch.utils.data.Dataset):
        c, classes = 2, ["A", "B"]

        def __init__(self):
            generator = torch.Generator().manual_seed(0)
            pixels = [torch.randn(a.bs, 3, a.size, a.size, generator=generator) for _ in range(2)]
            if a.variant == "channels_last":
                pixels = [x.contiguous(memory_format=torch.channels_last) for x in pixels]
            self.drawn = [(x, torch.arange(a.bs) % 2) for x in pixels]

        def __len__(self):
            return count

        def __getitem__(self, i):
            return self.drawn[i % 2]

    return torch.utils.data.DataLoader(Ready(), batch_size=None)


def step_result(a, times, losses):
    """times: the end of each step, in seconds, those of the warm-up too."""
    if len(times) != WARM_UP + a.steps or not all(abs(loss) < float("inf") for loss in losses):
        sys.exit(f"this is no training: {len(times)} steps, losses {losses}")
    ms = 1000 * statistics.median(after - before for before, after in zip(times[WARM_UP - 1 :], times[WARM_UP:]))
    return dict(imgPerSec=rounded(1000 * a.bs / ms), msPerStep=rounded(ms), steps=a.steps, peakRssMB=peak_mb())


def valid_result(a, predict):
    predict()
    rate = a.steps * a.bs / statistics.median(seconds_of(predict) for _ in range(PASSES))
    return dict(imgPerSec=rounded(rate), steps=a.steps, peakRssMB=peak_mb())


def epoch_result(images, load, fit):
    """load and fit: seconds."""
    seconds = load + fit
    return dict(
        images=images,
        seconds=rounded(seconds),
        imgPerSec=rounded(images / seconds),
        loadSeconds=rounded(load),
        peakRssMB=peak_mb(),
    )


def load_result(images, seconds):
    return dict(images=images, imgPerSec=rounded(images / seconds), peakRssMB=peak_mb())


def seconds_of(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak_mb():
    """Of this process; loader processes are not counted."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def rounded(value):
    return float(f"{value:.4g}")
