import io

import av
import pytest

from simulator.media.streams import BusyError, Streams, UnknownStreamError


def outcome(later):
    results = []
    later.then(lambda value, error: results.append(value or error))
    (result,) = results
    return result


@pytest.fixture
def open_streams(form):
    def open_streams(scene):
        stream = scene.stream(form, rendering="live")
        profiles = {"profile_main": "encoder_main", "profile_none": None}
        return Streams({"encoder_main": stream}, profiles.get, scene.shot, scene.studio)

    return open_streams


def test_a_stream_is_found_by_profile_and_by_encoder(scene, open_streams):
    streams = open_streams(scene)
    assert streams.by_profile("profile_main") is streams.by_encoder["encoder_main"]
    assert streams.by_profile("profile_none") is None
    assert streams.by_profile("nonsense") is None


def test_a_snapshot_shows_the_frame_of_now_in_the_size_of_the_stream(scene, open_streams):
    data = outcome(open_streams(scene).snapshot("profile_main", 100.57))
    with av.open(io.BytesIO(data), format="jpeg_pipe") as container:
        picture = next(container.decode(video=0))
    assert (picture.width, picture.height) == (320, 180)
    ((_, t, overlay),) = scene.painter.rendered
    assert (t, overlay) == (100.5, "at 100.5")


def test_who_asks_in_the_same_frame_shares_the_picture(scene, open_streams):
    streams = open_streams(scene)
    first = outcome(streams.snapshot("profile_main", 100.51))
    assert outcome(streams.snapshot("profile_main", 100.59)) is first
    streams.snapshot("profile_main", 100.61)
    assert len(scene.painter.rendered) == 2


def test_a_flood_of_snapshots_is_refused_beyond_four(held_scene, open_streams):
    streams = open_streams(held_scene)
    laters = [streams.snapshot("profile_main", 100.0 + 0.1 * n) for n in range(6)]
    assert [later.done for later in laters] == [False] * 4 + [True] * 2
    assert isinstance(outcome(laters[4]), BusyError)
    held_scene.workers.finish()
    assert outcome(laters[0]).startswith(b"\xff\xd8")
    assert not streams.snapshot("profile_main", 101.0).done


@pytest.mark.parametrize("profile", ["profile_none", "nonsense", ""])
def test_a_profile_without_stream_has_no_snapshot(scene, open_streams, profile):
    assert isinstance(outcome(open_streams(scene).snapshot(profile, 100.0)), UnknownStreamError)
