"""Kernels: segments made executable, the one meaning in both shapes."""

from fstream.interpreter.kernel.awaited import Overdue
from fstream.interpreter.kernel.chunked import ChunkKernel
from fstream.interpreter.kernel.chunked import TaskKernel
from fstream.interpreter.kernel.chunked import chunk_kernel
from fstream.interpreter.kernel.chunked import chunk_probes
from fstream.interpreter.kernel.chunked import task_kernel
from fstream.interpreter.kernel.nets import Stopped
from fstream.interpreter.kernel.nets import Surroundings
from fstream.interpreter.kernel.state import Batching
from fstream.interpreter.kernel.streamed import PAUSE
from fstream.interpreter.kernel.streamed import StreamKernel
from fstream.interpreter.kernel.streamed import stream_kernel

__all__ = [
    "PAUSE",
    "Batching",
    "ChunkKernel",
    "Overdue",
    "Stopped",
    "StreamKernel",
    "Surroundings",
    "TaskKernel",
    "chunk_kernel",
    "chunk_probes",
    "stream_kernel",
    "task_kernel",
]
