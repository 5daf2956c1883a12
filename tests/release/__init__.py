"""The long tests in parts: `python -m tests.release`. Each module here holds one or more parts."""
