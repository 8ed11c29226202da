"""Rewrites a state dict of PyTorch as safetensors: torch_to_safetensors.py IN OUT

`torch.save` writes a zip archive since PyTorch 1.6: the state dict as a pickle, and each storage as a file of its own. Before
that it wrote five pickles, one after the other: a number that marks the format, its version, the sizes of C's types, the state
dict, the names of its storages; each storage follows as its length and its bytes. Needs neither PyTorch nor NumPy, and
nothing in the file is executed: a pickle may name ordered dicts and tensors, and everything else is refused. Only
tensors of floats are written; the integer counters of batch norms are left out. A state dict may lie in a dict under
"state_dict" or "model", as training programs keep it.
"""

import array
import collections
import json
import math
import pickle
import struct
import sys
import zipfile

MAGIC = 0x1950A86A20F9469CFC6C
# By storage: what safetensors calls its type, and the bytes of an element.
FLOATS = {"HalfStorage": ("F16", 2), "BFloat16Storage": ("BF16", 2), "FloatStorage": ("F32", 4), "DoubleStorage": ("F64", 8)}
ELEMENT_BYTES = {"LongStorage": 8, **{kind: size for kind, (_, size) in FLOATS.items()}}

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
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda tensor, *_: tensor
        if module == "torch" and name.endswith("Storage"):
            return name
        raise Refused(f"it asks for {module}.{name}, which no state dict needs")

    def persistent_load(self, pid):
        _, kind, key, *_ = pid
        return Storage(kind, key)


def read_state_dict(file):
    """The tensors of floats of an open file, as (name, type, shape, bytes). Raises Refused for anything but such a file."""
    try:
        state, storages = zipped(file) if zipfile.is_zipfile(file) else pickled(file)
        return list(float_tensors(state, storages))
    except Refused:
        raise
    except Exception as error:  # A damaged pickle fails in many ways.
        raise Refused(f"it is damaged or no state dict ({type(error).__name__}: {error})") from error


def zipped(file):
    """The state dict of PyTorch's present format, and its storages' bytes by key."""
    archive = zipfile.ZipFile(file)
    pickles = [name for name in archive.namelist() if name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise Refused("it is a zip archive that PyTorch did not write")
    folder = pickles[0][: -len("data.pkl")]
    if folder + "byteorder" in archive.namelist() and archive.read(folder + "byteorder") != b"little":
        raise Refused("it was written by a big-endian machine")
    state = checked(StateDictUnpickler(archive.open(pickles[0])).load())
    storages = {tensor.storage.key: archive.read(f"{folder}data/{tensor.storage.key}") for tensor in state.values()}
    return state, storages


def pickled(file):
    """The same of the format before PyTorch 1.6."""
    file.seek(0)

    def load():
        return StateDictUnpickler(file).load()

    if load() != MAGIC:
        raise Refused("it is no file of PyTorch")
    load()
    load()
    state, keys = checked(load()), load()
    if not isinstance(keys, list):
        raise Refused("it holds no state dict")
    types = {tensor.storage.key: tensor.storage.type for tensor in state.values()}
    storages = {}
    for key in keys:
        (length,) = struct.unpack("<q", file.read(8))
        size = length * ELEMENT_BYTES[types[key]]
        storages[key] = file.read(size)
        if len(storages[key]) != size:
            raise Refused("it is cut short")
    return state, storages


def checked(state):
    """The state dict in what was pickled: tensors by name."""
    if not isinstance(state, dict):
        raise Refused("it holds no state dict")
    inner = [state[key] for key in ("state_dict", "model") if isinstance(state.get(key), dict)]
    if inner:
        return checked(inner[0])
    for name, tensor in state.items():
        if not isinstance(name, str) or not isinstance(tensor, Tensor):
            raise Refused(f"it holds more than tensors: {name!r}")
        if tensor.storage.type not in ELEMENT_BYTES:
            raise Refused(f"its tensor {name} is of {tensor.storage.type}")
    return state


def float_tensors(state, storages):
    for name, (storage, offset, shape, strides, *_) in state.items():
        if storage.type not in FLOATS:
            continue
        kind, element = FLOATS[storage.type]
        whole, size = storages[storage.key], math.prod(shape)
        last = offset + sum((length - 1) * stride for length, stride in zip(shape, strides))
        if offset < 0 or min(strides, default=0) < 0 or (size > 0 and element * (max(last, size - 1) + 1) > len(whole)):
            raise Refused(f"its tensor {name} reaches beyond its storage")
        if strides == contiguous(shape):
            yield name, kind, shape, whole[element * offset : element * (offset + size)]
        else:
            yield name, kind, shape, row_by_row(whole, element, offset, shape, strides)


def contiguous(shape):
    """The strides of a tensor whose elements lie one behind the other, row by row."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def row_by_row(storage, element, offset, shape, strides):
    """The bytes of a tensor whose elements lie in another order, such as one that was transposed."""
    places = [offset]
    for length, stride in zip(shape, strides):
        places = [place + step * stride for place in places for step in range(length)]
    elements = memoryview(storage).cast({2: "H", 4: "I", 8: "Q"}[element])
    return array.array(elements.format, (elements[place] for place in places)).tobytes()


def write_safetensors(path, tensors):
    header, end = {}, 0
    for name, kind, shape, data in tensors:
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for *_, data in tensors:
            out.write(data)


if __name__ == "__main__":
    source, target = sys.argv[1:]
    try:
        with open(source, "rb") as opened:
            write_safetensors(target, read_state_dict(opened))
    except Refused as refused:
        sys.exit(f"{source} is not a file that can be read: {refused}.")
