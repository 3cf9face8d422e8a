"""The command ``fstream``, also ``python -m fstream``."""

import sys

from fstream.cli.command import main

if __name__ == "__main__":
    sys.exit(main())
