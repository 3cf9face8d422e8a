# cloudpickle ships no annotations; delete this folder when it has a py.typed.
# Only the names fstream uses stand here; stubtest compares them with the package.
from collections.abc import Callable
from io import BytesIO
from pickle import PickleBuffer

class Pickler:
    def __init__(
        self,
        file: BytesIO,
        protocol: int | None = None,
        buffer_callback: Callable[[PickleBuffer], object] | None = None,
    ) -> None: ...
    def dump(self, obj: object) -> None: ...
    def reducer_override(
        self, obj: object
    ) -> (
        tuple[object, object]
        | tuple[object, object, tuple[dict[str, object], object], None, None, object]
    ): ...  # or NotImplemented, which is nobody's business but pickle's
