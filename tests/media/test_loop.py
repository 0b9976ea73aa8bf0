from itertools import pairwise

import attrs
import pytest

from simulator.media.format import StreamFormat
from simulator.media.look import Look
from simulator.media.loop import Loop, LoopFileError, load_loop, make_loop_file, render_loop
from simulator.scene.view import View

VIEW = View((0.0, 0.0, 5.0), 10.0, 0.0, 60.0)


@pytest.fixture
def look(form):
    return Look("square", 1, 2.0, VIEW, form)


def painter_of(scene):
    return lambda look: scene.painter


def test_the_key_depends_on_everything_that_is_seen(look):
    others = [
        attrs.evolve(look, world="other"),
        attrs.evolve(look, seed=2),
        attrs.evolve(look, period_s=3.0),
        attrs.evolve(look, view=attrs.evolve(VIEW, pan_deg=11.0)),
        attrs.evolve(look, form=attrs.evolve(look.form, bitrate_bps=1)),
    ]
    assert len({look.key, *(other.key for other in others)}) == 6
    assert attrs.evolve(look).key == look.key


@pytest.mark.parametrize(
    ("period_s", "fps", "length"),
    [(20.0, 15.0, 300), (2.5, 5.0, 25), (0.3, 15.0, 9), (1.5, 25.0, 75)],
)
def test_a_loop_is_a_whole_number_of_frames_and_periods(look, period_s, fps, length):
    other = attrs.evolve(look, period_s=period_s, form=attrs.evolve(look.form, fps=fps))
    assert other.length == length
    assert length / fps / period_s == pytest.approx(round(length / fps / period_s))


def test_a_loop_that_would_be_too_long_is_none(look):
    odd = attrs.evolve(look, period_s=19.999, form=attrs.evolve(look.form, fps=29.97))
    assert odd.length == 0


def test_loops_begin_at_different_frames_of_the_group(look):
    starts = {attrs.evolve(look, seed=seed).start for seed in range(50)}
    assert len(starts) > 5
    assert max(starts) < look.form.gov_length


def test_frame_k_shows_the_world_at_its_capture_time_in_every_round(
    look, scene, decode, square_left
):
    loop = Loop(look, render_loop(look, scene.painter))
    first = loop.next_key(300)
    indexes = range(first, first + 3 * len(loop))
    pictures = decode([loop.frame(index) for index in indexes])
    assert len(pictures) == 3 * len(loop)
    for index, picture in zip(indexes, pictures, strict=True):
        frame = loop.frame(index)
        assert frame.time_s == index / 10.0
        (seen,) = frame.objects
        expected = 2 * round((frame.time_s % 2.0) / 2.0 * 144)
        assert seen.box[0] == expected
        assert abs(square_left(picture) - expected) <= 2


def test_key_frames_are_a_group_apart_across_the_seam(look, scene):
    loop = Loop(look, render_loop(look, scene.painter))
    keys = [index for index in range(100, 160) if loop.frame(index).keyframe]
    assert {b - a for a, b in pairwise(keys)} == {10}
    assert keys == [index for index in range(100, 160) if loop.is_key(index)]
    assert loop.next_key(keys[0] + 1) == keys[1]


def test_a_frame_is_packetised_once_for_all_rounds_and_cameras(look, scene):
    loop = Loop(look, render_loop(look, scene.painter))
    assert loop.frame(5).packets is loop.frame(5 + len(loop)).packets
    assert loop.frame(7) is loop.frame(7)


def test_a_loop_comes_back_from_its_file_unchanged(look, scene, tmp_path):
    path = str(tmp_path / "x.loop")
    make_loop_file(look, painter_of(scene), path)
    loaded = load_loop(look, path)
    direct = Loop(look, render_loop(look, scene.painter))
    for index in range(len(direct)):
        ours, other = loaded.frame(index), direct.frame(index)
        assert (ours.keyframe, ours.objects, ours.time_s) == (
            other.keyframe,
            other.objects,
            other.time_s,
        )
        assert list(ours.packets.packets(0, 0, 0)) == list(other.packets.packets(0, 0, 0))
    assert [p.name for p in tmp_path.glob("x*")] == ["x.loop"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"x" + data[1:],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: data[:40],
        lambda data: data.replace(b",[[", b",[{", 1),
        lambda data: data[:-9] + b"?" + data[-8:],
    ],
)
def test_a_damaged_file_is_refused(look, scene, tmp_path, damage):
    path = tmp_path / "x.loop"
    make_loop_file(look, painter_of(scene), str(path))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(LoopFileError, match=r"x\.loop"):
        load_loop(look, str(path))


def test_jpeg_loops_are_all_key_frames(look, scene):
    form = StreamFormat("JPEG", 320, 176, 5.0)
    still = attrs.evolve(look, form=form)
    loop = Loop(still, render_loop(still, scene.painter))
    assert len(loop) == 10
    assert all(loop.is_key(index) for index in range(10))
