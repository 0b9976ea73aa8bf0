"""SOAP 1.2 and 1.1, and the schema-driven codec of ONVIF messages."""
