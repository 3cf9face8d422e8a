"""The promises of fstream, one file each."""
