"""camfarm: a farm of virtual ONVIF network cameras, driven by one simulated world."""

__version__ = "0.1.0"
