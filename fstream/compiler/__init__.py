"""From what a plan means to a program that can be run; pure."""
