"""Engines: what makes a trajectory out of the law."""
