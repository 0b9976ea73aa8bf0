"""The table of cameras that a run begins with."""

from collections.abc import Sequence

from simulator.services.camera import Camera

_HEADINGS = ("camera", "model", "device service", "main stream", "user", "password")


def camera_table(cameras: Sequence[Camera]) -> str:
    """Return a line a camera: what a client needs to connect to it."""
    rows = [_HEADINGS, *map(_row, cameras)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _row(camera: Camera) -> tuple[str, ...]:
    where, spec = camera.endpoints, camera.spec
    main = camera.store.state.profiles[0]
    return (
        camera.name,
        camera.model.name,
        where.device_xaddr,
        f"rtsp://{where.host}:{where.rtsp_port}/{main.token}",
        spec.username,
        spec.password,
    )
