"""What training reads and writes: sampled pianos, performances, checkpoints and their logs."""
