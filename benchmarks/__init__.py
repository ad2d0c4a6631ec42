"""Measurements of accuracy, latency and scale, behind ``repetiteur evaluate`` and ``bench``."""
