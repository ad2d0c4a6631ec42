"""From sound to notes: what an encoder tells of every key becomes provisional, confirmed and ended notes."""
