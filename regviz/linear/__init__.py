"""The convex world: problems, penalties, exact paths, fits with certificates, cross-validation and model selection."""

from regviz.linear.cross_validation import CrossValidation, cross_validate
from regviz.linear.fit import Fit, fit
from regviz.linear.path import Path, path, path_of
from regviz.linear.problem import Problem

__all__ = ["CrossValidation", "Fit", "Path", "Problem", "cross_validate", "fit", "path", "path_of"]
