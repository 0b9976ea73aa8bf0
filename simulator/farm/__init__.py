"""From a scenario to running cameras."""
