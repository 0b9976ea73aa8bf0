"""How a camera moves: closed-form functions of time."""
