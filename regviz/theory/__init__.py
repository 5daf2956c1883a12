"""Why penalties work: priors and posteriors, generalization bounds and code lengths. Pure numbers, no pictures."""
