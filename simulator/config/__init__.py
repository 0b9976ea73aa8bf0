"""What a scenario file says, and the camera models that it may name."""
