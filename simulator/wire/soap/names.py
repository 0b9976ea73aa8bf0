"""Names that every message may hold, and which prefixes it has to declare for them."""

from simulator.schema.table import load_table

XSI = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE = f"{{{XSI}}}type"
XSI_NIL = f"{{{XSI}}}nil"
TOPICS = "http://www.onvif.org/ver10/topics"
ERRORS = "http://www.onvif.org/ver10/error"

PREFIXES = {**load_table().namespaces, "xsi": XSI, "tns1": TOPICS, "ter": ERRORS}
"""Prefix to namespace, for everything that the simulator writes."""

_DECLARATIONS = [
    (f"{prefix}:".encode(), f' xmlns:{prefix}="{namespace}"'.encode())
    for prefix, namespace in PREFIXES.items()
    if prefix not in {"xml", "env"}
]


def declarations(body: bytes) -> bytes:
    """Return the namespace declarations that ``body`` needs, to be put into a start tag around it.

    Any ``prefix:`` counts, in names and in text: values hold QNames and topics too. One too many
    does no harm, and this search is far cheaper than keeping account while writing.
    """
    return b"".join(declared for needle, declared in _DECLARATIONS if needle in body)
