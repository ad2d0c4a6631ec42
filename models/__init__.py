"""Learned parts: arrays in, arrays out. Imports kernels only; torch just where its modules say so.

Nothing here is needed to follow MIDI.
"""
