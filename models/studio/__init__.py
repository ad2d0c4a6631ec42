"""Training sound made from what was played: sampled pianos, rooms, microphones and noise, arrays throughout."""
