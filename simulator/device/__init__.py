"""What a camera remembers, and who may log in."""
