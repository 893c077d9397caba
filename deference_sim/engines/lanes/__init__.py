"""Lanes: the text of the law translated into vector code, so that many trajectories run side by side in one thread."""
