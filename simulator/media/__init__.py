"""From a picture to packets: sources, streams, snapshots."""
