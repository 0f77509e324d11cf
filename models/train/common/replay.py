"""Steps of a training on a GPU, recorded once and replayed: small networks would otherwise wait for Python."""

from __future__ import annotations

from collections.abc import Callable

import torch

FIRST = 3  # calls before the recording: they choose kernels and make what optimisers keep
AHEAD = 16  # calls that the processor may be ahead of the GPU


class Replay:
    """A step as a CUDA graph. What it reads from outside must be tensors that stay where they are, its random numbers must come from
    `generator`, and nothing in it may wait for the GPU. Each call is one step; what it gives is overwritten by the next call."""

    def __init__(self, step: Callable[[], tuple], generator: torch.Generator):
        self.step, self.generator = step, generator
        self.calls, self.graph, self.result = 0, torch.cuda.CUDAGraph(), None

    def __call__(self) -> tuple:
        self.calls += 1
        if self.calls <= FIRST:
            return self.aside()
        if self.result is None:
            torch.cuda.synchronize()
            self.graph.register_generator_state(self.generator)
            with torch.cuda.graph(self.graph):
                self.result = self.step()
        self.graph.replay()
        if self.calls % AHEAD == 0:
            torch.cuda.current_stream().synchronize()
        return self.result

    def aside(self) -> tuple:
        """The step as it is, on a stream of its own, as recording asks for."""
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            result = self.step()
        torch.cuda.current_stream().wait_stream(stream)
        return result
