"""The far side of a process, where chunks are executed."""
