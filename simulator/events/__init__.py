"""Topics, subscriptions and the broker between them (ONVIF Core 9)."""
