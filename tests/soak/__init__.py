"""Runs under fire for as long as one likes, judged by what their stages noted."""
