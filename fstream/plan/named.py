"""Named contexts: what a plan leaves to the run."""

from collections.abc import Mapping

from fstream.plan.contexts import Context
from fstream.plan.contexts import NamedContext
from fstream.plan.labels import check_name


def context(name: str, *, default: Context | None = None) -> NamedContext:
    """Name a context that each run chooses: ``run(plan, contexts={cpu: ...})``.

    It stands wherever a context does. Names are what counts: two contexts of one
    name are bound together. Where a run binds none and there is no ``default``, the
    plan is a ``PlanInvalid`` that names it.

    >>> from fstream import collect, map_stage, run, source, threads
    >>> cpu = context("cpu")
    >>> plan = source([1, 2]).via(map_stage(hex, on=cpu)).to(collect())
    >>> run(plan, contexts={cpu: threads(2)})
    <Success: ('0x1', '0x2')>
    >>> print(run(plan).failure().reasons[0])  # doctest: +ELLIPSIS
    hex (...) cannot run in context('cpu'): this run binds nothing to that name
    """
    check_name(name, "context(name=...)")
    if default is not None:
        _check_context(default, "context(default=...)")
    return NamedContext(name, default)


def bound_by(contexts: Mapping[NamedContext, Context] | None) -> dict[str, Context]:
    """What ``contexts`` binds to each name; a mistake if it binds two to one."""
    bound: dict[str, Context] = {}
    for named, chosen in (contexts or {}).items():
        _check_named(named)
        _check_context(chosen, f"contexts[{named!r}]")
        if bound.setdefault(named.name, chosen) != chosen:
            text = f"contexts must bind one context to {named.name!r}, but got two"
            raise ValueError(text)
    return bound


def _check_named(named: object) -> None:
    if not isinstance(named, NamedContext):
        text = f"contexts must bind what context(name) gives, but got {named!r}"
        raise TypeError(text)


def _check_context(chosen: object, argument: str) -> None:
    if not isinstance(chosen, Context):
        text = f"{argument} must be a context such as threads(4), but got {chosen!r}"
        raise TypeError(text)
