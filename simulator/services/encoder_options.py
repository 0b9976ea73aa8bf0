"""What a video encoder configuration can be: for now, what it is (no client can change it).

A range has its present value at both ends, which tells a client that it is read-only.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from simulator.device.state import VideoEncoderConfiguration

Shape = dict[str, Any]
Encoders = Sequence[VideoEncoderConfiguration]


def encoder_options(encoders: Encoders) -> Shape:
    """Return ``tt:VideoEncoderConfigurationOptions`` (Media 1) that cover all ``encoders``."""
    shape: Shape = {"QualityRange": _range(round(one.quality) for one in encoders)}
    extension: Shape = {}
    for encoding in ("JPEG", "H264"):
        those = [one for one in encoders if one.encoding == encoding]
        if those:
            shape[encoding] = _options_of(encoding, those)
            bitrates = _range(one.bitrate_kbps for one in those)
            extension[encoding] = {**shape[encoding], "BitrateRange": bitrates}
    return {**shape, "Extension": extension}


def encoder_2_options(encoders: Encoders) -> list[Shape]:
    """Return one ``tt:VideoEncoder2ConfigurationOptions`` (Media 2) for each encoding."""
    encodings = dict.fromkeys(one.encoding for one in encoders)
    return [_options_2([one for one in encoders if one.encoding == name]) for name in encodings]


def _options_of(encoding: str, those: Encoders) -> Shape:
    shape: Shape = {
        "ResolutionsAvailable": _sizes(those),
        "FrameRateRange": _range(round(one.fps) for one in those),
        "EncodingIntervalRange": {"Min": 1, "Max": 1},
    }
    if encoding == "H264":
        shape["GovLengthRange"] = _range(one.gov_length for one in those)
        shape["H264ProfilesSupported"] = _profiles(those)
    return shape


def _options_2(those: Encoders) -> Shape:
    shape: Shape = {
        "@FrameRatesSupported": sorted({one.fps for one in those}, reverse=True),
        "@ConstantBitRateSupported": False,
        "Encoding": those[0].encoding,
        "QualityRange": _range(one.quality for one in those),
        "ResolutionsAvailable": _sizes(those),
        "BitrateRange": _range(one.bitrate_kbps for one in those),
    }
    if those[0].encoding == "H264":
        lengths = _range(one.gov_length for one in those)
        shape["@GovLengthRange"] = [lengths["Min"], lengths["Max"]]
        shape["@ProfilesSupported"] = _profiles(those)
    return shape


def _sizes(those: Encoders) -> list[Shape]:
    sizes = dict.fromkeys((one.width, one.height) for one in those)
    return [{"Width": width, "Height": height} for width, height in sizes]


def _profiles(those: Encoders) -> list[str]:
    return list(dict.fromkeys(one.profile for one in those if one.profile))


def _range(values: Iterable[float]) -> Shape:
    ordered = sorted(values)
    return {"Min": ordered[0], "Max": ordered[-1]}
