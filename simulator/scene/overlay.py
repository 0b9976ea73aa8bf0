"""The camera's name and clock in its picture."""

import functools

import attrs
import cv2
import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

WHITE, BLACK, NEUTRAL = 235, 16, 128


@attrs.frozen
class Overlay:
    """Text on the picture.

    Attributes:
        name: at the bottom left; none if empty.
        clock: at the top left; none if empty.
    """

    name: str = ""
    clock: str = ""


def draw_overlay(i420: Bytes, overlay: Overlay) -> None:
    """Write the texts into an I420 picture (height * 3 / 2 x width): white with a dark edge."""
    width, height = i420.shape[1], i420.shape[0] * 2 // 3
    margin = max(4, height // 40) & ~1
    for text, at_top in ((overlay.clock, True), (overlay.name, False)):
        if text:
            edge, face = _glyphs(text, height)
            top = margin if at_top else (height - margin - edge.shape[0]) & ~1
            _stamp(i420, edge, face, margin, top, width)


def _stamp(i420: Bytes, edge: Bytes, face: Bytes, left: int, top: int, width: int) -> None:
    columns = min(edge.shape[1], width - left) & ~1
    height = i420.shape[0] * 2 // 3
    edge, face = edge[:, :columns], face[:, :columns]
    luma = i420[top : top + edge.shape[0], left : left + columns]
    _blend(luma, edge, BLACK)
    _blend(luma, face, WHITE)
    chroma = i420[height:].reshape(2, height // 2, width // 2)
    half = cv2.resize(edge, (columns // 2, edge.shape[0] // 2), interpolation=cv2.INTER_AREA)
    for plane in chroma:
        rows = slice(top // 2, top // 2 + half.shape[0])
        _blend(plane[rows, left // 2 : left // 2 + half.shape[1]], np.asarray(half), NEUTRAL)


def _blend(plane: Bytes, cover: Bytes, value: int) -> None:
    """Mix ``value`` into a plane as far as ``cover`` (0 to 255) says."""
    rest = cv2.multiply(plane, cv2.bitwise_not(cover), scale=1.0 / 255.0)
    cv2.addWeighted(rest, 1.0, cover, value / 255.0, 0.0, dst=plane)


@functools.lru_cache(maxsize=512)
def _glyphs(text: str, height: int) -> tuple[Bytes, Bytes]:
    """Return the coverage of the dark edge with the letters, and of the letters alone."""
    size = max(0.35, height / 1000.0)
    thickness = max(1, round(height / 480.0))
    (width, tall), below = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size, thickness)
    pad = thickness + 2
    shape = ((tall + below + 2 * pad + 1) & ~1, (width + 2 * pad + 1) & ~1)
    face = np.zeros(shape, np.uint8)
    cv2.putText(
        face,
        text,
        (pad, pad + tall),
        cv2.FONT_HERSHEY_SIMPLEX,
        size,
        255,
        thickness,
        cv2.LINE_AA,
    )
    edge = cv2.dilate(face, np.ones((3, 3), np.uint8))
    return np.asarray(edge, np.uint8), face
