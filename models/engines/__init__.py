"""Ways to compute the encoder: one interface, chosen at start by what the machine has (``choosing.py``).

All give the same numbers, within what ``TOLERANCE`` says, for one listener or many at once.
"""
