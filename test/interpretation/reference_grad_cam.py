"""Grad-CAM and LayerCAM of three images by formula, by PyTorch, and their occlusion by captum: reference_grad_cam.json.

python reference_grad_cam.py FOLDER_OF_THE_KERAS_RESNET50; `fastai_v1` (fastai 1.0.61 with that net) is importable.
The head's weights are by formula too, so that the file stays small.
"""
import json, sys
import fastai_v1
import numpy as np, torch, torch.nn as nn
from captum.attr import Occlusion
from fastai.layers import AdaptiveConcatPool2d, Flatten

SIZE = 96


def wave(n, step, scale, shift=0.0):
    return torch.tensor(scale * np.sin(step * np.arange(n, dtype=np.float64)) + shift, dtype=torch.float32)


net = fastai_v1.resnet50(sys.argv[1])
body = nn.Sequential(*list(net.children())[:-2]).eval()
head = nn.Sequential(
    AdaptiveConcatPool2d(1), Flatten(), nn.BatchNorm1d(4096), nn.Dropout(0.25), nn.Linear(4096, 512),
    nn.ReLU(inplace=True), nn.BatchNorm1d(512), nn.Dropout(0.5), nn.Linear(512, 2),
).eval()
for k, (norm, n) in enumerate([(head[2], 4096), (head[6], 512)]):
    norm.weight.data, norm.bias.data = wave(n, 0.7 + k, 0.2, 1.0), wave(n, 0.3 + k, 0.1)
    norm.running_mean, norm.running_var = wave(n, 0.5 + k, 0.2, 0.4), wave(n, 0.9 + k, 0.3, 1.0)
# Ours has [in, out]; the formula runs along that.
head[4].weight.data = wave(4096 * 512, 1.3, 0.05).reshape(4096, 512).T.contiguous()
head[8].weight.data = wave(512 * 2, 1.7, 0.1).reshape(512, 2).T.contiguous()
head[4].bias.data, head[8].bias.data = wave(512, 2.1, 0.1), wave(2, 2.3, 0.1)

def layer_cams(x, label):
    """LayerCAM (Jiang et al., 2021) behind layer1 and layer3, as children of the body are counted without the first ReLU."""
    found = {}
    for child, ours in ((4, 3), (6, 5)):
        activations = body[: child + 1](x).detach().requires_grad_()
        head(body[child + 1 :](activations))[0, label].backward()
        cam = (activations.grad[0].clamp(min=0) * activations.detach()[0]).sum(0).clamp(min=0)
        found[ours] = {"cells": cam.shape[0], "values": [float(f"{v:.7g}") for v in cam.flatten().tolist()]}
    return found


def log_odds(x, label):
    """What the class's logit is above the others together."""
    logits = head(body(x))
    others = torch.cat([logits[:, :label], logits[:, label + 1 :]], 1)
    return logits[:, label] - others.logsumexp(1)


def occlusion(x, label):
    """By captum, whose last square may reach over the end as ours does; one value of the three equal channels."""
    found = []
    for window, stride in ((12, 6), (20, 14)):
        with torch.no_grad():
            seen = Occlusion(lambda x: log_odds(x, label)).attribute(
                x, sliding_window_shapes=(3, window, window), strides=(3, stride, stride), baselines=0, perturbations_per_eval=16
            )
        # Every fifth pixel of every fifth row keeps the file small.
        values = seen[0, 0, ::5, ::5].flatten().tolist()
        found.append({"window": window, "stride": stride, "values": [float(f"{v:.7g}") for v in values]})
    return found


cases = []
for image in range(3):
    i, j, c = np.meshgrid(np.arange(SIZE), np.arange(SIZE), np.arange(3), indexing="ij")
    x = np.sin(0.11 * (image + 1) * i) + np.cos(0.07 * j * (c + 1)) + 0.5 * np.sin(0.013 * i * j)
    x = torch.tensor(x.transpose(2, 0, 1)[None], dtype=torch.float32)
    features = body(x).detach().requires_grad_()
    logits = head(features)
    label = image % 2
    logits[0, label].backward()
    weight = features.grad[0].mean((1, 2), keepdim=True)
    cam = (weight * features.detach()[0]).sum(0).clamp(min=0)
    cases.append({"label": label, "logits": logits[0].tolist(), "cam": cam.flatten().tolist(), "layerCam": layer_cams(x, label), "occlusion": occlusion(x, label)})
json.dump({"size": SIZE, "cases": cases}, open(__file__.replace(".py", ".json"), "w"))
