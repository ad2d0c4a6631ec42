"""Learned parts: arrays in, arrays out. Imports kernels and torch only.

Empty until the first trained network ships; nothing here is needed to follow MIDI.
"""
