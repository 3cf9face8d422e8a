"""Names that are bound to nothing that runs, or are no names."""

# pyright: reportUnusedExpression=false

from fstream.api import run
from fstream.combinators.sinks import collect
from fstream.combinators.sources import source
from fstream.combinators.stages import map_stage
from fstream.plan.contexts import threads
from fstream.plan.named import context

cpu = context("cpu")
plan = source([1]).via(map_stage(hex, on=cpu)).to(collect())

# A name is no context that something could run in.
run(plan, contexts={cpu: context("io")})
# mypy[dict-item]: Dict entry 0 has incompatible type "NamedContext": "NamedContext"; expected "NamedContext": "Inline | Threads | Processes | Forks | Tasks"
# pyright[reportArgumentType]: Argument of type "dict[NamedContext, NamedContext]" cannot be assigned to parameter "contexts" of type "Mapping[NamedContext, Context] | None" in function "run"
#     Type "dict[NamedContext, NamedContext]" is not assignable to type "Mapping[NamedContext, Context] | None"
#     "dict[NamedContext, NamedContext]" is not assignable to "Mapping[NamedContext, Context]"
#     Type parameter "_VT_co@Mapping" is covariant, but "NamedContext" is not a subtype of "Context"
#     Type "NamedContext" is not assignable to type "Context"
#     "NamedContext" is not assignable to "Inline"
#     "NamedContext" is not assignable to "Threads"
#     "NamedContext" is not assignable to "Processes"
#     "NamedContext" is not assignable to "Forks"
#     ...
context("cpu", default=cpu)
# mypy[arg-type]: Argument "default" to "context" has incompatible type "NamedContext"; expected "Inline | Threads | Processes | Forks | Tasks | None"
# pyright[reportArgumentType]: Argument of type "NamedContext" cannot be assigned to parameter "default" of type "Context | None" in function "context"
#     Type "NamedContext" is not assignable to type "Context | None"
#     "NamedContext" is not assignable to "Inline"
#     "NamedContext" is not assignable to "Threads"
#     "NamedContext" is not assignable to "Processes"
#     "NamedContext" is not assignable to "Forks"
#     "NamedContext" is not assignable to "Tasks"
#     "NamedContext" is not assignable to "None"
# A name is a value, and no text.
run(plan, contexts={"cpu": threads(2)})
# mypy[dict-item]: Dict entry 0 has incompatible type "str": "Threads"; expected "NamedContext": "Inline | Threads | Processes | Forks | Tasks"
# pyright[reportArgumentType]: Argument of type "dict[str, Threads]" cannot be assigned to parameter "contexts" of type "Mapping[NamedContext, Context] | None" in function "run"
#     Type "dict[str, Threads]" is not assignable to type "Mapping[NamedContext, Context] | None"
#     "dict[str, Threads]" is not assignable to "Mapping[NamedContext, Context]"
#     Type parameter "_KT@Mapping" is invariant, but "str" is not the same as "NamedContext"
#     "dict[str, Threads]" is not assignable to "None"
map_stage(hex, on="cpu")
# mypy[arg-type]: Argument "on" to "map_stage" has incompatible type "str"; expected "Inline | Threads | Processes | Forks | Tasks | NamedContext | None"
# pyright[reportArgumentType]: Argument of type "Literal['cpu']" cannot be assigned to parameter "on" of type "Context | NamedContext | None" in function "map_stage"
#     Type "Literal['cpu']" is not assignable to type "Context | NamedContext | None"
#     "Literal['cpu']" is not assignable to "Inline"
#     "Literal['cpu']" is not assignable to "Threads"
#     "Literal['cpu']" is not assignable to "Processes"
#     "Literal['cpu']" is not assignable to "Forks"
#     "Literal['cpu']" is not assignable to "Tasks"
#     "Literal['cpu']" is not assignable to "NamedContext"
#     "Literal['cpu']" is not assignable to "None"
