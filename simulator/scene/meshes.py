"""Small meshes of people and vehicles in axes of their own: x forward, y left, z up, metres."""

import functools
import itertools
import math
from collections.abc import Iterable, Sequence

import attrs
import numpy as np
import numpy.typing as npt

from simulator.scene.actors import SIZES, Actor, Kind, Look
from simulator.scene.solids import Colour
from simulator.scene.view import Floats, Point

WHEEL_CORNERS = 10

SHINE = {"glass": 1.0, "paint": 0.35}
STRIDE_M = 1.45
GAIT_STEPS = 24

Indices = npt.NDArray[np.intp]


@attrs.frozen(eq=False)
class Mesh:
    """Flat convex faces.

    Attributes:
        vertices: N x 3.
        faces: M x K indices, counter-clockwise seen from outside; the last one is repeated where a
            face has fewer corners than others.
        normals: M x 3, outwards.
        offsets: M; normal times any point of the face.
        middles: M x 3; mean of the corners as ``faces`` lists them.
        colours: M x 3 linear albedo.
        materials: M names.
        base: M; the face that a face is painted on, itself if on none. Painted faces come later.
        shine: M; how much of a mirror each face is, 0 to 1.
        bias: M; metres by which a face counts as nearer when faces are sorted.
    """

    vertices: Floats
    faces: Indices
    normals: Floats
    offsets: Floats
    middles: Floats
    colours: Floats
    materials: tuple[str, ...]
    base: Indices
    bias: Floats
    shine: npt.NDArray[np.float32]

    def placed(self, position: Point, heading_deg: float) -> "Mesh":
        """Return the mesh in the world: at ``position``, facing ``heading_deg`` from north."""
        angle = math.radians(90.0 - heading_deg)
        cos, sin = math.cos(angle), math.sin(angle)
        turn = np.array(((cos, sin, 0.0), (-sin, cos, 0.0), (0.0, 0.0, 1.0)))
        vertices, normals = self.vertices @ turn + position, self.normals @ turn
        return attrs.evolve(
            self,
            vertices=vertices,
            normals=normals,
            offsets=(normals * vertices[self.faces[:, 0]]).sum(axis=1),
            middles=self.middles @ turn + position,
        )

    def polygons(self) -> list[Indices]:
        """Return the corner indices of each face without the repeated ones."""
        return [face[: int(np.argmax(face == face[-1])) + 1] for face in self.faces]


def mesh_of(actor: Actor) -> Mesh:
    """Return the mesh of an actor as it is now, in the world."""
    return local_mesh(actor).placed(actor.position, actor.heading_deg)


def local_mesh(actor: Actor) -> Mesh:
    """Return the mesh of an actor as it is now, in its own axes."""
    scale = actor.size[2] / SIZES[actor.kind][2]
    if actor.kind == "person":
        step = round(actor.phase / STRIDE_M * GAIT_STEPS) % GAIT_STEPS
        return person(actor.look, scale, step)
    return vehicle(actor.kind, actor.look)


class _Builder:
    """Collects faces."""

    def __init__(self) -> None:
        self.points: list[Sequence[float] | Floats] = []
        self.rows: list[tuple[list[int], Colour, str, int, float]] = []

    def face(
        self,
        corners: Iterable[Sequence[float] | Floats],
        colour: Colour,
        material: str = "plain",
        *,
        on: int | None = None,
        bias: float = 0.0,
    ) -> int:
        """Add one face, painted on face number ``on`` if given; return its number."""
        first = len(self.points)
        self.points.extend(corners)
        indices = list(range(first, len(self.points)))
        number = len(self.rows)
        if on is not None:
            bias = self.rows[on][4]
        self.rows.append((indices, colour, material, number if on is None else on, bias))
        return number

    def tube(self, rings: Sequence[Floats], colours: Sequence[Colour], material: str) -> None:
        """Add a tube round rings of corners, closed at both ends; one colour a piece."""
        for low, high, colour in zip(rings, rings[1:], colours, strict=False):
            count = len(low)
            for i in range(count):
                j = (i + 1) % count
                self.face((low[i], low[j], high[j], high[i]), colour, material)
        self.face(rings[0][::-1], colours[0], material)
        self.face(rings[-1], colours[-1], material)

    def build(self, scale: float = 1.0) -> Mesh:
        """Return the mesh, ``scale`` times as large."""
        points = np.array(self.points, np.float64) * scale
        # Faces share their corners, so that each is projected once.
        vertices, same = np.unique(points.round(6), axis=0, return_inverse=True)
        most = max(len(row[0]) for row in self.rows)
        padded = [row[0] + [row[0][-1]] * (most - len(row[0])) for row in self.rows]
        faces = same.reshape(-1)[np.array(padded, np.intp)]
        corners = vertices[faces]
        # Newell's sum also takes faces that are slightly bent.
        sums = np.cross(corners, np.roll(corners, -1, axis=1)).sum(axis=1)
        normals = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
        return Mesh(
            vertices=vertices,
            faces=faces,
            normals=normals,
            offsets=(normals * corners[:, 0]).sum(axis=1),
            middles=corners.mean(axis=1),
            colours=np.array([row[1] for row in self.rows], np.float64),
            materials=tuple(row[2] for row in self.rows),
            base=np.array([row[3] for row in self.rows], np.intp),
            bias=np.array([row[4] for row in self.rows], np.float64),
            shine=np.array([SHINE.get(row[2], 0.0) for row in self.rows], np.float32),
        )


# -- vehicles --------------------------------------------------------------------------------------

GLASS: Colour = (0.035, 0.045, 0.055)
TYRE: Colour = (0.018, 0.018, 0.019)
HUB: Colour = (0.42, 0.42, 0.43)
BUMPER: Colour = (0.05, 0.05, 0.055)
HEADLAMP: Colour = (0.75, 0.75, 0.70)
TAIL_LAMP: Colour = (0.45, 0.02, 0.02)
PLATE: Colour = (0.70, 0.68, 0.55)


@attrs.frozen
class Shell:
    """The shape of a vehicle: stations of the body and the ring of its cabin.

    Attributes:
        stations: x, half width, lower and upper height of the body, from rear to front.
        cabin: x of the rear and front lower edge, x of the rear and front roof edge, half width
            below and at the roof, roof height.
        axles: x of the wheels.
        wheel: their radius.
        panes: side windows as shares of the cabin's length.
        pane_heights: lower and upper edge of the side windows as shares of the cabin's height.
    """

    stations: tuple[tuple[float, float, float, float], ...]
    cabin: tuple[float, float, float, float, float, float, float]
    axles: tuple[float, ...]
    wheel: float
    panes: tuple[tuple[float, float], ...]
    pane_heights: tuple[float, float] = (0.1, 0.86)


SHELLS: dict[Kind, Shell] = {
    "car": Shell(
        stations=(
            (-2.15, 0.72, 0.36, 0.74),
            (-2.02, 0.84, 0.27, 0.93),
            (-1.20, 0.90, 0.22, 0.95),
            (0.80, 0.90, 0.22, 0.92),
            (1.75, 0.86, 0.24, 0.78),
            (2.15, 0.66, 0.34, 0.60),
        ),
        cabin=(-1.95, 1.00, -1.35, 0.18, 0.84, 0.63, 1.45),
        axles=(-1.28, 1.32),
        wheel=0.315,
        panes=((0.06, 0.47), (0.51, 0.90)),
    ),
    "van": Shell(
        stations=(
            (-2.80, 0.96, 0.40, 1.25),
            (-2.70, 1.00, 0.30, 1.28),
            (1.20, 1.00, 0.26, 1.28),
            (2.00, 0.98, 0.28, 1.20),
            (2.80, 0.84, 0.36, 0.86),
        ),
        cabin=(-2.76, 2.00, -2.68, 1.15, 0.97, 0.86, 2.45),
        axles=(-1.75, 1.75),
        wheel=0.36,
        panes=((0.74, 0.93),),
    ),
    "bus": Shell(
        stations=(
            (-5.40, 1.20, 0.40, 1.20),
            (-5.30, 1.25, 0.30, 1.22),
            (5.25, 1.25, 0.30, 1.22),
            (5.40, 1.18, 0.40, 1.20),
        ),
        cabin=(-5.38, 5.38, -5.25, 5.20, 1.24, 1.14, 3.05),
        axles=(-3.0, 3.2),
        wheel=0.48,
        panes=tuple((0.03 + 0.136 * i, 0.03 + 0.136 * i + 0.122) for i in range(7)),
        pane_heights=(0.08, 0.70),
    ),
}


@functools.lru_cache(maxsize=64)
def vehicle(kind: Kind, look: Look) -> Mesh:
    """Return a vehicle."""
    shell, builder = SHELLS[kind], _Builder()
    _body(builder, shell, look)
    _cabin(builder, shell, look)
    return builder.build()


def _body(builder: _Builder, shell: Shell, look: Look) -> None:
    stations = shell.stations
    for (x0, w0, _, z0), (x1, w1, _, z1) in itertools.pairwise(stations):
        deck = ((x0, w0, z0), (x0, -w0, z0), (x1, -w1, z1), (x1, w1, z1))
        builder.face(deck, look.main, "paint")
    for sign in (1.0, -1.0):
        _flank(builder, shell, look, sign)
    for end, lamps in ((stations[-1], HEADLAMP), (stations[0], TAIL_LAMP)):
        _nose(builder, end, lamps, look)


def _flank(builder: _Builder, shell: Shell, look: Look, sign: float) -> None:
    """Add one side of the body: its panels count as one face, so that the wheels stay on top."""
    panel: int | None = None
    for (x0, w0, low0, z0), (x1, w1, low1, z1) in itertools.pairwise(shell.stations):
        corners = [(x0, w0, low0), (x0, w0, z0), (x1, w1, z1), (x1, w1, low1)]
        number = builder.face(_mirrored(corners, sign), look.main, "paint", on=panel)
        panel = number if panel is None else panel
        sill = [(x0, w0, low0), (x0, w0, low0 + 0.1), (x1, w1, low1 + 0.1), (x1, w1, low1)]
        builder.face(_mirrored(sill, sign), BUMPER, on=panel)
    width = max(station[1] for station in shell.stations) + 0.01
    for axle in shell.axles:
        arch = _disc(axle, width, shell.wheel + 0.02, shell.wheel * 1.16)
        builder.face(_mirrored(arch, sign), BUMPER, on=panel)
        tyre = _disc(axle, width + 0.01, shell.wheel, shell.wheel)
        builder.face(_mirrored(tyre, sign), TYRE, on=panel)
        hub = _disc(axle, width + 0.015, shell.wheel, shell.wheel * 0.6)
        builder.face(_mirrored(hub, sign), HUB, "metal", on=panel)


def _nose(
    builder: _Builder, station: tuple[float, float, float, float], lamps: Colour, look: Look
) -> None:
    x, half, low, high = station
    ahead = math.copysign(1.0, x)

    def plate(y0: float, y1: float, z0: float, z1: float, out: float) -> list[Point]:
        corners = [(x + ahead * out, y0, z0), (x + ahead * out, y1, z0)]
        corners += [(x + ahead * out, y1, z1), (x + ahead * out, y0, z1)]
        return corners if ahead > 0 else corners[::-1]

    face = builder.face(plate(-half, half, low, high, 0.0), look.main, "paint")
    tall = high - low
    builder.face(plate(-half, half, low, low + tall * 0.35, 0.004), BUMPER, on=face)
    builder.face(plate(-0.26, 0.26, low + 0.05, low + 0.16, 0.008), PLATE, on=face)
    for y in (-half + 0.17, half - 0.17):
        builder.face(
            plate(y - 0.15, y + 0.15, low + tall * 0.5, low + tall * 0.9, 0.008), lamps, on=face
        )


def _cabin(builder: _Builder, shell: Shell, look: Look) -> None:
    rear, front, roof_rear, roof_front, half, roof_half, top = shell.cabin
    belt = max(station[3] for station in shell.stations)
    low = [(rear, half), (rear, -half), (front, -half), (front, half)]
    high = [(roof_rear, roof_half), (roof_rear, -roof_half)]
    high += [(roof_front, -roof_half), (roof_front, roof_half)]
    bottom = [np.array((x, y, belt)) for x, y in low]
    roof = [np.array((x, y, top)) for x, y in high]
    # The cabin stands on the body, and cameras hang above it: it is drawn after the body.
    over = 3.0
    builder.face(roof, look.main, "paint", bias=over)
    for i, panes in enumerate(
        (((0.08, 0.92),), shell.panes, ((0.05, 0.95),), _reversed(shell.panes))
    ):
        j = (i + 1) % 4
        wall = (bottom[i], bottom[j], roof[j], roof[i])
        face = builder.face(wall, look.main, "paint", bias=over)
        heights = shell.pane_heights if i % 2 else (0.1, 0.9)
        for u0, u1 in panes:
            builder.face(_inset(wall, (u0, u1), heights), GLASS, "glass", on=face)


def _inset(wall: Sequence[Floats], u: tuple[float, float], z: tuple[float, float]) -> list[Floats]:
    """Return the part of a four-cornered wall between shares ``u`` along and ``z`` up."""

    def at(share: float, height: float) -> Floats:
        below = wall[0] + (wall[1] - wall[0]) * share
        above = wall[3] + (wall[2] - wall[3]) * share
        return np.asarray(below + (above - below) * height)

    return [at(u[0], z[0]), at(u[1], z[0]), at(u[1], z[1]), at(u[0], z[1])]


def _reversed(panes: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    return tuple((1.0 - u1, 1.0 - u0) for u0, u1 in reversed(panes))


def _disc(x: float, y: float, z: float, radius: float) -> list[Point]:
    angles = [math.tau * i / WHEEL_CORNERS for i in range(WHEEL_CORNERS)]
    return [(x + radius * math.sin(a), y, z + radius * math.cos(a)) for a in angles]


def _mirrored(corners: Sequence[Point], sign: float) -> list[Point]:
    """Return corners made for the left side (y > 0) on the left (+1) or the right side (-1)."""
    if sign > 0:
        return list(corners)
    return [(x, -y, z) for x, y, z in reversed(corners)]


# -- people ----------------------------------------------------------------------------------------

HIP_M, KNEE_M, SHOE_M = 0.88, 0.46, 0.07
SHOE: Colour = (0.04, 0.035, 0.03)


@functools.lru_cache(maxsize=2048)
def person(look: Look, scale: float, step: int) -> Mesh:
    """Return a walking person.

    Args:
        look: its colours.
        scale: factor on the height of 1.75 m.
        step: of the gait, 0 to ``GAIT_STEPS`` - 1.
    """
    builder = _Builder()
    phase = math.tau * step / GAIT_STEPS
    legs = [_leg(phase), _leg(phase + math.pi)]
    hip = -min(min(point[2] for point in leg) for leg in legs) + 0.03
    for y, leg in zip((0.09, -0.09), legs, strict=True):
        _add_leg(builder, [(x, y, z + hip) for x, _, z in leg], look)
    _add_torso(builder, hip, look)
    for y, swing in ((0.22, phase + math.pi), (-0.22, phase)):
        _add_arm(builder, y, hip + 0.50, math.cos(swing), look)
    return builder.build(scale)


def _leg(phase: float) -> list[Point]:
    """Return hip, knee, ankle, and toe of a leg below a hip at the origin."""
    thigh = math.radians(4.0 + 24.0 * math.cos(phase))
    bend = math.radians(8.0 + 48.0 * max(0.0, -math.sin(phase)) ** 1.6)
    shank = thigh - bend
    knee = (0.42 * math.sin(thigh), 0.0, -0.42 * math.cos(thigh))
    ankle = (knee[0] + 0.40 * math.sin(shank), 0.0, knee[2] - 0.40 * math.cos(shank))
    pitch = max(-0.6, min(0.35, shank * 0.8))
    toe = (ankle[0] + 0.17 * math.cos(pitch), 0.0, ankle[2] - 0.05 + 0.17 * math.sin(pitch))
    return [(0.0, 0.0, 0.0), knee, ankle, toe]


def _add_leg(builder: _Builder, joints: Sequence[Point], look: Look) -> None:
    hip, knee, ankle, toe = (np.array(joint) for joint in joints)
    rings = [_ring(hip, 0.095, 5), _ring(knee, 0.068, 5), _ring(ankle, 0.055, 5)]
    builder.tube(rings, [look.second, look.second], "cloth")
    heel = ankle + np.array((-0.06, 0.0, -0.02))
    sole = np.array((0.0, 0.0, -0.045))
    low, high = np.array((0.0, 0.0, -0.02)), np.array((0.0, 0.0, 0.03))
    ring = []
    for under, over in ((heel + sole, heel + high), (toe + low, toe + high)):
        left = np.array((0.0, 0.045, 0.0))
        ring.append(np.array((over + left, over - left, under - left, under + left)))
    builder.tube(ring, [SHOE], "cloth")


def _add_torso(builder: _Builder, hip: float, look: Look) -> None:
    lean = 0.06
    profile = [
        (-0.10, 0.125, 0.19),
        (0.10, 0.11, 0.165),
        (0.32, 0.125, 0.195),
        (0.50, 0.105, 0.185),
    ]
    profile += [(0.57, 0.06, 0.08)]
    rings = [
        _ring(np.array((lean * z, 0.0, hip + z)), depth, 6, width / depth)
        for z, depth, width in profile
    ]
    builder.tube(rings, [look.main] * 4, "cloth")
    head = [(0.55, 0.05), (0.615, 0.075), (0.70, 0.098), (0.79, 0.088), (0.835, 0.045)]
    colours = [look.skin, look.skin, look.skin, look.third]
    rings = [_ring(np.array((lean * z + 0.02, 0.0, hip + z)), r, 6, 0.85) for z, r in head]
    first = len(builder.rows)
    builder.tube(rings, colours, "cloth")
    _grow_hair(builder, first, look)


def _grow_hair(builder: _Builder, first: int, look: Look) -> None:
    """Colour the back of the head."""
    for number in range(first, len(builder.rows)):
        indices, colour, material, base, bias = builder.rows[number]
        middle = np.array([builder.points[i] for i in indices]).mean(axis=0)
        if colour == look.skin and middle[0] < 0.02 and middle[2] > builder.points[0][2] + 0.64:
            builder.rows[number] = (indices, look.third, material, base, bias)


def _add_arm(builder: _Builder, y: float, shoulder: float, swing: float, look: Look) -> None:
    upper = math.radians(3.0 + 22.0 * swing)
    lower = upper + math.radians(16.0 + 12.0 * swing)
    top = np.array((0.02, y, shoulder))
    elbow = top + 0.29 * np.array((math.sin(upper), 0.0, -math.cos(upper)))
    wrist = elbow + 0.25 * np.array((math.sin(lower), 0.0, -math.cos(lower)))
    hand = wrist + 0.12 * np.array((math.sin(lower), 0.0, -math.cos(lower)))
    rings = [_ring(top, 0.06, 4), _ring(elbow, 0.05, 4), _ring(wrist, 0.04, 4)]
    builder.tube(rings, [look.main, look.main], "cloth")
    builder.tube([_ring(hand, 0.03, 4), _ring(wrist, 0.036, 4)], [look.skin], "cloth")


def _ring(middle: Floats, radius: float, corners: int, squash: float = 1.0) -> Floats:
    """Return a level ring of corners; ``squash`` is its width over its depth."""
    angles = np.arange(corners) * math.tau / corners + math.pi / corners
    offsets = (radius * np.cos(angles), radius * squash * np.sin(angles), np.zeros(corners))
    return np.asarray(middle + np.column_stack(offsets), np.float64)
