"""Files for other programs. Those with every event in them are written by ``make_assets``."""
