"""What users write: typed functions that build plans."""
