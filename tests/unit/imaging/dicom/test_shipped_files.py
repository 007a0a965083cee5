"""Every file that pydicom ships is read, or refused with a reason that says what it is."""

import fnmatch
import io
import re
import warnings
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread, dcmwrite
from pydicom.data.data_manager import DATA_ROOT

from covid_model.common.errors import RadiographError
from covid_model.imaging.archives import START
from covid_model.imaging.dicom.checks import is_other_modality
from covid_model.imaging.formats import kind_of
from covid_model.imaging.reader import read_radiograph

ROOT = Path(DATA_ROOT)
SHIPPED = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("charset_files", "palettes", "test_files")
    for path in (ROOT / folder).rglob("*")
    if path.is_file() and path.suffix not in (".py", ".pyc")
)
READ = "read"
KIND = "Received: (content of another kind|text|an archive)"
EMPTY = "holds no picture"
SMALL = "at least 64 pixels a side"
DAMAGED = "damaged or not standard"
NOT_SAID = "does not say its PhotometricInterpretation"
TABLE = {  # the first pattern that fits; what another release of pydicom ships may be anything
    "charset_files/chr[JK]*Multi*.dcm": EMPTY,
    "charset_files/chrSQ*.dcm": EMPTY,
    "charset_files/*.dcm": SMALL,
    "palettes/*.dcm": EMPTY,
    "test_files/dicomdirtests/77654033/CR1/*": "frontal view .* view LL",
    "test_files/dicomdirtests/77654033/CR[23]/*": "body part CSPINE",
    "test_files/dicomdirtests/98892003/MR*": "modality MR",
    "test_files/dicomdirtests/*README*": KIND,
    "test_files/dicomdirtests/*DICOMDIR*": "table of contents of a study",
    "test_files/dicomdirtests/*": "modality CT",
    "test_files/693_J2KI.dcm": "modality CT",
    "test_files/CT_small.dcm": "modality CT",
    "test_files/J2K_pixelrep_mismatch.dcm": "modality CT",
    "test_files/ExplVR_BigEnd.dcm": "modality US",
    "test_files/ExplVR_*NoMeta.dcm": "modality RTPLAN",
    "test_files/GDCMJ2K_TextGBR.dcm": READ,
    "test_files/JPEGLSNearLossless_*.dcm": SMALL,
    "test_files/JPEG*.dcm": "modality NM",
    "test_files/JPGExtended.dcm": "modality NM",
    "test_files/MR_*.dcm": "modality MR",
    "test_files/SC_rgb_*2frame.dcm": "2 frames",
    "test_files/SC_rgb_rle_32bit.dcm": "8 to 16 bits .* 32 bits",
    "test_files/SC_rgb_small*.dcm": SMALL,
    "test_files/SC_*.dcm": READ,
    "test_files/UN_sequence.dcm": DAMAGED,
    "test_files/badVR.dcm": "modality RTDOSE",
    "test_files/empty_charset_LEI.dcm": EMPTY,
    "test_files/examples_overlay.dcm": "modality MR",
    "test_files/examples_*.dcm": "modality US",
    "test_files/image_dfl.dcm": READ,
    "test_files/liver_*.dcm": "modality SEG",
    "test_files/meta_missing_tsyntax.dcm": NOT_SAID,
    "test_files/nested_priv_SQ.dcm": NOT_SAID,
    "test_files/no_meta.dcm": KIND,
    "test_files/no_meta_group_length.dcm": EMPTY,
    "test_files/priv_SQ.dcm": EMPTY,
    "test_files/reportsi*.dcm": "modality SR",
    "test_files/test-SR.dcm": "modality SR",
    "test_files/rtdose*.dcm": "modality RTDOSE",
    "test_files/rtplan*.dcm": "modality RTPLAN",
    "test_files/rtstruct.dcm": "modality RTSTRUCT",
    "test_files/waveform_ecg.dcm": "modality ECG",
    **dict.fromkeys(("*.dump", "*.gz", "*.icc", "*.json", "*.md", "*.txt"), KIND),
}
# Those that hold one picture, large enough, but of another modality.
PICTURES = {
    "693_J2KI.dcm": READ,
    "CT_small.dcm": READ,
    "J2K_pixelrep_mismatch.dcm": READ,
    "JPEG-lossy.dcm": READ,
    "JPEG2000-embedded-sequence-delimiter.dcm": "holds a picture of 3722445056 x 1024",
    "JPEG2000.dcm": READ,
    "JPGExtended.dcm": READ,
    "MR_small.dcm": READ,
    "MR_small_RLE.dcm": READ,
    "MR_small_bigendian.dcm": READ,
    "MR_small_implicit.dcm": READ,
    "MR_small_jp2klossless.dcm": READ,
    "MR_small_jpeg_ls_lossless.dcm": READ,
    "MR_small_padded.dcm": READ,
    "MR_truncated.dcm": "holds 8130 bytes of pixels where its header asks for 8192",
    "examples_jpeg2k.dcm": READ,
    "examples_overlay.dcm": READ,
    "examples_palette.dcm": "Received: PALETTE COLOR",
    "examples_rgb_color.dcm": READ,
    "liver_1frame.dcm": READ,
}


def outcome(data):
    """``READ`` or the reason of the refusal, with the pixels held to their promise."""
    with warnings.catch_warnings(record=True) as leaked:
        warnings.simplefilter("always")
        try:
            pixels = read_radiograph(data).pixels
        except RadiographError as error:
            result = str(error)
        else:
            result = READ
            assert (pixels.ndim, pixels.dtype) == (2, np.float32)
            assert 0 <= pixels.min() < pixels.max() <= 1
    assert not leaked
    return result


def as_radiograph(name):
    """A shipped file that says to be a digital radiograph."""
    ds = dcmread(ROOT / "test_files" / name, force=True)
    ds.Modality = "DX"
    for keyword in ("PatientOrientation", "BodyPartExamined"):
        if keyword in ds:
            del ds[keyword]
    stream = io.BytesIO()
    dcmwrite(stream, ds, enforce_file_format=True)
    return stream.getvalue()


def test_pydicom_ships_its_files():
    assert len(SHIPPED) > 150


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_file_is_read_or_refused_with_its_reason(name):
    fitting = (TABLE[pattern] for pattern in TABLE if fnmatch.fnmatchcase(name, pattern))
    result = outcome((ROOT / name).read_bytes())
    assert re.search(next(fitting, ""), result), result


@pytest.mark.parametrize("name", SHIPPED)
def test_a_modality_is_told_by_the_start_of_a_file(name):
    data = (ROOT / name).read_bytes()
    if kind_of(data) == "DICOM" and is_other_modality(data[:START]):
        assert re.search("modality [A-Z]+|table of contents", outcome(data))


def test_the_usual_modalities_are_told():
    for name, other in (
        ("CT_small.dcm", True),
        ("MR_small_implicit.dcm", True),
        ("image_dfl.dcm", False),
    ):
        data = (ROOT / "test_files" / name).read_bytes()
        assert is_other_modality(data[:START]) == other, name


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_every_shipped_picture_is_read_as_a_radiograph(name):
    result = outcome(as_radiograph(name))
    assert PICTURES[name] in result


@pytest.mark.parametrize(
    "name", ["RLE", "bigendian", "implicit", "jp2klossless", "jpeg_ls_lossless"]
)
def test_the_same_picture_stored_losslessly_in_other_ways_is_the_same(name):
    plain = read_radiograph(as_radiograph("MR_small.dcm")).pixels
    np.testing.assert_array_equal(
        read_radiograph(as_radiograph(f"MR_small_{name}.dcm")).pixels, plain
    )
