"""The library's logger: silent unless the application configures logging."""

import logging

LOG = logging.getLogger("fstream")
LOG.addHandler(logging.NullHandler())
