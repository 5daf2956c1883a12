"""The worker thread and the session. Standard library only; labs are known by what they can do, not by their class."""

from regviz.engine.job import Job, Source, open_frames
from regviz.engine.session import Session
from regviz.engine.worker import Delivery, Failure, Finished, Message, Worker, brief, own_sentence

__all__ = [
    "Delivery", "Failure", "Finished", "Job", "Message", "Session", "Source", "Worker", "brief",
    "open_frames", "own_sentence",
]  # fmt: skip
