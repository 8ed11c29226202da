"""DICOM files with the grey levels and colours that pydicom shows, as fixture for pydicom.test.ts.

    python pydicom.py > pydicom.json        with pydicom 3, pylibjpeg-openjpeg, pyjpegls and Pillow

Grey levels are pydicom's modality and VOI values from the window's or table's lowest to its highest output, as 0 to
255, turned round for MONOCHROME1. Images are drawn; no file is of a patient.
"""
import base64, io, json, sys, warnings

sys.path.pop(0)  # where this file, called like the package, would be found first
import numpy as np, pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels import apply_modality_lut, apply_voi_lut, pixel_array
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian,
    JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless, RLELossless,
)

warnings.filterwarnings("ignore")
H, W = 12, 14
t = np.arange(H * W)
wave = np.sin(t / 11.0)
colour = np.stack([128 + 100 * np.sin(t / (9.0 + 4 * k) + k) for k in range(3)], -1).round().astype(np.uint8).reshape(H, W, 3)


def dataset(values, bits, **tags):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", "1.2.3"
    ds.Rows, ds.Columns = values.shape[:2]
    ds.SamplesPerPixel = 3 if values.ndim == 3 else 1
    if values.ndim == 3:
        ds.PlanarConfiguration = 0
    ds.PhotometricInterpretation = "RGB" if values.ndim == 3 else "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8 * values.itemsize, bits, bits - 1
    ds.PixelRepresentation = int(values.dtype.kind == "i")
    for name, value in tags.items():
        setattr(ds, name, value)
    return ds


def table(first, bits, entries):
    lut = Dataset()
    lut.LUTDescriptor = [len(entries), first, bits]
    lut["LUTDescriptor"].VR = "US"
    lut.add_new(0x00283006, "US", [int(v) for v in entries])
    return [lut]


def stored(ds, values, syntax, frame=None):
    """The file's bytes, native, encoded by pydicom, or with the given compressed frame."""
    little = syntax != ExplicitVRBigEndian
    ds.file_meta.TransferSyntaxUID = syntax
    if frame is not None:
        ds.PixelData = encapsulate([frame])
        ds["PixelData"].VR = "OB"
    elif syntax in (RLELossless, JPEGLSLossless, JPEG2000Lossless):
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.compress(syntax, values, generate_instance_uid=False)
    else:
        ds.PixelData = values.astype(values.dtype.newbyteorder("<" if little else ">")).tobytes()
        ds["PixelData"].VR = "OB" if values.itemsize == 1 and little else "OW"
    file = io.BytesIO()
    ds.save_as(file, enforce_file_format=True)
    return file.getvalue()


def levels(file):
    ds = pydicom.dcmread(io.BytesIO(file))
    if ds.SamplesPerPixel == 3:
        return pixel_array(ds).astype(float)  # RGB, also where YBR is stored
    shown = np.asarray(apply_voi_lut(apply_modality_lut(ds.pixel_array, ds), ds), float)
    if "VOILUTSequence" in ds:
        low, high = 0, 2 ** int(ds.VOILUTSequence[0].LUTDescriptor[2]) - 1
    elif "WindowCenter" in ds:
        low, high = (-(2 ** (ds.BitsStored - 1)), 2 ** (ds.BitsStored - 1) - 1) if ds.PixelRepresentation else (0, 2**ds.BitsStored - 1)
        if "ModalityLUTSequence" in ds:
            low, high = 0, 2 ** int(ds.ModalityLUTSequence[0].LUTDescriptor[2]) - 1
        elif "RescaleSlope" in ds:
            low, high = (v * float(ds.RescaleSlope) + float(ds.RescaleIntercept) for v in (low, high))
    else:
        low, high = 0, 255
    grey = 255 * np.clip((shown - low) / (high - low), 0, 1)
    return 255 - grey if ds.PhotometricInterpretation == "MONOCHROME1" else grey


def unmarked(jpeg):
    """An RGB JPEG without Adobe's marker and with components called 1, 2, 3: nothing in it says RGB."""
    at = jpeg.index(b"\xff\xee")
    jpeg = bytearray(jpeg[:at] + jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") :])
    sof, sos = jpeg.index(b"\xff\xc0"), jpeg.index(b"\xff\xda")
    for k in range(3):
        jpeg[sof + 10 + 3 * k] = jpeg[sos + 5 + 2 * k] = k + 1
    return bytes(jpeg)


def jpeg(values, **options):
    file = io.BytesIO()
    Image.fromarray(values).save(file, "jpeg", quality=95, **options)
    return file.getvalue()


twelve = (2047 + 2047 * wave).round().astype(np.uint16).reshape(H, W)
signed = (900 * wave - 200).round().astype(np.int16).reshape(H, W)
eight = (127 + 120 * wave).round().astype(np.uint8).reshape(H, W)
linear = dict(WindowCenter="1800", WindowWidth="3000")
hounsfield = dict(RescaleSlope="1.5", RescaleIntercept="-300")
voi = table(1500, 10, (1023 * (np.arange(900) / 899) ** 0.5).round())
modality = table(1200, 16, (65535 * (np.arange(900) / 899) ** 2).round())

cases = []


def case(name, values, bits, syntax=ExplicitVRLittleEndian, frame=None, lossy=False, **tags):
    if syntax == JPEG2000Lossless:  # its encoder takes no smaller images
        values = np.concatenate([np.concatenate([values] * 3, 0)] * 3, 1)
    file = stored(dataset(values, bits, **tags), values, syntax, frame)
    cases.append(dict(name=name, lossy=lossy, file=base64.b64encode(file).decode(), levels=[round(float(v), 2) for v in levels(file).ravel()]))


for name, syntax in dict(implicit=ImplicitVRLittleEndian, explicit=ExplicitVRLittleEndian, big_endian=ExplicitVRBigEndian, deflated=DeflatedExplicitVRLittleEndian, rle=RLELossless, jpeg_ls=JPEGLSLossless, jpeg_2000=JPEG2000Lossless).items():
    case(f"12 bits, {name}", twelve, 12, syntax, **linear)
case("MONOCHROME1", twelve, 12, PhotometricInterpretation="MONOCHROME1", **linear)
case("LINEAR_EXACT", twelve, 12, VOILUTFunction="LINEAR_EXACT", **linear)
case("SIGMOID", twelve, 12, VOILUTFunction="SIGMOID", **linear)
case("signed, rescaled", signed, 16, WindowCenter="-400", WindowWidth="2000", **hounsfield)
case("signed, rescaled, big endian", signed, 16, ExplicitVRBigEndian, WindowCenter="-400", WindowWidth="2000", **hounsfield)
case("VOI table", twelve, 12, VOILUTSequence=voi)
case("modality table and window", twelve, 12, ModalityLUTSequence=modality, ModalityLUTType="US", WindowCenter="30000", WindowWidth="50000")
case("8 bits", eight, 8)
case("8 bits, deflated", eight, 8, DeflatedExplicitVRLittleEndian)
case("8 bits, rle", eight, 8, RLELossless)
case("RGB", colour, 8)
case("RGB, rle", colour, 8, RLELossless)
case("RGB, JPEG 2000", colour, 8, JPEG2000Lossless)
case("grey JPEG", eight, 8, JPEGBaseline8Bit, jpeg(eight), lossy=True)
case("JPEG of YBR", colour, 8, JPEGBaseline8Bit, jpeg(colour, subsampling=0), lossy=True, PhotometricInterpretation="YBR_FULL")
case("JPEG of RGB", colour, 8, JPEGBaseline8Bit, jpeg(colour, keep_rgb=True), lossy=True)
case("JPEG of RGB that does not say so", colour, 8, JPEGBaseline8Bit, unmarked(jpeg(colour, keep_rgb=True)), lossy=True)
print(json.dumps(cases))
