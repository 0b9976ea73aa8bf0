"""The one error of this package."""

from simulator.errors import SimulatorError


class RtpError(SimulatorError):
    """A packet that breaks its format, or a picture that its payload format cannot carry."""
