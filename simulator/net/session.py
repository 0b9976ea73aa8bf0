"""An RTSP session: one stream on its way to one client, with its state, its reports and its end."""

import random
from collections.abc import Callable

import attrs
from twisted.logger import Logger

from simulator.clock import CameraClock, Clock, Timer, ntp64, rtp_units
from simulator.media.format import CLOCK_RATE
from simulator.media.source import Frame
from simulator.media.stream import Stream
from simulator.net.rtp import RtpSender
from simulator.wire.rtp.error import RtpError
from simulator.wire.rtp.rtcp import (
    Bye,
    FullIntraRequest,
    PictureLossIndication,
    SenderReport,
    SourceDescription,
    parse_compound,
    serialize_compound,
)
from simulator.wire.rtsp.session import State, next_state

REPORT_INTERVAL_S = 5.0
"""Longest time between two sender reports (RFC 3550 section 6.2)."""

_log = Logger(namespace="camfarm.rtsp")


@attrs.frozen
class SessionPlace:
    """Where a session lives.

    Attributes:
        camera: the camera's name, for the log and as canonical name.
        peer: the client's address, for the log.
        scheduler: scenario time.
        clock: the camera's wall clock.
        timeout_s: seconds without a sign of life after which the session ends.
    """

    camera: str
    peer: str
    scheduler: Clock
    clock: CameraClock
    timeout_s: float


@attrs.frozen
class Playback:
    """Where PLAY begins, on every clock that the answer names.

    Attributes:
        utc: the camera's UTC in Unix seconds.
        sequence: sequence number of the first packet.
        rtp_time: RTP timestamp that belongs to ``utc``.
    """

    utc: float
    sequence: int
    rtp_time: int


class RtspSession:
    """A session with one stream (RFC 2326 section 3.4); a ``Receiver`` of it while it plays.

    Attributes:
        id: what the client names it by.
        token: of the profile that it was set up with.
        state: of the table in wire.rtsp.session.
        stream: what it plays.
        ssrc: synchronisation source of its packets.
        url: control URL of the stream, as the client named it.
        sender: how its packets travel; None before SETUP succeeded.
        orphaned: whether the RTSP connection that made it is gone.
        dropped: frames that were left out because the client's connection was full.
    """

    def __init__(
        self,
        identifier: str,
        token: str,
        stream: Stream,
        place: SessionPlace,
        numbers: random.Random,
        on_end: Callable[["RtspSession"], object],
    ) -> None:
        """Begin a session.

        Args:
            identifier: unguessable.
            token: of the profile that it was set up with.
            stream: what it plays.
            place: where it lives.
            numbers: SSRC and the random beginnings of RFC 3550 section 5.1 come from here.
            on_end: called once when the session ends, whoever ended it.
        """
        self.id = identifier
        self.token = token
        self.state = State.INIT
        self.stream = stream
        self.url = ""
        self.sender: RtpSender | None = None
        self.orphaned = False
        self.dropped = 0
        self.ssrc = numbers.getrandbits(32)
        self._place = place
        self._sequence = numbers.getrandbits(16)
        self._offset = numbers.getrandbits(32)
        self._on_end = on_end
        self._packets = 0
        self._octets = 0
        self._needs_key = True
        self._report_due = 0.0
        self._playback = Playback(0.0, 0, 0)
        self._seen = place.scheduler.seconds()
        self._timer: Timer | None = place.scheduler.callLater(place.timeout_s, self._check)

    def advance(self, method: str) -> None:
        """Go where ``method`` leads; RtspError 455 if it is not valid now."""
        self.state = next_state(self.state, method)

    def setup(self, sender: RtpSender) -> None:
        """Send by ``sender`` from now on."""
        if self.sender is not None:
            self.sender.close()
        self.sender = sender

    def play(self) -> Playback:
        """Begin, or go on if it plays already."""
        if self.state is not State.PLAYING:
            start_s = self.stream.attach(self)
            self._needs_key = True
            self._playback = Playback(
                self._place.clock.utc(start_s), self._sequence, self._rtp_time(start_s)
            )
        self.advance("PLAY")
        return self._playback

    def pause(self) -> None:
        """Send nothing until the next PLAY."""
        self.advance("PAUSE")
        self.stream.detach(self)

    def alive(self) -> None:
        """Note a sign of life of the client."""
        self._seen = self._place.scheduler.seconds()

    def deliver(self, frame: Frame) -> None:
        """Send a frame, unless the client must wait for a key frame."""
        if self._needs_key and not frame.keyframe:
            return
        sender = self.sender
        if sender is None:
            return
        packets, timestamp = frame.packets, self._rtp_time(frame.time_s)
        self._needs_key = not sender.send(packets, self._sequence, timestamp, self.ssrc)
        if self._needs_key:
            self.dropped += 1
            return
        self._sequence = (self._sequence + packets.count) & 0xFFFF
        self._packets += packets.count
        self._octets += packets.octets
        if frame.time_s >= self._report_due:
            self.report()

    def report(self) -> None:
        """Send a sender report: UTC and RTP time of one instant (RFC 3550 section 6.4.1)."""
        if self.sender is None:
            return
        if self.sender.refused and self.orphaned:
            self.end("the client is gone")
            return
        now = self._place.scheduler.seconds()
        self._report_due = now + REPORT_INTERVAL_S * 0.9
        self.sender.send_rtcp(serialize_compound(self._report(now)))

    def receive_rtcp(self, packet: bytes) -> None:
        """Take RTCP of the client: a sign of life, perhaps a request for a key frame."""
        try:
            received = parse_compound(packet)
        except RtpError as error:
            _log.debug(
                "{camera} {peer}: {error}",
                camera=self._place.camera,
                peer=self._place.peer,
                error=error,
            )
            return
        self.alive()
        if any(isinstance(p, PictureLossIndication | FullIntraRequest) for p in received):
            self.stream.request_key()

    def end(self, reason: str) -> None:
        """Say goodbye and close; ``reason`` is for the client and the log."""
        if self._timer is None:
            return
        _log.debug(
            "{camera} {peer}: session ends: {reason}",
            camera=self._place.camera,
            peer=self._place.peer,
            reason=reason,
        )
        if self._timer.active():
            self._timer.cancel()
        self._timer = None
        self.state = State.INIT
        self.stream.detach(self)
        if self.sender is not None:
            now = self._place.scheduler.seconds()
            self.sender.send_rtcp(
                serialize_compound([*self._report(now), Bye((self.ssrc,), reason)])
            )
            self.sender.close()
            self.sender = None
        self._on_end(self)

    def _report(self, now: float) -> tuple[SenderReport, SourceDescription]:
        tick_s = round(now * CLOCK_RATE) / CLOCK_RATE  # an instant that RTP time shows exactly
        report = SenderReport(
            ssrc=self.ssrc,
            ntp=ntp64(self._place.clock.utc(tick_s)),
            rtp_timestamp=self._rtp_time(tick_s),
            packet_count=self._packets,
            octet_count=self._octets,
        )
        return report, SourceDescription.of(self.ssrc, self._place.camera)

    def _rtp_time(self, time_s: float) -> int:
        return rtp_units(time_s, CLOCK_RATE, self._offset)

    def _check(self) -> None:
        place = self._place
        left_s = self._seen + place.timeout_s - place.scheduler.seconds()
        if left_s > 0:
            self._timer = place.scheduler.callLater(left_s, self._check)
        else:
            self.end("no sign of life")
