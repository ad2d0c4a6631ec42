"""The practice report: what the follower heard, laid over the score, as one page to print or open."""
