"""Kernels: segments made executable, the one meaning in both shapes."""

from fstream.interpreter.kernel.chunked import ChunkKernel
from fstream.interpreter.kernel.chunked import chunk_kernel
from fstream.interpreter.kernel.chunked import chunk_probes
from fstream.interpreter.kernel.nets import Stopped
from fstream.interpreter.kernel.nets import Surroundings
from fstream.interpreter.kernel.streamed import PAUSE
from fstream.interpreter.kernel.streamed import StreamKernel
from fstream.interpreter.kernel.streamed import stream_kernel

__all__ = [
    "PAUSE",
    "ChunkKernel",
    "Stopped",
    "StreamKernel",
    "Surroundings",
    "chunk_kernel",
    "chunk_probes",
    "stream_kernel",
]
