"""Stages that call a function, or place other stages."""

from collections.abc import Callable
from collections.abc import Iterable
from typing import TypeVar, overload

from typing_extensions import TypeIs

from fstream.plan.care import Delivery
from fstream.plan.care import Retry
from fstream.plan.care import care_of
from fstream.plan.contexts import Context
from fstream.plan.contexts import NamedContext
from fstream.plan.labels import check_class
from fstream.plan.labels import check_context
from fstream.plan.labels import label_for
from fstream.plan.nodes import Catch
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Filter
from fstream.plan.nodes import FlatMap
from fstream.plan.nodes import Map
from fstream.plan.nodes import Recover
from fstream.plan.nodes import Try
from fstream.plan.nodes import Within
from fstream.plan.nodes import Wrap
from fstream.plan.typed import Stage
from fstream.plan.typed import check_stage
from fstream.plan.walk import chained
from fstream.result.errors import ItemFailure
from fstream.result.outcome import Failure
from fstream.result.outcome import Outcome
from fstream.result.outcome import Result
from fstream.result.outcome import Success

A = TypeVar("A")
B = TypeVar("B")
E = TypeVar("E")


def identity(cls: type[A]) -> Stage[A, A]:
    """Send on every item. ``cls`` tells the lambdas after it what they get.

    >>> from fstream.plan.typed import Stage
    >>> halved: Stage[int, float] = identity(int).via(map_stage(lambda n: n / 2))
    """
    check_class(cls, "identity(cls=...)")
    return Stage(Chain(()))


def map_stage(
    fn: Callable[[A], B],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B]:
    """Replace each item by ``fn(item)``.

    ``None`` is an item like any other, and so is a list. Where ``fn`` raises, its
    item fails and the others go on.

    What all stages that call a function may be told besides:

    * ``retry``: call it again for an item that failed, see ``Retry``.
    * ``timeout``: seconds that one attempt at an item may take; then the item is
      ``TimedOut``. Processes are killed for it, threads are left behind; inline
      nothing can be interrupted, and the limit means nothing. So it is with plain
      functions on tasks.
    * ``delivery``: with ``"rerun"`` items that a dead worker had finished, but not
      yet delivered, are executed again; with ``"at_most_once"`` none ever is, which
      costs a round trip an item.

    >>> map_stage(str.upper)  # doctest: +ELLIPSIS
    map_stage(str.upper)  # ...
    >>> from fstream import collect, run, source
    >>> tries = iter([OSError("busy"), "done"])
    >>> def ask(item: int) -> str:
    ...     answer = next(tries)
    ...     if isinstance(answer, str):
    ...         return answer
    ...     raise answer
    >>> run(source([1]).via(map_stage(ask, retry=Retry(2))).to(collect()))
    <Success: ('done',)>
    """
    care = care_of("map_stage", retry=retry, timeout=timeout, delivery=delivery)
    return Stage(Map(fn, label_for(fn, "map_stage", on=on, name=name, care=care)))


def flat_map_stage(
    fn: Callable[[A], Iterable[B]],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B]:
    """Replace each item by the items of ``fn(item)``.

    They are pulled one by one, so the iterable may be long. Where it raises, what
    it gave before has gone on and its item fails. With ``retry`` or ``timeout`` they
    are collected before the first of them goes on, since they belong to the attempt.

    >>> flat_map_stage(str.split)  # doctest: +ELLIPSIS
    flat_map_stage(str.split)  # ...
    """
    care = care_of("flat_map_stage", retry=retry, timeout=timeout, delivery=delivery)
    return Stage(
        FlatMap(fn, label_for(fn, "flat_map_stage", on=on, name=name, care=care))
    )


def filter_stage(
    fn: Callable[[A], bool],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, A]:
    """Keep the items for which ``fn(item)`` is true.

    >>> filter_stage(str.isdigit)  # doctest: +ELLIPSIS
    filter_stage(str.isdigit)  # ...
    """
    care = care_of("filter_stage", retry=retry, timeout=timeout, delivery=delivery)
    return Stage(Filter(fn, label_for(fn, "filter_stage", on=on, name=name, care=care)))


def narrow_stage(
    guard: Callable[[A], TypeIs[B]],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B]:
    """Keep the items that ``guard`` accepts; what follows knows what they are.

    Only type checkers tell it from ``filter_stage``: a plan shows it as one.

    >>> from fstream import collect, run, source
    >>> def is_text(item: int | str) -> TypeIs[str]:
    ...     return isinstance(item, str)
    >>> texts = source([1, "b", 3]).via(narrow_stage(is_text))
    >>> run(texts.via(map_stage(lambda text: text.upper())).to(collect()))
    <Success: ('B',)>
    """
    care = care_of("narrow_stage", retry=retry, timeout=timeout, delivery=delivery)
    labelled = label_for(guard, "narrow_stage", "guard", on=on, name=name, care=care)
    return Stage(Filter(guard, labelled))


@overload
def try_stage(
    fn: Callable[[A], Success[B] | Failure[E]],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B, E]: ...
@overload
def try_stage(
    fn: Callable[[A], Result[B, E]],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B, E]: ...
def try_stage(
    fn: Callable[[A], Result[B, E]],
    *,
    on: Context | NamedContext | None = None,
    name: str | None = None,
    retry: Retry | None = None,
    timeout: float | None = None,
    delivery: Delivery = "rerun",
) -> Stage[A, B, E]:
    """Replace each item by the success of ``fn(item)``; its failure exits.

    Give it named functions: mypy infers ``Any`` from a lambda that gives an
    outcome.

    >>> def parse(text: str) -> Success[int] | Failure[str]:
    ...     return Success(int(text)) if text.isdigit() else Failure(text)
    >>> try_stage(parse)  # doctest: +ELLIPSIS
    try_stage(parse)  # ...
    """
    care = care_of("try_stage", retry=retry, timeout=timeout, delivery=delivery)
    return Stage(Try(fn, label_for(fn, "try_stage", on=on, name=name, care=care)))


def within(context: Context | NamedContext, stage: Stage[A, B, E]) -> Stage[A, B, E]:
    """Place the stages of ``stage`` that name no context of their own.

    Stages that keep a state, such as batches, stay where the plan is run, in order.

    >>> from fstream.plan.contexts import threads
    >>> within(threads(2), map_stage(str.upper))  # doctest: +ELLIPSIS
    within(
        threads(2),
        map_stage(str.upper)  # ...
    )
    """
    check_context(
        context,
        "within(context=...)",
    )
    check_stage(stage, "within(stage=...)")
    return Stage(Within(context, stage.node))


def catch(stage: Stage[A, B, E]) -> Stage[A, B, E | ItemFailure]:
    """Let what fails an item in ``stage`` exit it, as a value.

    Then it is handled as every exit: by ``recover``, or by a sink for dead letters.

    >>> catch(map_stage(int)).recover(str)  # doctest: +ELLIPSIS
    (
        catch(
            map_stage(int)  # ...
        )
    ).recover_with(
        map_stage(str)      # ...
    )
    """
    check_stage(stage, "catch(stage=...)")
    return Stage(Catch(stage.node))


def attempt(stage: Stage[A, B, E]) -> Stage[A, Outcome[B, E | ItemFailure]]:
    """Send on the outcomes of ``stage`` as ordinary items.

    What it gives comes as ``Success``, what exits or fails as ``Failure``.

    >>> attempt(map_stage(int))  # doctest: +ELLIPSIS
    attempt(
        map_stage(int)  # ...
    )
    """
    check_stage(stage, "attempt(stage=...)")
    succeeded = chained(Catch(stage.node), Wrap("success"))
    return Stage(Recover(succeeded, Wrap("failure")))
