from itertools import pairwise

import attrs
import pytest

from simulator.media.format import StreamFormat
from simulator.media.standins import StandIns
from simulator.media.stream import SETTLE_S


def advance(scene, seconds):
    """Advance in steps, so that held workers could be asked for their results in between."""
    scene.clock.advance(seconds)


def times_rise_on_the_grid(frames, fps=10.0):
    times = [frame.time_s for frame in frames]
    assert times == sorted(set(times))
    assert all(frame.time_s == frame.index / fps for frame in frames)


def test_nothing_is_rendered_until_somebody_watches(scene, form, recorder):
    stream = scene.stream(form, rendering="live")
    advance(scene, 1.0)
    assert scene.painter.rendered == []
    stream.attach(recorder)
    advance(scene, 0.45)
    assert len(scene.painter.rendered) == 5
    stream.detach(recorder)
    advance(scene, 1.0)
    assert len(scene.painter.rendered) == 5
    assert not stream.watched


def test_live_pictures_are_of_their_capture_time_with_view_and_overlay(scene, form, recorder):
    stream = scene.stream(form, rendering="live", phase=0.5)
    scene.pan_deg = 33.0
    stream.attach(recorder)
    advance(scene, 0.3)
    assert [(view.pan_deg, t, text) for view, t, text in scene.painter.rendered] == [
        (33.0, 100.0, "at 100.0"),
        (33.0, 100.1, "at 100.1"),
        (33.0, 100.2, "at 100.2"),
    ]


def test_a_live_stream_decodes_and_has_a_key_frame_every_group(scene, form, recorder, decode):
    stream = scene.stream(form, rendering="live")
    assert stream.attach(recorder) == 100.0
    advance(scene, 3.5)
    assert recorder.keys == [1000, 1010, 1020, 1030]
    assert len(decode(recorder.frames)) == len(recorder.frames) == 36
    times_rise_on_the_grid(recorder.frames)


def test_all_clients_get_the_same_frames(scene, form, make_recorder):
    stream = scene.stream(form, rendering="live")
    first, second = make_recorder(), make_recorder()
    stream.attach(first)
    stream.attach(second)
    advance(scene, 1.0)
    assert len(scene.painter.rendered) == len(first.frames)
    assert all(a is b for a, b in zip(first.frames, second.frames, strict=True))


def test_a_client_that_joins_a_live_stream_forces_a_key_frame(scene, form, make_recorder):
    stream = scene.stream(form, rendering="live")
    first, second = make_recorder(), make_recorder()
    stream.attach(first)
    advance(scene, 0.43)
    start_s = stream.attach(second)
    advance(scene, 0.2)
    assert second.frames[0].keyframe
    assert second.frames[0].time_s == start_s == 100.5


def test_key_frames_cannot_be_forced_faster_than_four_a_second(scene, form, recorder):
    stream = scene.stream(form, rendering="live")
    stream.attach(recorder)
    for _ in range(20):
        advance(scene, 0.1)
        stream.request_key()
    assert 6 <= len(recorder.keys) <= 9


def test_a_late_live_frame_is_skipped_not_queued(held_scene, form, recorder, decode):
    stream = held_scene.stream(form, rendering="live")
    stream.attach(recorder)
    advance(held_scene, 0.35)
    assert len(held_scene.workers.waiting) == 1
    held_scene.workers.finish()
    assert recorder.indexes == [1000]
    assert stream.skipped == 3
    advance(held_scene, 0.1)
    held_scene.workers.finish()
    assert recorder.indexes == [1000, 1004]
    assert len(decode(recorder.frames)) == 2


def test_a_stream_of_loops_waits_for_the_next_key_frame(scene, form, recorder, decode):
    stream = scene.stream(form, rendering="loop")
    stream.prepare()
    start_s = stream.attach(recorder)
    advance(scene, 4.0)
    assert recorder.frames[0].keyframe
    assert recorder.frames[0].time_s == start_s < 101.0
    assert len(decode(recorder.frames)) == len(recorder.frames)
    assert recorder.indexes == list(range(recorder.indexes[0], 1041))


def test_two_cameras_with_one_look_share_its_packets(scene, form, make_recorder):
    streams = [scene.stream(form, rendering="loop", phase=phase) for phase in (0.1, 0.7)]
    recorders = [make_recorder(), make_recorder()]
    for stream, recorder in zip(streams, recorders, strict=True):
        stream.attach(recorder)
    advance(scene, 2.3)
    a, b = (recorder.frames for recorder in recorders)
    assert len(a) > 12
    assert all(x is y for x, y in zip(a, b, strict=True))


def test_a_camera_at_rest_is_a_loop_a_moving_one_live_and_the_change_is_seamless(
    scene, form, recorder, decode, square_left
):
    stream = scene.stream(form, rendering="auto", phase=0.4)
    stream.attach(recorder)
    advance(scene, 2.05)
    assert scene.painter.rendered == []
    scene.is_moving = True
    for _ in range(7):
        scene.pan_deg += 5.0
        advance(scene, 0.1)
    scene.is_moving = False
    live_from = len(scene.painter.rendered)
    advance(scene, 4.0 + SETTLE_S)
    live = {round(t * 10) for _, t, _ in scene.painter.rendered}
    settled = round(10 * SETTLE_S)
    assert live_from == 7
    assert len(live) < 7 + settled + 10 + 3  # the move, the rest after it, and at most a group
    first = recorder.indexes[0]
    assert recorder.indexes == list(range(first, 1068 + settled))
    times_rise_on_the_grid(recorder.frames)
    changes = [i for i in recorder.indexes[1:] if (i in live) != (i - 1 in live)]
    assert len(changes) == 2
    assert set(changes) <= set(recorder.keys)
    pictures = decode(recorder.frames)
    assert len(pictures) == len(recorder.frames)
    for frame, picture in zip(recorder.frames, pictures, strict=True):
        assert abs(square_left(picture) - frame.objects[0].box[0]) <= 2


def test_a_view_that_jumps_is_live_until_its_loop_begins(scene, form, recorder, decode):
    stream = scene.stream(form, rendering="auto")
    stream.attach(recorder)
    advance(scene, 1.5)
    scene.pan_deg = 59.0
    advance(scene, 2.0 + SETTLE_S)
    settled = round(10 * SETTLE_S)
    background = [int(picture[170, 300]) for picture in decode(recorder.frames)]
    jump = recorder.indexes.index(1016)
    assert background[:jump] == pytest.approx([40] * jump, abs=3)
    assert background[jump:] == pytest.approx([99] * len(background[jump:]), abs=3)
    assert settled <= len(scene.painter.rendered) <= settled + 10
    assert recorder.indexes == list(range(recorder.indexes[0], 1036 + settled))


def test_until_there_is_a_loop_live_frames_stand_in_for_a_few_streams(
    held_scene, form, make_recorder, decode
):
    held_scene.studio = attrs.evolve(held_scene.studio, stand_ins=StandIns(1))
    first, second = make_recorder(), make_recorder()
    streams = [held_scene.stream(form, rendering="auto") for _ in range(2)]
    for stream, recorder in zip(streams, (first, second), strict=True):
        stream.attach(recorder)
    reading = held_scene.workers.waiting.pop()
    advance(held_scene, 0.05)
    for _ in range(20):
        held_scene.workers.finish()
        advance(held_scene, 0.1)
    assert (len(first.frames), len(second.frames)) == (20, 2)
    assert len(held_scene.painter.rendered) == 22
    streams[0].detach(first)
    for _ in range(10):
        held_scene.workers.finish()
        advance(held_scene, 0.1)
    assert len(second.frames) in (11, 12)  # one may be on its way
    held_scene.workers.waiting.append(reading)
    for _ in range(40):
        held_scene.workers.finish()
        advance(held_scene, 0.1)
    assert held_scene.studio.stand_ins.take()
    assert second.indexes[12:] == list(range(second.indexes[12], second.indexes[-1] + 1))
    assert len(decode(second.frames)) == len(second.frames)


@pytest.mark.parametrize(("rendering", "places"), [("auto", 0), ("loop", 4)])
def test_beyond_those_one_key_frame_a_second_stands_in_for_all_with_the_look(
    held_scene, form, make_recorder, decode, rendering, places
):
    held_scene.studio = attrs.evolve(held_scene.studio, stand_ins=StandIns(places))
    recorder, other = make_recorder(), make_recorder()
    streams = [held_scene.stream(form, rendering=rendering) for _ in range(2)]
    for stream, receiver in zip(streams, (recorder, other), strict=True):
        stream.attach(receiver)
    reading = held_scene.workers.waiting.pop()
    for _ in range(30):
        advance(held_scene, 0.1)
        held_scene.workers.finish()
    assert recorder.indexes == recorder.keys == other.indexes
    assert [b - a for a, b in pairwise(recorder.indexes)] == [10, 10]
    assert len(held_scene.painter.rendered) == 3, "cameras with one look share them"
    held_scene.workers.waiting.append(reading)
    for _ in range(40):
        advance(held_scene, 0.1)
        held_scene.workers.finish()
    assert len(recorder.frames) > 30
    assert len(decode(recorder.frames)) == len(recorder.frames)
    times_rise_on_the_grid(recorder.frames)


def test_a_requested_key_frame_interrupts_a_loop_until_its_own_comes(scene, form, recorder, decode):
    stream = scene.stream(attrs.evolve(form, gov_length=20), rendering="auto")
    stream.attach(recorder)
    advance(scene, 4.0)
    due = max(recorder.keys) + 20
    while stream._loop.next_key(recorder.indexes[-1]) != recorder.indexes[-1] + 12:
        advance(scene, 0.1)
    asked = recorder.indexes[-1]
    due = asked + 12
    stream.request_key()
    advance(scene, 2.0)
    assert [key for key in recorder.keys if key > asked][:2] == [asked + 1, due]
    assert len(scene.painter.rendered) == 11
    assert len(decode(recorder.frames)) == len(recorder.frames)


def test_a_stall_of_the_farm_does_not_break_a_loop(scene, form, recorder, decode):
    stream = scene.stream(form, rendering="loop")
    stream.attach(recorder)
    advance(scene, 2.0)
    scene.clock.stalled_s = 7.35
    advance(scene, 3.0)
    indexes = recorder.indexes
    gaps = [b for a, b in pairwise(indexes) if b != a + 1]
    assert len(gaps) == 1
    assert gaps[0] in recorder.keys
    assert len(decode(recorder.frames)) == len(indexes)


@pytest.mark.parametrize("rendering", ["live", "loop"])
def test_a_change_of_size_and_rate_goes_on_in_time_with_a_key_frame(
    scene, form, recorder, decode, rendering
):
    stream = scene.stream(form, rendering=rendering)
    stream.attach(recorder)
    advance(scene, 2.05)
    before = len(recorder.frames)
    stream.reconfigure(attrs.evolve(form, width=160, height=96, fps=15.0))
    advance(scene, 3.0)
    times = [frame.time_s for frame in recorder.frames]
    assert times == sorted(set(times))
    assert recorder.frames[before].keyframe
    heights = [picture.shape[0] for picture in decode(recorder.frames)]
    assert set(heights[:before]) == {180}
    assert set(heights[before:]) == {96}
    assert recorder.ended == []


def test_a_change_of_encoding_sends_clients_away(scene, form, recorder):
    stream = scene.stream(form, rendering="live")
    stream.attach(recorder)
    advance(scene, 0.3)
    stream.reconfigure(StreamFormat("JPEG", 320, 176, 5.0))
    count = len(recorder.frames)
    advance(scene, 1.0)
    assert recorder.ended == ["the stream is JPEG now"]
    assert len(recorder.frames) == count
    assert not stream.watched


def test_a_client_that_fails_is_dropped_alone(scene, form, recorder, capsys):
    class Broken:
        def deliver(self, frame):
            raise RuntimeError("no")

    stream = scene.stream(form, rendering="live")
    stream.attach(Broken())
    stream.attach(recorder)
    advance(scene, 0.35)
    assert len(recorder.frames) == 4


def test_a_picture_that_cannot_be_rendered_costs_only_itself(scene, form, recorder, decode, capsys):
    stream = scene.stream(form, rendering="live")
    stream.attach(recorder)
    advance(scene, 0.25)
    render, scene.painter.render = scene.painter.render, None
    advance(scene, 0.2)
    scene.painter.render = render
    advance(scene, 0.5)
    assert recorder.indexes == [1000, 1001, 1002, 1005, 1006, 1007, 1008, 1009]
    assert len(decode(recorder.frames)) == 8
