"""Make the formula pictures beside this file; needs `pip install ziamath`, which the app itself does not."""

from pathlib import Path

import ziamath

ziamath.config.svg2 = False

SQUARED = r"\tfrac{1}{2n}\left\Vert y - Xw\right\Vert_2^2"
LOGISTIC = r"\tfrac{1}{n}\sum_{i=1}^{n}\log\left(1 + e^{-y_i x_i^\top w}\right)"
PENALTIES = {
    "none": "",
    "ridge": r"\tfrac{\lambda}{2}\left\Vert w\right\Vert_2^2",
    "lasso": r"\lambda\left\Vert w\right\Vert_1",
    "elastic-net": r"\lambda\bigl(\alpha\left\Vert w\right\Vert_1"
    r" + \tfrac{1-\alpha}{2}\left\Vert w\right\Vert_2^2\bigr)",
    "group-lasso": r"\lambda\sum_{g}\sqrt{p_g}\,\left\Vert w_g\right\Vert_2",
}

SPARSE_GROUP = (
    r"\lambda\bigl(\alpha\left\Vert w\right\Vert_1"
    r" + (1-\alpha)\sum_{g}\sqrt{p_g}\,\left\Vert w_g\right\Vert_2\bigr)"
)


def latex(loss: str, penalty: str) -> str:
    """The whole objective."""
    return r"\min_{w}\; " + loss + (r"\;+\;" + penalty if penalty else "")


def main() -> None:
    """Write one SVG for each penalty and loss, and the sparse group lasso's."""
    for ending, loss in (("", SQUARED), ("-logistic", LOGISTIC)):
        for name, penalty in PENALTIES.items():
            save(name + ending, latex(loss, penalty))
    save("sparse-group-lasso", latex(SQUARED, SPARSE_GROUP))


def save(stem: str, formula: str) -> None:
    """Write ``formula`` as an SVG beside this file."""
    picture = ziamath.Latex(formula, size=32).svg()
    Path(__file__).with_name(f"{stem}.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
