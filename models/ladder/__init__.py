"""The Ladder: what was heard and what is written look at each other until both are told apart."""
