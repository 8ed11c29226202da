"""The nets themselves under fastai 1.0.61's head, with drawn weights: their forward pass and one training step.

    PYTHONPATH=FOLDER python nets.py --out nets.json

FOLDER holds `fastai_v1.py`, which runs fastai 1.0.61 on today's PyTorch; `efficientnet_lite_pytorch` is installed.
`xray parity nets.json` computes the same. fastai's `cnn_learner` makes each net from torchvision's or that package's, without
dropout. Its weights, statistics and the images are drawn by a hash that both sides compute (see `drawn`), so the record stays small: of each variable it keeps a few values after the step, at
places that divide it evenly, how large its values are, and how far the step has moved the farthest of all. `other_layout`:
how far PyTorch is from itself where it computes the same in another layout in memory, since a step of a deep net makes much
of the last bits.
"""
import argparse, json, tempfile
import fastai_v1  # noqa: F401
import numpy as np, torch
from efficientnet_lite_pytorch import EfficientNet
from fastai.basic_data import DataBunch
from fastai.vision import *  # noqa: F403


class LiteFeatures(nn.Module):  # noqa: F405
    """The features of `efficientnet_lite_pytorch`'s EfficientNet-Lite0 (PyPI, 0.1.0), without its stochastic depth."""

    def __init__(self):
        super().__init__()
        net = EfficientNet.from_name("efficientnet-lite0")
        self._conv_stem, self._bn0, self._blocks = net._conv_stem, net._bn0, net._blocks
        self._conv_head, self._bn1 = net._conv_head, net._bn1
        for m in self.modules():
            if isinstance(m, nn.BatchNorm2d):  # noqa: F405
                m.momentum = 0.1  # TensorFlow's is 0.01; ours says why it is not taken.
            if "static_padding" in m._modules:
                # fast.ai would take the padding inside a convolution for the layer.
                object.__setattr__(m, "static_padding", m._modules.pop("static_padding"))

    def forward(self, x):
        # Ours takes images that fast.ai's imagenet_stats normalises; these weights were trained on 0..255 less 127, by 128.
        mean, std = (torch.tensor(each).view(3, 1, 1) for each in imagenet_stats)  # noqa: F405
        x = (255 * (std * x + mean) - 127) / 128
        x = F.relu6(self._bn0(self._conv_stem(x)))  # noqa: F405
        for block in self._blocks:
            x = block(x)
        return F.relu6(self._bn1(self._conv_head(x)))  # noqa: F405


def efficientnet_lite0(pretrained=False):
    return nn.Sequential(LiteFeatures(), nn.AdaptiveAvgPool2d(1))  # noqa: F405


# fast.ai knows no cut and split of it.
CUTS = {"efficientNetLite0": dict(cut=-1, split_on=lambda m: (m[0][0]._blocks[8], m[1]))}
# Ours: torchvision's, and one of its own package.
NETS = dict(resnet18=models.resnet18, resnet101=models.resnet101, mobilenetV2=models.mobilenet_v2, densenet121=models.densenet121, efficientNetLite0=efficientnet_lite0)  # noqa: F405
PLACES = 6
# A way that is shorter, beside the largest value, is lost in the last bits.
SHORTEST = 1e-5


def hash32(values):
    """MurmurHash3's finalizer of 32-bit numbers."""
    x = values.astype(np.uint32)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        x = (x ^ (x >> np.uint32(shift))) * np.uint32(factor)
    return x ^ (x >> np.uint32(16))


def drawn(name, size):
    """Numbers from -1 to 1: the hash of each index times 0x9E3779B1, plus the hash of the name's bytes (h = 31 h + byte)."""
    seed = 0
    for byte in name.encode():
        seed = (31 * seed + byte) & 0xFFFFFFFF
    mixed = np.arange(size, dtype=np.uint32) * np.uint32(0x9E3779B1) + hash32(np.array([seed], np.uint32))
    return (hash32(mixed) / 2**31 - 1).astype(np.float32)


def initial(name, shape):
    """Weights by He; in batch norms weights about 0.4, variances about 1, biases and means about 0."""
    part = name.rsplit(".", 1)[1]
    values = drawn(name, int(np.prod(shape))).reshape(shape)
    if part == "weight" and len(shape) > 1:
        return values * np.float32(np.sqrt(6 / np.prod(shape[1:])))
    return {"weight": lambda: 0.4 + 0.1 * values, "running_var": lambda: 1 + 0.3 * values}.get(part, lambda: 0.1 * values)()


def draw(model, prefix=""):
    """Gives a model its initial variables; `prefix` stands before their names."""
    with torch.no_grad():
        for name, t in variables(model).items():
            t.copy_(torch.tensor(initial(prefix + name, tuple(t.shape))))


def variables(model):
    return {name: t for name, t in model.state_dict().items() if t.is_floating_point()}


def at_places(values):
    flat = values.detach().flatten().double()
    return flat[[int((k + 0.5) * len(flat) / PLACES) for k in range(PLACES)]]


def images(a):
    """Normalised, of 8 x 8 cells, each image with a colour of its own: what is alike in all images would be noise to batch norm."""
    times = a.size // 8
    cells = drawn("cells", a.bs * 8 * 8 * 3).reshape(a.bs, 8, 8, 3).repeat(times, 1).repeat(times, 2)
    x = 1.5 * cells + drawn("colours", a.bs * 3).reshape(a.bs, 1, 1, 3)
    return torch.tensor(x.astype(np.float32)).permute(0, 3, 1, 2).contiguous(), torch.arange(a.bs) % 2


def train(a, arch, layout, cut):
    """Layer groups, logits before a step, its loss, the variables after it and where they were before."""
    x, y = images(a)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, y), batch_size=a.bs)
    data = DataBunch(loader, loader, path=tempfile.mkdtemp())
    data.c = 2
    learn = cnn_learner(data, arch, pretrained=False, **cut)  # noqa: F405
    for m in learn.model.modules():
        if isinstance(m, nn.Dropout):  # noqa: F405
            m.p = 0.0  # With `ps=0` there would be none, and the head's parts would have other numbers.
    learn.unfreeze()
    draw(learn.model)
    learn.model.to(memory_format=layout)
    before = {name: t.clone() for name, t in variables(learn.model).items()}
    learn.model.eval()
    with torch.no_grad():
        logits = learn.model(x)
    learn.model.train()
    loss = F.cross_entropy(learn.model(x), y)  # noqa: F405
    loss.backward()
    with torch.no_grad():
        for p in learn.model.parameters():
            p -= a.lr * p.grad
    groups = [sum(p.numel() for p in group.parameters()) for group in learn.layer_groups]
    return groups, logits, float(loss), variables(learn.model), before


def record(a, arch, cut):
    groups, logits, loss, after, before = train(a, arch, torch.contiguous_format, cut)
    _, _, other_loss, other, _ = train(a, arch, torch.channels_last, cut)
    step, ways = {}, []
    for name, t in after.items():
        values = at_places(t)
        moved = float((t - before[name]).abs().max())
        step[name] = dict(values=[float(f"{v:.9g}") for v in values], largest=float(t.abs().max()), moved=moved)
        if moved > SHORTEST * step[name]["largest"]:
            ways.append(float((values - at_places(other[name])).abs().max()) / moved)
    other_layout = dict(loss=abs(other_loss - loss) / loss, step=dict(mean=float(np.mean(ways)), farthest=max(ways)))
    print(groups, logits[0].tolist(), loss, other_layout, len(step), len(ways), flush=True)
    return dict(groups=groups, logits=logits.tolist(), loss=loss, other_layout=other_layout, step=step)


if __name__ == "__main__":
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--out", required=True)
    p.add_argument("--size", type=int, default=64)
    p.add_argument("--bs", type=int, default=8)
    p.add_argument("--lr", type=float, default=1e-5, help="of plain gradient descent")
    a = p.parse_args()
    nets = {name: record(a, arch, CUTS.get(name, {})) for name, arch in NETS.items()}
    with open(a.out, "w") as out:
        json.dump(dict(size=a.size, bs=a.bs, lr=a.lr, places=PLACES, shortest=SHORTEST, nets=nets), out, separators=(",", ":"))
        out.write("\n")
