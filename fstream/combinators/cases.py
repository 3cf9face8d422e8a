"""Cases: the arms of a route.

``case(cls)`` is a head and no arm yet; what continues it makes the arm. So a
checker knows what a lambda in the continuation gets.
"""

from collections.abc import Callable
from typing import Generic, Never, final, overload

from typing_extensions import TypeIs, TypeVar

from fstream.plan.choosing import OfClass
from fstream.plan.choosing import OfGuard
from fstream.plan.choosing import OfPort
from fstream.plan.choosing import Test
from fstream.plan.labels import label
from fstream.plan.nodes import Arm
from fstream.plan.nodes import Chain
from fstream.plan.nodes import Leave
from fstream.plan.ports import Port
from fstream.plan.render import render_arm
from fstream.plan.typed import Stage
from fstream.plan.typed import check_stage
from fstream.result.value import value

K_contra = TypeVar("K_contra", contravariant=True)
A_contra = TypeVar("A_contra", contravariant=True)
A_co = TypeVar("A_co", covariant=True)
B_co = TypeVar("B_co", covariant=True)
E_co = TypeVar("E_co", covariant=True, default=Never)
A = TypeVar("A")
C = TypeVar("C")
E = TypeVar("E")
K = TypeVar("K")
K1 = TypeVar("K1")
K2 = TypeVar("K2")
K3 = TypeVar("K3")
T = TypeVar("T")
P = TypeVar("P", bound=Port[object])


@final
@value
class Case(Generic[A_contra, B_co, E_co]):
    """An arm of a route: which items it takes, and the stage they go through.

    >>> from fstream.combinators.stages import map_stage
    >>> case(int) >> map_stage(abs)  # doctest: +ELLIPSIS
    case(int)
    >> map_stage(abs)  # ...
    """

    arm: Arm

    def __repr__(self) -> str:
        return render_arm(self.arm)


@final
@value
class CaseHead(Generic[K_contra, A_co]):
    """The beginning of a case: which items it takes; a stage makes it an arm.

    >>> case(int).leave()  # doctest: +ELLIPSIS
    case(int)
    >> leave()  # ...
    """

    test: Test

    def __rshift__(self, stage: Stage[A_co, C, E]) -> Case[K_contra, C, E]:
        return self.via(stage)

    def via(self, stage: Stage[A_co, C, E]) -> Case[K_contra, C, E]:
        """Continue with ``stage``; a lambda in it knows its parameter here."""
        check_stage(stage, "via(stage=...)")
        return Case(Arm(self.test, stage.node))

    def keep(self) -> Case[K_contra, A_co]:
        """Send these items on; messages to a port go on unwrapped."""
        return Case(Arm(self.test, Chain(())))

    def leave(self) -> Case[K_contra, Never, K_contra]:
        """Let these items exit; messages to a port stay messages to it."""
        return Case(Arm(_whole(self.test), Leave(None, label("leave"))))

    def __repr__(self) -> str:
        return render_arm(Arm(self.test, Chain(())))


def _whole(test: Test) -> Test:
    return OfClass((test.port,)) if isinstance(test, OfPort) else test


@overload
def case(kind: type[K], /) -> CaseHead[K, K]: ...
@overload
def case(first: type[K1], second: type[K2], /) -> CaseHead[K1 | K2, K1 | K2]: ...
@overload
def case(
    first: type[K1], second: type[K2], third: type[K3], /
) -> CaseHead[K1 | K2 | K3, K1 | K2 | K3]: ...
@overload
def case(guard: Callable[[A], TypeIs[K]], /) -> CaseHead[K, K]: ...
def case(*tests: Callable[[Never], object]) -> CaseHead[Never, object]:
    """Take instances of up to three classes, or what a ``TypeIs`` guard accepts.

    A guard is asked about every item that no case before it took.

    >>> case(int, float).keep()
    case(int, float)
    """
    classes = tuple(test for test in tests if isinstance(test, type))
    if classes and len(classes) == len(tests):
        return CaseHead(OfClass(classes))
    if len(tests) != 1 or not callable(tests[0]):
        text = f"case(...) takes classes or one guard, but got {tests!r}"
        raise TypeError(text)
    return CaseHead(OfGuard(tests[0]))


def check_case(value: object, argument: str) -> None:
    """Refuse what is no arm."""
    if not isinstance(value, Case):
        is_head = isinstance(value, CaseHead)
        hint = "; continue it by >>, keep() or leave()" if is_head else ""
        text = f"{argument} must be a Case, but got {value!r}{hint}"
        raise TypeError(text)


def case_port(port: Callable[[T], P]) -> CaseHead[P, T]:
    """Take messages to ``port``; what continues it gets their items.

    >>> class Rejected(Port[str]): ...
    >>> case_port(Rejected).keep()
    case_port(Rejected)
    """
    return CaseHead(OfPort(_port_class(port)))


def _port_class(port: object) -> type[object]:
    if isinstance(port, type) and Port in port.__mro__:
        return port
    text = f"case_port(port=...) must be a subclass of Port, but got {port!r}"
    raise TypeError(text)
