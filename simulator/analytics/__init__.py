"""What the world means: events that follow from what can be seen."""
