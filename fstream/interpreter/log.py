"""The library's logger: silent unless the application configures logging.

It is made when there is something to tell, because ``logging`` costs 5 ms.
"""


def complain(exc: BaseException, text: str, *args: object) -> None:
    """Tell of ``exc``, which has no other way out."""
    import logging  # noqa: PLC0415  # as said above

    logger = logging.getLogger("fstream")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    logger.error(text, *args, exc_info=exc)
