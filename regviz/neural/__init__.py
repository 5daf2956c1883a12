"""Small nets in NumPy: R differently regularised variants trained as one batch, deterministic to the bit."""

from regviz.neural.activations import Activation, activate
from regviz.neural.augment import Policy, smooth
from regviz.neural.augmented import Augmented, Samples, attacked
from regviz.neural.batches import Batch, Batches, Source
from regviz.neural.calibration import Reliability, decisions, reliability
from regviz.neural.dense import Dense
from regviz.neural.dropout import Dropout
from regviz.neural.evaluate import Evaluator, Score, batch_of, grid, histograms, layer_norms
from regviz.neural.history import History
from regviz.neural.hyper import Hyper
from regviz.neural.landscape import Landscape, Spectrum, filter_directions, lanczos, slice_losses
from regviz.neural.losses import LOSSES, smoothed_gap
from regviz.neural.net import Net, Parameter, mlp
from regviz.neural.network import Network
from regviz.neural.norms import BatchNorm, LayerNorm
from regviz.neural.optimisers import Adam, Optimiser, Sgd, ascend, gradient_norms
from regviz.neural.residual import Residual, depth_distribution, survival
from regviz.neural.spectral import SpectralDense, power_iteration
from regviz.neural.stopping import EarlyStopping
from regviz.neural.streams import generator
from regviz.neural.trainer import Outcome, Snapshot, Status, Trainer

__all__ = [
    "LOSSES", "Activation", "Adam", "Augmented", "Batch", "BatchNorm", "Batches", "Dense", "Dropout", "EarlyStopping",
    "Evaluator", "History", "Hyper", "Landscape", "LayerNorm", "Net", "Network", "Optimiser", "Outcome", "Parameter",
    "Policy", "Reliability", "Residual", "Samples", "Score", "Sgd", "Snapshot", "Source", "SpectralDense", "Spectrum",
    "Status", "Trainer", "activate", "ascend", "attacked", "batch_of", "decisions", "depth_distribution",
    "filter_directions", "generator", "gradient_norms", "grid", "histograms", "lanczos", "layer_norms", "mlp",
    "power_iteration", "reliability", "slice_losses", "smooth", "smoothed_gap", "survival",
]  # fmt: skip
