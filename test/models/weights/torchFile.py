"""Small files in PyTorch's first format, as fixture for readTorchFile.test.ts.

    python torchFile.py > torchFile.json        with PyTorch
"""
import base64, collections, io, json, os
import torch


def file(value, **options):
    out = io.BytesIO()
    torch.save(value, out, _use_new_zipfile_serialization=False, **options)
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
    }
)
print(
    json.dumps(
        dict(
            state=dict(file=file(state), tensors={k: dict(shape=list(v.shape), values=v.reshape(-1).tolist()) for k, v in state.items() if v.is_floating_point()}),
            transposed=file({"turned": whole.reshape(4, 6).t()}),
            call=file({"weight": Call()}),
            number=file({"epoch": 3}),
            list=file([torch.zeros(2)]),
            doubles=file({"wide": torch.zeros(2, dtype=torch.float64)}),
        )
    )
)
