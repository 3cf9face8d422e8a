"""Workers that end at every start end the run, with the last of them as the reason."""

from dataclasses import dataclass
from dataclasses import field

import pytest

from fstream import Failure
from fstream import Plan
from fstream import Report
from fstream import Row
from fstream import Source
from fstream import Success
from fstream import WorkerLost
from fstream import collect
from fstream import map_stage
from fstream import processes
from fstream import run
from fstream import running
from fstream import source
from fstream import stream
from fstream.compiler.program import Segment
from fstream.contexts.inline import InlineBackend
from fstream.interpreter.chunk import Backend
from fstream.interpreter.chunk import Call
from fstream.interpreter.chunk import Happening
from fstream.interpreter.chunk import Loss
from fstream.interpreter.chunk import Lost
from fstream.interpreter.engine.deaths import MOST_INCIDENTS
from fstream.plan.contexts import Context
from fstream.plan.contexts import inline

LOSS = Loss(exit_code=3, signal=None, pid=7, started=False)


@dataclass
class Dying:
    """A context whose workers answer ``answers`` calls, and then end at once."""

    answers: int
    begun: int = 0
    is_closed: bool = False
    happened: list[Happening] = field(default_factory=list)
    able: InlineBackend = field(default_factory=lambda: InlineBackend(inline()))

    def open(self, segments: tuple[Segment, ...]) -> None:
        self.able.open(segments)

    def submit(self, call: Call) -> None:
        self.begun += 1
        if self.begun <= self.answers:
            self.able.submit(call)
            self.happened += self.able.poll()
            return
        ended = Lost(
            open=(call.ticket,), ticket=None, position=None, stage=None, loss=LOSS
        )
        self.happened.append(ended)

    def dismiss(self) -> None: ...

    def watch(self) -> tuple[int, ...]:
        return ()

    def poll(self) -> list[Happening]:
        happened, self.happened = self.happened[:1], self.happened[1:]
        return happened

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Dying:
    backend = Dying(answers=1)

    def backend_for(context: Context) -> Backend:
        return backend

    monkeypatch.setattr(running, "backend_for", backend_for)
    return backend


NEGATED: Source = source([1, 2, 3, 4]) >> map_stage(lambda n: -n, on=processes(1))
PLAN: Plan = NEGATED >> collect()


def test_the_run_answers_the_last_loss(dying: Dying) -> None:
    error = run(PLAN, tolerate=100).failure()

    assert isinstance(error, WorkerLost)
    assert (error.exit_code, error.index, error.item) == (3, 1, "2")
    assert dying.is_closed


def test_it_is_given_up_after_a_few_deaths_in_a_row(dying: Dying) -> None:
    run(PLAN)

    assert dying.begun <= dying.answers + MOST_INCIDENTS + 1


def test_what_was_answered_before_counts(dying: Dying) -> None:
    report = Report()

    run(PLAN, observers=[report])

    assert report.run == Row(entered=1, out=1, emitted=1)
    assert [*report.failures] == []


def test_a_stream_tells_it_last(dying: Dying) -> None:
    *before, last = stream(NEGATED)

    assert before == [Success(-1)]
    assert isinstance(last, Failure)
    assert isinstance(last.failure(), WorkerLost)
