"""The event stream on the wire: JSON lines, OSC and msgpack, and the control that comes back."""
