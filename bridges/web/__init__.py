"""A page to watch and steer a session from: any browser, on this machine or on the music stand."""
