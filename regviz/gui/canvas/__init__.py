"""The canvas: paints panels on screen and into files. Knows marks and themes; nothing of labs, solvers or windows."""
