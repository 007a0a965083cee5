"""The last head of a finetuned network, refitted on what its convolutions output."""

from pathlib import Path

from covid_model.data.dataset import Dataset
from covid_model.data.sampling import label_factors, sampling_weights, weighed_by_label
from covid_model.training.heads.logistic import LogisticFit, fit_logistic
from covid_model.training.heads.paper_head import Samples
from covid_model.training.inputs.mean_features import mean_features
from covid_model.training.networks.backbone import Backbone
from covid_model.training.networks.torch_kernels import torch_kernels
from covid_model.training.recipes.finetune import FinetuneRecipe


def fit_head(
    backbone: Backbone,
    train: Dataset,
    validation: Dataset,
    recipe: FinetuneRecipe,
    *,
    cache: Path | None = None,
) -> LogisticFit:
    """Fit a head to the trained convolutions' means over whole images, classes alike.

    The head that was trained beside the convolutions knows small, varied crops; this one knows
    images as they are served.

    Args:
        backbone: the trained convolutions, for images of ``recipe.size``.
        train: the images that they were trained on.
        validation: what the regularisation is chosen by.
        recipe: its ``refit`` holds the strengths to try.
        cache: folder of the kept features, the user's cache when None.
    """
    with torch_kernels():
        samples, held = (
            Samples(mean_features(backbone, data, recipe, cache=cache), data.labels)
            for data in (train, validation)
        )
    drawn = sampling_weights(train, recipe.refit_source_exponent)
    weights = len(train) * weighed_by_label(drawn, train, label_factors(recipe.label_weights))
    name = backbone.architecture.name
    return fit_logistic(samples, held, weights, strengths=recipe.refit, title=name)
