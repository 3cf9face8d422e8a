"""From a program to effects: kernel, engine and the loop that acts."""
