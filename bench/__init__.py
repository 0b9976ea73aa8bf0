"""Measurements against real servers on this machine: ratios of one run, never bare figures."""
