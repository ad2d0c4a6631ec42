"""The roll encoder: sound in, evidence for every piano key out, every 10 ms."""
