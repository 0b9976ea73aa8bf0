"""The world and its picture."""
