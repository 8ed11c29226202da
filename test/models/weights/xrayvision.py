"""What torchxrayvision's DenseNet-121 says of an X-ray of one channel, with drawn weights: xrayvision.json.

    PYTHONPATH=test/parity/oracle:FOLDER python xrayvision.py

FOLDER holds `fastai_v1.py`; torchxrayvision (1.5.7 here) is installed. Weights and image are drawn by the hash of `nets.py`, the
image in the net's own range, from -1024 to 1024.
"""
import json
import numpy as np, torch, torchxrayvision
from nets import drawn, initial

SIZE = 64
net = torchxrayvision.models.DenseNet(num_classes=18, in_channels=1).eval()
with torch.no_grad():
    for name, t in net.state_dict().items():
        if t.is_floating_point() and name.startswith("features."):
            t.copy_(torch.tensor(initial(name, tuple(t.shape))))
    image = torch.tensor(1024 * drawn("image", SIZE * SIZE).reshape(1, 1, SIZE, SIZE))
    features = net.features(image)
found = dict(size=SIZE, shape=list(features.shape), largest=float(features.abs().max()), values=features.flatten()[::64].tolist())
with open(__file__.replace(".py", ".json"), "w") as out:
    json.dump(found, out)
    out.write("\n")
