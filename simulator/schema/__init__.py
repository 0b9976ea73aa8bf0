"""The compiled ONVIF schema: names, types, order and occurrence, as data."""
