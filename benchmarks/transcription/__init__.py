"""Notes heard in sound, measured: recordings, renderings, how soon and how well."""
