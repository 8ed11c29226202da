"""Chains of fastai 1.0.61's transforms, with resize methods and padding modes, to compare with.

    PYTHONPATH=FOLDER python chains.py --seed 1 --out chains.json

FOLDER holds `fastai_v1.py`, which runs fastai 1.0.61 on today's PyTorch. `xray parity chains.json` replays what is
written. Inputs are waves by a formula (see `drawn`), parameters are drawn by the seed and fixed: a range of ours whose
ends are equal. Sizes are shrunk much and little, and enlarged; wide and tall. A `crop` of what is narrower than it is left
out: fastai cuts from a negative place there, and one column is left; ours leaves the narrow side whole.
"""
import argparse, json, random
import fastai_v1  # noqa: F401
import numpy as np, torch
from fastai.vision import *  # noqa: F403
from fastai.vision.image import RandTransform

THEIRS = dict(brightness=brightness, contrast=contrast, crop=crop, cropPad=crop_pad, flipLr=flip_lr, pad=pad, rotate=rotate,
              symmetricWarp=symmetric_warp, zoom=zoom)
METHODS = dict(crop=ResizeMethod.CROP, pad=ResizeMethod.PAD, squish=ResizeMethod.SQUISH)


def drawn(height, width, phase):
    """RGB, 3 x height x width, in 256 steps of 0..1: 0.5 + 0.5 sin(0.11 row + 0.07 column (1 + channel) + phase)."""
    row, column = np.mgrid[0:height, 0:width]
    waves = [0.5 + 0.5 * np.sin(0.11 * row + 0.07 * column * (1 + channel) + phase) for channel in range(3)]
    return torch.tensor((np.floor(255 * np.stack(waves) + 0.5) / 255).astype(np.float32))


def fixed(ours):
    """fastai's transform with the parameters of ours."""
    name = ours["name"]
    one = lambda key: ours[key][0]
    params = dict(
        brightness=lambda: dict(change=one("change")),
        contrast=lambda: dict(scale=one("scale")),
        crop=lambda: dict(size=ours["size"], row_pct=one("rowPct"), col_pct=one("colPct")),
        cropPad=lambda: dict(row_pct=one("rowPct"), col_pct=one("colPct")),
        flipLr=dict,
        pad=lambda: dict(padding=ours["padding"], mode=ours["mode"]),
        rotate=lambda: dict(degrees=one("degrees")),
        symmetricWarp=lambda: dict(magnitude=[one("magnitude")] * 4),
        zoom=lambda: dict(scale=one("scale"), row_pct=one("rowPct"), col_pct=one("colPct")),
    )[name]()
    return RandTransform(THEIRS[name], kwargs=params, resolved=dict(params), do_run=True, is_random=False)


def chains(seed, size):
    r = random.Random(seed)
    u = lambda low, high: [round(r.uniform(low, high), 3)] * 2
    of = lambda name, **ranges: dict(name=name, p=1, **ranges)
    place = lambda: dict(rowPct=u(0, 1), colPct=u(0, 1))

    for (height, width) in ((90, 130), (120, 60), (30, 27), (16, 20)):
        for method in METHODS:
            for mode in ("reflection", "zeros", "border"):
                many = [of("rotate", degrees=u(-15, 15)), of("zoom", scale=u(1.02, 1.3), **place()), of("symmetricWarp", magnitude=u(-0.2, 0.2)),
                        of("brightness", change=u(0.4, 0.6)), of("contrast", scale=u(0.8, 1.25)), of("flipLr")]
                some = [[], [of("rotate", degrees=u(-30, 30))], many, [of("pad", padding=4, mode=mode)] + ([] if method == "pad" else [of("crop", size=size, **place())])]
                transforms = some[r.randrange(4)] if seed != 0 else some[3]
                if method != "squish":
                    transforms = transforms + [of("cropPad", **place())]
                yield dict(height=height, width=width, phase=round(r.uniform(0, 6), 3), size=size, resizeMethod=method, paddingMode=mode, transforms=transforms)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--size", type=int, default=24)
    parser.add_argument("--out", required=True)
    a = parser.parse_args()
    written = []
    for chain in chains(a.seed, a.size):
        image = Image(drawn(chain["height"], chain["width"], chain["phase"]))
        try:
            theirs = image.apply_tfms([fixed(ours) for ours in chain["transforms"]], do_resolve=False, size=chain["size"],
                                      resize_method=METHODS[chain["resizeMethod"]], padding_mode=chain["paddingMode"])
        except RuntimeError as error:  # PyTorch reflects no further than an image is wide
            print("left out:", chain, error)
            continue
        output = theirs.data.permute(1, 2, 0).numpy()
        written.append(dict(chain, output=[round(float(value), 4) for value in output.flatten()]))
    with open(a.out, "w") as file:
        json.dump(dict(chains=written), file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
