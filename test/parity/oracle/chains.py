"""Chains of fastai 1.0.61's transforms, with resize methods and padding modes, to compare with.

    PYTHONPATH=FOLDER python chains.py --seed 1 --out chains.json

FOLDER holds `fastai_v1.py`, which runs fastai 1.0.61 on today's PyTorch. `xray parity chains.json` replays what is
written. Inputs are waves by a formula (see `drawn`), parameters are drawn by the seed and fixed: a range of ours whose
ends are equal. Sizes are shrunk much and little, and enlarged; wide and tall. A `crop` of what is narrower than it is left
out: fastai cuts from a negative place there, and one column is left; ours leaves the narrow side whole.

What jitter, cutout and dihedral draw is recorded as fastai draws it (`steps`): noise of each pixel's x and y in 0..1, the
centres of holes as parts of the image's sides, and which of the eight.
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


class Drawing:
    """Runs fastai's jitter, cutout or dihedral_affine, and notes what it draws."""

    def __init__(self, r, kind):
        self.kind, self.noted = kind, {}
        params = dict(jitter=lambda: dict(magnitude=round(r.uniform(0.01, 0.1), 3)), cutout=lambda: dict(n_holes=r.randint(1, 3), length=r.randint(3, 12)),
                      dihedral=lambda: dict(k=r.randrange(8)))[kind]()
        theirs = dict(jitter=jitter, cutout=cutout, dihedral=dihedral_affine)[kind]
        self.transform = RandTransform(theirs, kwargs=params, resolved=dict(params), do_run=True, is_random=False)
        self.params = params

    def __enter__(self):
        self.kept = torch.rand_like, np.random.randint
        if self.kind == "jitter":
            torch.rand_like = lambda flow: self.note("noise", self.kept[0](flow))
        if self.kind == "cutout":
            np.random.randint = lambda low, high: self.note("places", (self.kept[1](low, high), high))[0]
        return self

    def __exit__(self, *_):
        torch.rand_like, np.random.randint = self.kept

    def note(self, name, value):
        self.noted.setdefault(name, []).append(value)
        return value

    def step(self):
        if self.kind == "jitter":
            return dict(kind="jitter", magnitude=self.params["magnitude"], noise=[round(float(v), 5) for v in self.noted["noise"][0].flatten()])
        if self.kind == "cutout":
            parts = [round((at + 0.5) / side, 5) for at, side in self.noted["places"]]  # row, column, row, column
            return dict(kind="cutout", holes=[list(hole) for hole in zip(parts[::2], parts[1::2])], length=self.params["length"])
        return dict(kind="dihedral", k=self.params["k"])


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

    def write(chain, drawings=()):
        image = Image(drawn(chain["height"], chain["width"], chain["phase"]))
        try:
            theirs = image.apply_tfms([*[fixed(ours) for ours in chain["transforms"]], *[d.transform for d in drawings]], do_resolve=False, size=chain["size"],
                                      resize_method=METHODS[chain["resizeMethod"]], padding_mode=chain["paddingMode"])
        except RuntimeError as error:  # PyTorch reflects no further than an image is wide
            print("left out:", chain, error)
            return
        output = theirs.data.permute(1, 2, 0).numpy()
        written.append(dict(chain, **dict(steps=[d.step() for d in drawings]) if drawings else {}, output=[round(float(value), 4) for value in output.flatten()]))

    for chain in chains(a.seed, a.size):
        write(chain)
    r = random.Random(a.seed)
    np.random.seed(a.seed), torch.manual_seed(a.seed)
    for kind in ("jitter", "cutout", "dihedral") * 3:
        turned = [dict(name="rotate", p=1, degrees=[round(r.uniform(-20, 20), 3)] * 2)] * r.randrange(2)
        height, width = r.choice(((60, 90), (50, 40), (18, 22)))
        cut = [dict(name="cropPad", p=1, rowPct=[0.5, 0.5], colPct=[0.5, 0.5])]
        chain = dict(height=height, width=width, phase=round(r.uniform(0, 6), 3), size=a.size, resizeMethod="crop", paddingMode="reflection", transforms=turned + cut)
        with Drawing(r, kind) as drawing:
            write(chain, [drawing])
    with open(a.out, "w") as file:
        json.dump(dict(chains=written), file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
