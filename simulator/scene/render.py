"""The picture of a world at a moment, and where in it everybody is."""

import math
from collections.abc import Sequence

import attrs
import cv2
import numpy as np
import numpy.typing as npt

from simulator.scene.actors import Actor
from simulator.scene.bake import Background, Backgrounds
from simulator.scene.facets import scenery
from simulator.scene.figures import Figure, figure
from simulator.scene.light import sun_on
from simulator.scene.overlay import Overlay, draw_overlay
from simulator.scene.place import World
from simulator.scene.sensor import add_grain
from simulator.scene.shade import cast_shadow
from simulator.scene.view import Floats, Projection, View

Bytes = npt.NDArray[np.uint8]


@attrs.frozen
class VisibleObject:
    """An actor in a picture: the truth about its pixels.

    Attributes:
        id: of the actor.
        kind: of the actor.
        class_name: its class in metadata.
        box: left, top, right, bottom in pixels: the edges of the drawn pixels that nothing hides.
        visible: which share of its outline within the picture those pixels are, above 0 to 1.
    """

    id: int
    kind: str
    class_name: str
    box: tuple[int, int, int, int]
    visible: float


@attrs.frozen(eq=False)
class Picture:
    """A rendered frame.

    Attributes:
        i420: (height * 3 / 2) x width; luma, then U, then V.
        objects: everybody of whom a pixel is seen, nearest first.
        final: whether the background is a bake, not a draft.
    """

    i420: Bytes
    objects: tuple[VisibleObject, ...]
    final: bool


class Renderer:
    """Renders a world; may be used from several threads at once."""

    def __init__(
        self, world: World, backgrounds: Backgrounds, *, grain: bool = True, shadows: bool = True
    ) -> None:
        """Render ``world`` on ``backgrounds``, with sensor noise and actors' shadows if wanted."""
        cv2.setNumThreads(1)
        self.world = world
        self.backgrounds = backgrounds
        self._grain = grain
        self._shadows = shadows

    def render(
        self, view: View, width: int, height: int, t: float, overlay: Overlay | None = None
    ) -> Picture:
        """Return the picture at scenario time ``t``.

        Args:
            view: where the camera looks.
            width: of the picture in pixels, even.
            height: of the picture in pixels, even.
            t: scenario time; the picture repeats with the world's period.
            overlay: texts to write on it.
        """
        background = self.backgrounds.get(self.world, view, width, height)
        projection = Projection(view, width, height)
        i420 = self._canvas(background, t)
        figures = self._figures(projection, background, t)
        if self._shadows:
            for drawn in figures:
                cast_shadow(i420, drawn, background, self.world.sun)
        claimed = np.zeros((height, width), np.uint8)
        for number, drawn in enumerate(figures, 1):
            paint(i420, claimed, drawn, number)
        if overlay is not None:
            draw_overlay(i420, overlay)
        seen = (_truth(drawn, claimed, number) for number, drawn in enumerate(figures, 1))
        objects = tuple(found for found in seen if found is not None)
        return Picture(i420, objects[::-1], background.final)

    def _canvas(self, background: Background, t: float) -> Bytes:
        if not self._grain:
            return background.i420.copy()
        i420 = np.empty_like(background.i420)
        height = i420.shape[0] * 2 // 3
        moment = round(t % self.world.period_s, 6)
        add_grain(background.i420[:height], self.world.seed, moment, i420[:height])
        i420[height:] = background.i420[height:]
        return i420

    def _figures(self, projection: Projection, background: Background, t: float) -> list[Figure]:
        """Return everybody in sight, farthest first."""
        actors = in_sight(projection, self.world.actors_at(t))
        lit = sun_on(scenery(*self.world.key), actors)
        figures = [
            drawn
            for actor, share in zip(actors, lit, strict=True)
            if (drawn := figure(projection, actor, share, self.world.sun, background)) is not None
        ]
        return farthest_first(figures, projection.eye)


def in_sight(projection: Projection, actors: Sequence[Actor]) -> list[Actor]:
    """Return those who may be in the picture, judged by a sphere round each."""
    if not actors:
        return []
    sizes = np.array([actor.size for actor in actors])
    middles = np.array([actor.position for actor in actors])
    middles[:, 2] += sizes[:, 2] / 2.0
    radius = np.sqrt((sizes * sizes).sum(axis=1)) / 2.0 + 0.4
    right, down, ahead = projection.to_camera(middles).T
    half_x = projection.width / 2.0 / projection.focal_px
    half_y = projection.height / 2.0 / projection.focal_px
    seen = (ahead > -radius) & (np.abs(right) < ahead * half_x + radius * math.hypot(1.0, half_x))
    seen &= np.abs(down) < ahead * half_y + radius * math.hypot(1.0, half_y)
    return [actors[i] for i in np.flatnonzero(seen).tolist()]


def farthest_first(figures: list[Figure], eye: Floats) -> list[Figure]:
    """Return figures in the order in which they are painted.

    By distance; but where two overlap in the picture, a side of one's footprint that parts them
    decides: the middle of a bus may be nearer than a person who stands before its rear.
    """
    by_distance = sorted(figures, key=lambda f: -math.dist(f.actor.position, eye))
    ordered: list[Figure] = []
    for drawn in by_distance:
        place = len(ordered)
        while place and _before(ordered[place - 1], drawn, eye):
            place -= 1
        ordered.insert(place, drawn)
    return ordered


def _before(first: Figure, second: Figure, eye: Floats) -> bool:
    """Tell whether ``first`` certainly stands before ``second``, and overlaps it in the picture."""
    if not first.rect.meets(second.rect):
        return False
    return _parts(second.actor, first.actor, eye) and not _parts(first.actor, second.actor, eye)


def _parts(owner: Actor, other: Actor, eye: Floats) -> bool:
    """Tell whether a side of ``owner``'s footprint has the eye and all of ``other`` beyond it."""
    corners = _footprint(other)
    middle = np.array(owner.position[:2])
    along, across = _axes(owner)
    for axis, half in ((along, owner.size[0] / 2.0), (across, owner.size[1] / 2.0)):
        for sign in (1.0, -1.0):
            beyond = float((eye[:2] - middle) @ axis) * sign > half
            if beyond and float((((corners - middle) @ axis) * sign).min()) > half - 0.05:
                return True
    return False


def _axes(actor: Actor) -> tuple[Floats, Floats]:
    heading = np.radians(actor.heading_deg)
    return (
        np.array((np.sin(heading), np.cos(heading))),
        np.array((np.cos(heading), -np.sin(heading))),
    )


def _footprint(actor: Actor) -> Floats:
    along, across = _axes(actor)
    reach = along * actor.size[0] / 2.0, across * actor.size[1] / 2.0
    middle = np.array(actor.position[:2])
    return np.array([middle + a * reach[0] + b * reach[1] for a in (-1, 1) for b in (-1, 1)])


def paint(i420: Bytes, claimed: Bytes, drawn: Figure, number: int) -> None:
    """Blend a figure into an I420 picture and claim its pixels with ``number``."""
    height, width = claimed.shape
    rect, tile = drawn.rect, drawn.tile
    rows, columns = rect.rows, rect.columns
    _blend(i420[:height][rows, columns], tile[..., 0], tile[..., 3])
    half_size = (rect.size[0] // 2, rect.size[1] // 2)
    half = np.asarray(cv2.resize(tile, half_size, interpolation=cv2.INTER_AREA), np.uint8)
    chroma = i420[height:].reshape(2, height // 2, width // 2)
    rows = slice(rect.top // 2, rect.bottom // 2)
    columns = slice(rect.left // 2, rect.right // 2)
    _blend(chroma[0, rows, columns], half[..., 1], half[..., 3])
    _blend(chroma[1, rows, columns], half[..., 2], half[..., 3])
    own = claimed[rect.rows, rect.columns]
    own[tile[..., 3] > 0] = number


def _blend(plane: Bytes, colour: Bytes, cover: Bytes) -> None:
    """Lay a colour, already multiplied by its coverage, over a plane."""
    rest = cv2.multiply(plane, cv2.bitwise_not(cover), scale=1.0 / 255.0)
    cv2.add(rest, colour, dst=plane)


def _truth(drawn: Figure, claimed: Bytes, number: int) -> VisibleObject | None:
    rect = drawn.rect
    own = cv2.inRange(claimed[rect.rows, rect.columns], number, number)
    count = cv2.countNonZero(own)
    if not count:
        return None
    x, y, width, height = cv2.boundingRect(own)
    left, top = rect.left + x, rect.top + y
    return VisibleObject(
        id=drawn.actor.id,
        kind=drawn.actor.kind,
        class_name=drawn.actor.class_name,
        box=(left, top, left + width, top + height),
        visible=count / drawn.outline,
    )
