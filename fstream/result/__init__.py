"""What comes back: outcomes, errors and exceptions made into values."""
