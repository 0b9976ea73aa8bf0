"""Names that every message may hold, and which prefixes it has to declare for them."""

import functools
import re
from collections.abc import Iterable

from simulator.schema.table import load_table

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE = f"{{{XSI}}}type"
XSI_NIL = f"{{{XSI}}}nil"
TOPICS = "http://www.onvif.org/ver10/topics"
ERRORS = "http://www.onvif.org/ver10/error"

PREFIXES = {**load_table().namespaces, "xsi": XSI, "tns1": TOPICS, "ter": ERRORS}
"""Prefix to namespace, for everything that the simulator writes."""

PREFIX_OF = {namespace: prefix for prefix, namespace in PREFIXES.items()}
_MENTIONED = re.compile(r"([A-Za-z_][\w.-]*):")
_UNDECLARED = frozenset({"xml", "env"})


class Fragment(bytes):
    """A part of a message in UTF-8 that knows which prefixes must be declared around it."""

    prefixes: frozenset[str]

    @classmethod
    def of(cls, text: str, prefixes: Iterable[str]) -> "Fragment":
        """Return the text as a fragment that needs these prefixes."""
        fragment = cls(text.encode())
        fragment.prefixes = frozenset(prefixes)
        return fragment


def mentioned(text: str) -> set[str]:
    """Return those of our prefixes that text such as a topic expression or a QName mentions."""
    return set(_MENTIONED.findall(text)) & PREFIXES.keys()


def declarations(body: bytes) -> bytes:
    """Return the namespace declarations that ``body`` needs, to be put into a start tag around it.

    For bytes that are not a ``Fragment``, every mention of one of our prefixes counts.
    """
    if isinstance(body, Fragment):
        return _declare(body.prefixes)
    return _declare(frozenset(mentioned(body.decode())))


@functools.lru_cache(maxsize=1024)
def _declare(prefixes: frozenset[str]) -> bytes:
    wanted = [prefix for prefix in PREFIXES if prefix in prefixes - _UNDECLARED]
    return "".join(f' xmlns:{prefix}="{PREFIXES[prefix]}"' for prefix in wanted).encode()
