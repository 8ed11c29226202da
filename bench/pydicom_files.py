"""Writes the grey levels and colours of all DICOM files in a folder as pydicom reads them, for pydicomFiles.ts.

    pip install pydicom numpy pillow pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg pylibjpeg-rle python-gdcm
    python bench/pydicom_files.py FOLDER OUT
    npm run trial:pydicom -- OUT

pydicom's own test files lie in pydicom/data/test_files of its package, and more in the repository pydicom-data. Grey
values go through pydicom's modality LUT and its VOI LUT or window, and the result is spread over the range that
greyLevels.ts gives it. Of several frames the first one is taken.
"""

import json
import logging
import sys
import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.pixels import apply_color_lut, apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

warnings.simplefilter("ignore")
logging.disable(50)

PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def first(ds, *names):
    for name in names:
        ds = ds[name][0] if ds is not None and name in ds and ds[name].value else None
    return ds


def place(ds, group, attribute):
    """The data set that holds an attribute: the frame's functional group, the shared one, or the image itself."""
    for groups in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"):
        found = first(ds, groups, group)
        if found is not None and attribute in found:
            return found
    return ds


def full_range(ds, rescale):
    low, high = (-(2 ** (ds.BitsStored - 1)), 2 ** (ds.BitsStored - 1) - 1) if ds.PixelRepresentation else (0, 2**ds.BitsStored - 1)
    if "ModalityLUTSequence" in rescale:
        return 0, 2 ** int(rescale.ModalityLUTSequence[0].LUTDescriptor[2]) - 1
    if "RescaleSlope" in rescale:
        return tuple(v * float(rescale.RescaleSlope) + float(rescale.RescaleIntercept) for v in (low, high))
    return low, high


def has_table(voi):
    return bool(voi.get("VOILUTSequence")) and len(voi.VOILUTSequence[0].get("LUTData", b"") or b"") > 0


def largest(table):
    data = table.LUTData
    return max(np.frombuffer(data, np.uint16 if table.LUTDescriptor[2] > 8 else np.uint8) if isinstance(data, bytes) else data)


def greys(ds):
    stored = pixel_array(ds, index=0)
    rescale = place(ds, "PixelValueTransformationSequence", "RescaleIntercept")
    voi = place(ds, "FrameVOILUTSequence", "WindowCenter")
    values = apply_modality_lut(stored, rescale)
    padding = np.zeros(stored.shape, bool)
    value = ds.get("PixelPaddingValue")
    if value is not None and not isinstance(value, bytes):
        limit = ds.get("PixelPaddingRangeLimit", value)
        padding = (stored >= min(value, limit)) & (stored <= max(value, limit))
    if has_table(voi):
        shown, low, high = apply_voi_lut(values, voi), 0, largest(voi.VOILUTSequence[0])
    elif voi.get("WindowCenter") not in (None, "", b""):
        window = Dataset()
        window.update(voi)
        for name in ("BitsStored", "PixelRepresentation", "PhotometricInterpretation"):
            setattr(window, name, ds.get(name))
        for name in ("RescaleSlope", "RescaleIntercept", "ModalityLUTSequence"):
            if name in rescale:
                setattr(window, name, rescale[name].value)
        shown = apply_voi_lut(values, window, prefer_lut=False)
        low, high = full_range(ds, rescale)
    else:
        slope, intercept = (float(rescale.get(name) or other) for name, other in (("RescaleSlope", 1), ("RescaleIntercept", 0)))
        plain = ds.BitsStored == 8 and not ds.PixelRepresentation and "ModalityLUTSequence" not in rescale and (slope, intercept) == (1, 0)
        shown = values
        low, high = (0, 255) if plain else (values[~padding].min(), values[~padding].max())
    grey = 255 * np.clip((shown.astype(float) - low) / (high - low), 0, 1) if high > low else np.zeros(stored.shape)
    if ds.PhotometricInterpretation == "MONOCHROME1":
        grey = 255 - grey
    grey[padding] = 0
    return grey


def levels(ds):
    if not getattr(ds, "file_meta", None) or "TransferSyntaxUID" not in ds.file_meta:
        implicit, little = ds.original_encoding
        ds.file_meta = getattr(ds, "file_meta", None) or FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian
    ds.setdefault("BitsStored", ds.BitsAllocated)
    ds.setdefault("PixelRepresentation", 0)
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        colours = apply_color_lut(pixel_array(ds, index=0), ds)
        return colours * (255 / (2 ** ds.RedPaletteColorLookupTableDescriptor[2] - 1))
    if ds.SamplesPerPixel == 3:
        return pixel_array(ds, index=0) * (255 / (2**ds.BitsStored - 1))
    return greys(ds)


def read(file):
    """What is known of a file; None for one that is no DICOM."""
    try:
        ds = pydicom.dcmread(file, force=True)
        if not any(name in ds for name in PIXELS + ("SOPClassUID",)):
            return None
        if not any(name in ds for name in PIXELS):
            return {"kind": "no pixels"}
        frames = int(ds.get("NumberOfFrames") or 1)
        return {"kind": "frames" if frames > 1 else "image", "levels": np.asarray(levels(ds), np.float32)}
    except Exception as error:  # Whatever a decoder or a damaged file makes of it.
        return {"kind": "unreadable", "error": f"{type(error).__name__}: {error}"[:200]}


folder, out = Path(sys.argv[1]), Path(sys.argv[2])
out.mkdir(parents=True, exist_ok=True)
index = []
for file in sorted(path for path in folder.rglob("*") if path.is_file()):
    known = read(file)
    if known is None or (known["kind"] == "unreadable" and file.suffix not in ("", ".dcm")):
        continue
    values = known.pop("levels", None)
    if values is not None:
        known["values"], known["shape"] = f"{len(index)}.f32", values.shape
        values.tofile(out / known["values"])
    index.append({"file": str(file), **known})
(out / "index.json").write_text(json.dumps(index))
