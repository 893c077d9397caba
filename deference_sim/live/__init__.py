"""The live page: the whole model in the reader's browser, in one file that needs no server."""
