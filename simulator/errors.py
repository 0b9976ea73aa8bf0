"""The errors that cross floors; an error that stays within one package lives there."""


class SimulatorError(Exception):
    """Base of every error that camfarm raises on purpose."""


class Fault(SimulatorError):  # noqa: N818 - the word of SOAP and of the standard
    """What a device answers instead of a result: a code and up to two ``ter:`` subcodes.

    ONVIF Core 5.11.2. Any floor may raise it; ``wire.soap.fault`` writes it.
    """

    def __init__(self, code: str, *subcodes: str, reason: str = "", detail: object = None) -> None:
        """Name the fault.

        Args:
            code: ``Sender`` or ``Receiver``, or another SOAP 1.2 fault code.
            subcodes: ``ter:`` names without prefix, outer first, for example ``InvalidArgVal``,
                ``NoProfile``. A name in Clark notation (``{namespace}Name``) is written as it is.
            reason: a sentence for a person; the standard's text for the subcode if empty.
            detail: an lxml element for the fault's detail, or None.
        """
        super().__init__(reason or "/".join((code, *subcodes)))
        self.code = code
        self.subcodes = subcodes
        self.reason = reason
        self.detail = detail


def sender(*subcodes: str, reason: str = "") -> Fault:
    """Return a fault the client can cure, for example ``sender("InvalidArgVal", "NoProfile")``."""
    return Fault("Sender", *subcodes, reason=reason)


def receiver(*subcodes: str, reason: str = "") -> Fault:
    """Return a fault on the device's side, for example ``receiver("Action", "MovingPTZ")``."""
    return Fault("Receiver", *subcodes, reason=reason)
