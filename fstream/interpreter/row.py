"""A row of the ledger: what became of the items that entered one stage."""

from typing import final

from fstream.result.value import named_value


@final
@named_value
class Row:
    """What became of the items that entered one stage.

    >>> row = Row(entered=3, out=1, failed=1, filtered=1, emitted=5)
    >>> row.entered == row.out + row.failed + row.filtered
    True
    """

    entered: int = 0
    out: int = 0
    failed: int = 0
    filtered: int = 0
    emitted: int = 0
    exits: int = 0
