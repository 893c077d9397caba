"""Batch: many runs planned from one file, kept in a folder that survives crashes, faults and interruptions."""
