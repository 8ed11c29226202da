"""Small files in PyTorch's two formats, as fixture for readTorchFile.test.ts.

    python torchFile.py > torchFile.json        with PyTorch
"""
import base64, collections, io, json, os
import torch


def file(value, zipped=False):
    out = io.BytesIO()
    torch.save(value, out, _use_new_zipfile_serialization=zipped)
    return base64.b64encode(out.getvalue()).decode()


class Call:
    def __reduce__(self):
        return os.mkdir, ("made-by-a-pickle",)


whole = torch.arange(24, dtype=torch.float32)
state = collections.OrderedDict(
    {
        "conv.weight": (torch.arange(12, dtype=torch.float32) / 7).reshape(3, 2, 2, 1),
        "bn.bias": torch.tensor([0.5, -2.0]),
        "bn.num_batches_tracked": torch.tensor(7),
        "part": whole[6:18].reshape(3, 4),
        "parameter": torch.nn.Parameter(torch.tensor([3.0, 0.25])),
    }
)
# Exact in eight bits of fraction; the smallest half float beside them.
numbers = [0.0, -1.5, 1 / 3, 2**-24, 65504.0]
kinds = {kind: torch.tensor(numbers, dtype=getattr(torch, kind)) for kind in ("float16", "bfloat16", "float32", "float64")}
net = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3, bias=False), torch.nn.BatchNorm2d(2)).state_dict()
listed = lambda tensors: {k: dict(shape=list(v.shape), values=v.detach().float().reshape(-1).tolist()) for k, v in tensors.items() if v.is_floating_point()}
print(
    json.dumps(
        dict(
            state=dict(file=file(state), tensors=listed(state)),
            zipped=dict(file=file({"epoch": 3, "state_dict": state}, zipped=True), tensors=listed(state)),
            kinds=dict(file=file(kinds, zipped=True), tensors=listed(kinds)),
            net=dict(file=file(net, zipped=True), tensors=listed(net)),
            transposed=file({"turned": whole.reshape(4, 6).t()}),
            call=file({"weight": Call()}),
            zippedCall=file({"weight": Call()}, zipped=True),
            number=file({"epoch": 3}),
            list=file([torch.zeros(2)]),
            complex=file({"wide": torch.zeros(2, dtype=torch.complex64)}),
        )
    )
)
