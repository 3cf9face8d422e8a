"""Programs with limits that both checkers accept, and what they infer."""

from typing import assert_type

from fstream import Source
from fstream import map_stage
from fstream import source
from fstream import take
from fstream import take_while

numbers = source([1, 2, 3])
first = numbers.via(take(2))
assert_type(first, Source[int])
small = numbers >> map_stage(str) >> take_while(str.isdigit)
assert_type(small, Source[str])
even = numbers.via(take_while(lambda n: n % 2 == 0))
assert_type(even, Source[int])
