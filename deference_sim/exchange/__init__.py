"""The law as other tools know models: stocks, flows and auxiliaries, taken from its own text, as an XMILE file."""
