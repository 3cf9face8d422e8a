# cloudpickle ships no annotations; delete this folder when it has a py.typed.
# Only the names fstream uses stand here; stubtest compares them with the package.
from collections.abc import Callable
from pickle import PickleBuffer
from types import ModuleType

def dumps(
    obj: object,
    protocol: int | None = None,
    buffer_callback: Callable[[PickleBuffer], object] | None = None,
) -> bytes: ...
def register_pickle_by_value(module: ModuleType) -> None: ...
def unregister_pickle_by_value(module: ModuleType) -> None: ...
