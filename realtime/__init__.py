"""The musical core: vocabulary, score, follower, judge, engine. No sockets, no devices, no files."""
