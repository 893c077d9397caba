"""Pages: results in words and tables, one page a question."""
