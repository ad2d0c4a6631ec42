"""Other people's followers on the same takes: run in an interpreter of their own, measured as ours is."""
