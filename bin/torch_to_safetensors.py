"""Rewrites a state dict of PyTorch's first file format as safetensors: torch_to_safetensors.py IN OUT

The format (before PyTorch 1.6) is five pickles: a number that marks it, its version, the sizes of C's types, the state
dict, the names of its storages. Each storage follows as its length and its bytes. Needs neither PyTorch nor NumPy, and
nothing in the file is executed: a pickle may name ordered dicts and tensors, and everything else is refused. Only
tensors of float32 are written; the integer counters of batch norms are left out.
"""

import collections
import json
import math
import pickle
import struct
import sys

MAGIC = 0x1950A86A20F9469CFC6C
FLOATS = "FloatStorage"
ELEMENT_BYTES = {FLOATS: 4, "LongStorage": 8}

Storage = collections.namedtuple("Storage", "type key")
Tensor = collections.namedtuple("Tensor", "storage offset shape strides requires_grad hooks")


class Refused(Exception):
    """The file is not what it should be; the message says why."""


class StateDictUnpickler(pickle.Unpickler):
    """Knows the few names that a state dict needs."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return Tensor
        if module == "torch" and name.endswith("Storage"):
            return name
        raise Refused(f"it asks for {module}.{name}, which no state dict needs")

    def persistent_load(self, pid):
        _, kind, key, *_ = pid
        return Storage(kind, key)


def read_state_dict(file):
    """The float32 tensors of an open file, as (name, shape, bytes). Raises Refused for anything but such a file."""
    try:
        return list(float_tensors(file))
    except Refused:
        raise
    except Exception as error:  # A damaged pickle fails in many ways.
        raise Refused(f"it is damaged or no state dict ({type(error).__name__}: {error})") from error


def float_tensors(file):
    def load():
        return StateDictUnpickler(file).load()

    if load() != MAGIC:
        raise Refused("it is no file of PyTorch's first format")
    load()
    load()
    state, keys = load(), load()
    if not isinstance(state, dict) or not isinstance(keys, list):
        raise Refused("it holds no state dict")
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise Refused(f"it holds more than tensors: {name!r}")
        if tensor.storage.type not in ELEMENT_BYTES:
            raise Refused(f"its tensor {name} is of {tensor.storage.type}")
    types = {tensor.storage.key: tensor.storage.type for tensor in state.values()}
    storages = {}
    for key in keys:
        (length,) = struct.unpack("<q", file.read(8))
        size = length * ELEMENT_BYTES[types[key]]
        storages[key] = file.read(size)
        if len(storages[key]) != size:
            raise Refused("it is cut short")
    for name, (storage, offset, shape, strides, *_) in state.items():
        if storage.type != FLOATS:
            continue
        if strides != contiguous(shape):
            raise Refused(f"its tensor {name} is not contiguous")
        size = 4 * math.prod(shape)
        data = storages[storage.key][4 * offset : 4 * offset + size]
        if offset < 0 or len(data) != size:
            raise Refused(f"its tensor {name} reaches beyond its storage")
        yield name, shape, data


def contiguous(shape):
    """The strides of a tensor whose elements lie one behind the other, row by row."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def write_safetensors(path, tensors):
    header, end = {}, 0
    for name, shape, data in tensors:
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for _, _, data in tensors:
            out.write(data)


if __name__ == "__main__":
    source, target = sys.argv[1:]
    try:
        with open(source, "rb") as opened:
            write_safetensors(target, read_state_dict(opened))
    except Refused as refused:
        sys.exit(f"{source} is not a file that can be read: {refused}.")
