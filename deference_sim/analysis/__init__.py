"""Analysis: from records to estimates."""
