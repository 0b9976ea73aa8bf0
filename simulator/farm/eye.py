"""Where a camera looks at any time: its mount, its lens and its mechanics in one view."""

import functools

import attrs

from simulator.config.catalog import LensSpec
from simulator.config.model import MountSpec
from simulator.mechanics.ptz import Ptz
from simulator.scene.view import View, focal_to_hfov


@attrs.frozen
class Eye:
    """The view of one camera as a function of scenario time.

    On a PTZ camera pan 0 is the mount's pan; tilt is measured from the horizon, not from the mount.

    Attributes:
        mount: where it hangs and points.
        lens: sensor and focal length.
        ptz: its mechanics; None on a fixed camera.
    """

    mount: MountSpec
    lens: LensSpec
    ptz: Ptz | None

    def view(self, now: float) -> View:
        """Return the view at scenario time ``now``."""
        if self.ptz is None:
            return self._fixed
        pose = self.ptz.pose(now)
        return self._view(self.mount.pan + pose.pan_deg, pose.tilt_deg, pose.focal_mm)

    def moving(self, now: float) -> bool:
        """Tell whether the view is changing at ``now``."""
        return self.ptz is not None and any(self.ptz.moving(now))

    @functools.cached_property
    def _fixed(self) -> View:
        return self._view(self.mount.pan, self.mount.tilt, self.lens.focal_mm[0])

    def _view(self, pan_deg: float, tilt_deg: float, focal_mm: float) -> View:
        hfov_deg = focal_to_hfov(focal_mm, self.lens.sensor_width_mm)
        return View(self.mount.position, pan_deg, tilt_deg, hfov_deg)
