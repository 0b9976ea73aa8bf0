"""Which operations exist: a service is a table of handlers, each checked against the ONVIF schema.

A handler takes the camera, the decoded request (a plain mapping, see wire.soap.codec) and the
call's context, and returns the response as a plain mapping, None for an empty response, or a
``Later`` of one. It writes no XML. What is advertised (GetServices, capabilities,
docs/coverage.md) is computed from what is registered here.
"""

import enum
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from simulator.later import Later
from simulator.schema.table import Operation, load_table

if TYPE_CHECKING:
    from simulator.device.users import User
    from simulator.services.camera import Camera

Answer = Mapping[str, Any] | None


class Access(enum.Enum):
    """Access classes of ONVIF Core 5.12.1.1."""

    PRE_AUTH = "PRE_AUTH"
    READ_SYSTEM = "READ_SYSTEM"
    READ_SYSTEM_SENSITIVE = "READ_SYSTEM_SENSITIVE"
    READ_SYSTEM_SECRET = "READ_SYSTEM_SECRET"
    WRITE_SYSTEM = "WRITE_SYSTEM"
    UNRECOVERABLE = "UNRECOVERABLE"
    READ_MEDIA = "READ_MEDIA"
    ACTUATE = "ACTUATE"


@attrs.frozen
class Call:
    """What a handler may know of a request beside its body.

    Attributes:
        now: scenario time in seconds when the request was complete.
        base_url: scheme, host and port that the client used, for example ``http://127.0.0.1:8000``;
            every XAddr in an answer starts with it.
        path: the path that the request was posted to.
        to: the WS-Addressing To header, or None.
        user: who is logged in; None for anonymous.
    """

    now: float
    base_url: str
    path: str = "/onvif/device_service"
    to: str | None = None
    user: "User | None" = None


Handler = Callable[["Camera", Mapping[str, Any], Call], "Answer | Later[Answer]"]
Predicate = Callable[["Camera"], bool]


@attrs.frozen
class Registered:
    """One operation that the farm implements."""

    service: "Service"
    operation: Operation
    access: Access
    handler: Handler
    when: Predicate


def _always(_camera: "Camera") -> bool:
    return True


class Service:
    """One ONVIF service: its namespace, path, version and operations."""

    def __init__(
        self,
        name: str,
        namespace: str,
        path: str,
        version: tuple[int, int],
        *,
        when: Predicate = _always,
    ) -> None:
        """Describe the service.

        Args:
            name: the service's name in operations.csv, for example ``media2``.
            namespace: the WSDL's target namespace.
            path: the path of its XAddr, for example ``/onvif/media2_service``.
            version: major and minor version that GetServices reports.
            when: whether a camera has this service at all.
        """
        self.name = name
        self.namespace = namespace
        self.path = path
        self.version = version
        self.when = when
        self.operations: dict[str, Registered] = {}

    def operation(
        self, name: str, access: Access, *, namespace: str | None = None, when: Predicate = _always
    ) -> Callable[[Handler], Handler]:
        """Register the decorated function as the handler of the WSDL operation ``name``.

        Args:
            name: the operation as the WSDL spells it.
            access: who may call it.
            namespace: where it is not the service's own (WS-BaseNotification's operations).
            when: whether a camera that has the service has this operation.

        Raises:
            LookupError: if the compiled table has no such operation.
        """
        operation = load_table().operation(namespace or self.namespace, name)

        def register(handler: Handler) -> Handler:
            if name in self.operations:
                raise ValueError(f"{self.name}.{name} is registered twice")
            self.operations[name] = Registered(self, operation, access, handler, when)
            return handler

        return register


class Registry:
    """All services of the farm, found by the QName of a request's body element."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        """Index the operations of ``services``, in the order in which GetServices lists them."""
        self.services = services
        self._by_element = {
            registered.operation.input: registered
            for service in services
            for registered in service.operations.values()
        }

    def services_of(self, camera: "Camera") -> list[Service]:
        """Return the services that this camera has."""
        return [service for service in self.services if service.when(camera)]

    def find(self, camera: "Camera", element: str) -> Registered | None:
        """Return the operation of a body element (Clark notation), or None if it has none."""
        registered = self._by_element.get(element)
        if registered and registered.service.when(camera) and registered.when(camera):
            return registered
        return None
