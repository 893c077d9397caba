"""The law: one mechanism, one file, with its parameters and its equations."""
