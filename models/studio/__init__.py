"""Training sound made from what was played: sampled pianos, rooms, microphones, noise. Arrays throughout."""
