"""What the caller of a farm decides beside the scenario: addresses, files, how long."""

from pathlib import Path

import attrs


@attrs.frozen
class FarmOptions:
    """How one run of a scenario is set up.

    Attributes:
        host: the local address that all cameras share; unused with ``ips``.
        http_port: the first camera's SOAP port, the next camera has the next; 0 takes free ports.
            With ``ips``, every camera's.
        rtsp_port: the same for RTSP.
        ips: a network in CIDR notation out of which each camera gets an address of its own.
        discovery: whether the farm answers WS-Discovery.
        state_dir: where cameras keep what they remember; None forgets it at the end.
        inventory: a file to write once every camera listens.
        duration_s: end after this many seconds; None runs until SIGINT or SIGTERM.
        log_json: write the log as JSON lines instead of text.
        verbose: log every request and session.
    """

    host: str = "127.0.0.1"
    http_port: int = 8000
    rtsp_port: int = 8554
    ips: str | None = None
    discovery: bool = True
    state_dir: Path | None = None
    inventory: Path | None = None
    duration_s: float | None = None
    log_json: bool = False
    verbose: bool = False
