"""The pictures of the documentation, drawn from the follower itself."""
