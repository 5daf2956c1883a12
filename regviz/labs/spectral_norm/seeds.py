"""Modes covered in default GAN runs of seeds 0 … 9: means over the last quarter of the steps.

Written by `python -m tests.labs.make_ring_table`. Training is chaotic: where a processor
rounds otherwise, it ends elsewhere.
"""

SETTINGS = "c = 3, η = 0.01, 2,000 steps"
PLAIN = (8.0, 6.54, 5.38, 6.0, 7.96, 5.85, 8.0, 7.96, 5.92, 7.0)
NORMED = (7.96, 7.96, 8.0, 8.0, 7.92, 7.92, 7.77, 8.0, 8.0, 7.96)
ORIGINAL = (0.69, 0.35, 0.35, 0.27, 0.77, 7.15, 7.38, 0.69, 7.46, 7.23)
"""With c = 1, as in the paper."""
