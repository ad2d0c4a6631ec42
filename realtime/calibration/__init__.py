"""What a recording of a room, of a test sound and of somebody playing tells about an audio input."""
