"""Modes covered in default GAN runs of seeds 0 … 9: means over the last quarter of the steps.

Written by `python -m tests.labs.make_ring_table`. Training is chaotic: where a processor
rounds otherwise, it ends elsewhere.
"""

SETTINGS = "c = 3, η = 0.01, 2,000 steps"
PLAIN = (7.96, 7.88, 5.0, 6.0, 7.96, 6.65, 7.88, 8.0, 6.88, 8.0)
NORMED = (8.0, 8.0, 8.0, 8.0, 7.88, 8.0, 7.65, 8.0, 8.0, 8.0)
ORIGINAL = (0.35, 0.5, 0.35, 3.19, 0.69, 0.92, 7.46, 7.23, 6.38, 7.31)
"""With c = 1, as in the paper."""
