"""The workloads that speed is judged by.

To add a case, write a function from a ``Scale`` to its rows into the module of
its group and name it in ``cases``. It makes one ``Contender`` per way of doing
the job (``limit``, the peers by their names, ``fstream``), gives them to
``compare`` and what comes out to ``ratio_row``. What has to be up before the clock
starts is a context manager (``prepared``); what needs nothing is ``plain``. The
``facts`` of every contender (how many good items, how many failures) are compared
with what is right after each call, outside of the clock.
"""
