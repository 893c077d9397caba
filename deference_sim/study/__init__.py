"""Study: which runs are made, and how."""
