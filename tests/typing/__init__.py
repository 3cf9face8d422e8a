"""Programs the type checkers must accept, or reject in these words."""
