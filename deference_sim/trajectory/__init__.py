"""Trajectory: what makes time pass, step by step and instant by instant."""
