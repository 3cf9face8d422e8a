"""What users mean: plans as frozen data."""
