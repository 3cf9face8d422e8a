"""The pure state machine that decides; it has no clock, process or I/O."""
