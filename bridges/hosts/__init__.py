"""Other programs driven by the player: what to do (pure), and how each of them wants it said."""
