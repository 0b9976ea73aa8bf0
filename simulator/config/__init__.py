"""What a user writes: camera models, scenarios, and how mistakes in them are told."""
