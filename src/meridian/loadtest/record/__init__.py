"""What is written down while a load test runs. Everything in it adds up: the record of a run is the sum of those of its
shards, its processes and its seconds, in any order, and exactly."""

from meridian.loadtest.record.burst import Burst
from meridian.loadtest.record.cell import Failure, Key
from meridian.loadtest.record.latencies import Latencies
from meridian.loadtest.record.record import Record
from meridian.loadtest.record.second import Second, Usage

__all__ = ["Burst", "Failure", "Key", "Latencies", "Record", "Second", "Usage"]
