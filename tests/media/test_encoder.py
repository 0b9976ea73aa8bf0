import io

import av
import numpy as np
import pytest

from simulator.media.encoder import H264Encoder, JpegEncoder, make_encoder, parameter_sets
from simulator.media.format import StreamFormat
from simulator.wire.rtp import h264

PROFILE_IDC = {"Baseline": 66, "Main": 77, "High": 100}


def pictures(count, width=320, height=180):
    for index in range(count):
        i420 = np.full((height * 3 // 2, width), 128, np.uint8)
        i420[:height] = np.linspace(30, 200, width, dtype=np.uint8)
        i420[40:80, index * 4 : index * 4 + 40] = 235
        yield i420


def form_of(profile="Main", **options):
    return StreamFormat("H264", 320, 180, 15.0, profile=profile, **options)


@pytest.mark.parametrize("profile", ["Baseline", "Main", "High"])
@pytest.mark.parametrize("effort", ["live", "loop"])
def test_every_effort_writes_the_parameter_sets_that_are_announced(profile, effort):
    form = form_of(profile)
    encoder = H264Encoder(form, effort)
    unit = encoder.encode(next(pictures(1)))
    nals = h264.nal_units(unit.data)
    announced = parameter_sets(form)
    assert [h264.nal_type(nal) for nal in nals] == [h264.SPS, h264.PPS, h264.IDR_SLICE]
    assert nals[:2] == [announced.sps, announced.pps]
    assert announced.sps[1] == PROFILE_IDC[profile]


def test_an_independent_decoder_gets_each_picture_at_once():
    encoder = H264Encoder(form_of(bitrate_bps=1_000_000))
    decoder = av.CodecContext.create("h264", "r")
    decoder.flags |= av.codec.context.Flags.low_delay
    for picture in pictures(12):
        (decoded,) = decoder.decode(av.Packet(encoder.encode(picture).data))
        difference = decoded.to_ndarray()[:180].astype(int) - picture[:180]
        assert np.abs(difference).mean() < 4


def test_key_frames_come_first_and_when_forced_and_otherwise_never():
    encoder = H264Encoder(form_of())
    keys = [encoder.encode(p, key=i == 7).keyframe for i, p in enumerate(pictures(60))]
    assert [index for index, key in enumerate(keys) if key] == [0, 7]


def test_a_forced_key_frame_is_an_idr_with_parameter_sets():
    encoder = H264Encoder(form_of())
    first, second = (encoder.encode(p, key=True) for p in pictures(2))
    for unit in (first, second):
        kinds = [h264.nal_type(nal) for nal in h264.nal_units(unit.data)]
        assert kinds == [h264.SPS, h264.PPS, h264.IDR_SLICE]


def test_the_bitrate_is_kept_on_a_noisy_picture():
    form = form_of(bitrate_bps=500_000)
    encoder = H264Encoder(form)
    noise = np.random.default_rng(1)
    size = 0
    for index in range(90):
        i420 = noise.integers(0, 255, (270, 320), dtype=np.uint8)
        size += len(encoder.encode(i420, key=index % 30 == 0).data)
    assert size * 8 * 15 / 90 == pytest.approx(500_000, rel=0.35)


def test_jpeg_is_baseline_420_with_the_standard_huffman_tables():
    picture = next(pictures(1))
    data = JpegEncoder(75).encode(picture).data
    assert data[:2] == b"\xff\xd8"
    assert b"\xff\xc0" in data  # SOF0
    sof = data.index(b"\xff\xc0")
    components = [data[sof + 10 + 3 * n : sof + 13 + 3 * n] for n in range(3)]
    assert [component[1] for component in components] == [0x22, 0x11, 0x11]
    dc_luma = bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]) + bytes(range(12))
    assert dc_luma in data  # ITU-T T.81 table K.3
    with av.open(io.BytesIO(data), format="jpeg_pipe") as container:
        decoded = next(container.decode(video=0)).to_ndarray(format="bgr24")
    assert decoded.shape == (180, 320, 3)


def test_quality_makes_the_difference():
    picture = next(pictures(1))
    sizes = [len(JpegEncoder(quality).encode(picture).data) for quality in (20, 60, 95)]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[2] / 2


def test_the_encoder_follows_the_format():
    assert isinstance(make_encoder(form_of()), H264Encoder)
    assert isinstance(make_encoder(StreamFormat("JPEG", 320, 180, 5.0)), JpegEncoder)
