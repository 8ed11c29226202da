"""Predictions of fastai 1.0.61's own `learn.TTA`, to compare with.

    PYTHONPATH=FOLDER python tta.py --weights WEIGHTS --out tta.json

FOLDER holds `fastai_v1.py`, which runs fastai 1.0.61 on today's PyTorch with the ImageNet ResNet-50 of WEIGHTS.
`xray parity tta.json` predicts the same images. They are drawn; the head's weights follow a formula, as in trace.py.
Transforms of training have fixed parameters or none, so that nothing depends on a generator.
"""
import base64, json, pathlib, tempfile
import fastai_v1 as v1
import numpy as np, PIL.Image
from fastai.vision import *  # noqa: F403
from trace import arguments, head_value

# What stays in the passes, in our names, and fastai's for it; flips and crops are those of the passes.
KEPT = [
    ([], []),
    ([dict(name="rotate", p=1, degrees=[8, 8]), dict(name="contrast", p=1, scale=[1.2, 1.2])], [rotate(degrees=(8.0, 8.0)), contrast(scale=(1.2, 1.2))]),  # noqa: F405
]


def drawn(r, label):
    height, width = r.integers(40, 90, 2)
    y, x = np.mgrid[0:height, 0:width] / 48
    waves = sum(np.sin(2 * np.pi * (r.uniform(-2, 2) * y + r.uniform(-2, 2) * x + r.uniform())) for _ in range(5))
    return np.clip(120 + 22 * waves + 30 * label, 0, 255).astype(np.uint8)


def main():
    p = arguments(__doc__)
    p.add_argument("--weights", required=True, help="folder of the tfjs ResNet50: model.json and its shards")
    a = p.parse_args()
    r = np.random.default_rng(a.seed)
    folder = pathlib.Path(tempfile.mkdtemp())
    images = [dict(set=part, label=i % 2, grey=drawn(r, i % 2)) for part in ("train", "valid") for i in range(a.bs)]
    for i, image in enumerate(images):
        file = folder / image["set"] / "ab"[image["label"]] / f"{i:02}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        PIL.Image.fromarray(image["grey"]).save(file)
        image["file"] = str(file.relative_to(folder))
    cases = []
    for method in ("crop", "squish"):
        for (ours, theirs), beta, scale in zip(KEPT, (0.4, 0.15), (1.35, 1.1)):
            train = [crop_pad(), flip_lr(p=0.5), *theirs]  # noqa: F405
            data = ImageDataBunch.from_folder(folder, ds_tfms=(train, [crop_pad()]), size=a.size, bs=2, num_workers=0, resize_method=getattr(ResizeMethod, method.upper())).normalize(imagenet_stats)  # noqa: F405
            learn = cnn_learner(data, lambda pretrained=True: v1.resnet50(a.weights), cut=-2, split_on=lambda m: (m[0][6], m[1]), ps=0.0)  # noqa: F405
            for k, m in enumerate(m for m in learn.model[1].modules() if isinstance(m, nn.Linear)):  # noqa: F405
                m.weight.data, m.bias.data = torch.tensor(head_value(tuple(m.weight.shape), k)), torch.zeros_like(m.bias)  # noqa: F405
            plain = learn.get_preds()[0]
            probabilities = learn.TTA(beta=beta, scale=scale)[0]
            order = [str(pathlib.Path(file).relative_to(folder)) for file in data.valid_ds.items]
            cases.append(dict(resizeMethod=method, transforms=ours, beta=beta, scale=scale,
                              plain=dict(zip(order, plain[:, 1].tolist())), tta=dict(zip(order, probabilities[:, 1].tolist()))))
    drawings = [dict(file=i["file"], shape=list(i["grey"].shape), grey=base64.b64encode(i["grey"].tobytes()).decode()) for i in images]
    with open(a.out, "w") as out:
        json.dump(dict(size=a.size, images=drawings, tta=cases), out)


if __name__ == "__main__":
    main()
