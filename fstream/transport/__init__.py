"""Bytes between processes; knows no plans."""
