"""What the paper itself reports, so that every page quotes the same figures.

Source: César and Lucas Pedrosa Soares (2020), its text and the notebooks published with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

CITATION = "César Pedrosa Soares and Lucas Pedrosa Soares, 2020, arXiv:2007.05494"
TEST_IMAGES = 75
PROTOCOL: Mapping[str, str] = {
    "Images": "375 frontal radiographs: 175 COVID-19, 100 normal, 100 other infection",
    "Sources": "covid-chestxray-dataset (COVID-19); Kermany, Mendeley rscbjbr9sj v2 (the others)",
    "Input": "237 x 237 RGB, plain resize, pixels / 255",
    "Networks": "Xception, ResNet50V2, VGG16 with ImageNet weights, every convolution frozen",
    "Head": "AveragePooling 2 x 2, Flatten, Dense 20 (relu), Dropout 0.2, Dense 3 (softmax)",
    "Training": "80 epochs, batch 15, Adam at 0.001, categorical cross-entropy",
    "Learning rate": "ReduceLROnPlateau: factor 0.2, patience 5, never below 0.001",
    "Split": "by image: test 20 % (75 images), then validation 10 % of the rest",
}


@dataclass(frozen=True)
class PaperResult:
    """One network's result on the paper's 75 test images.

    Attributes:
        accuracy: share of test images named correctly by the notebooks, range [0, 1].
        accuracy_in_text: the figure in the paper's text where it differs from the notebooks.
        correct: class name -> (named correctly, test images), where the notebooks give it.
    """

    accuracy: float
    accuracy_in_text: float | None = None
    correct: Mapping[str, tuple[int, int]] = field(default_factory=dict)


RESULTS: Mapping[str, PaperResult] = {
    "xception": PaperResult(accuracy=0.947, accuracy_in_text=0.959),
    "resnet50v2": PaperResult(accuracy=0.960, accuracy_in_text=0.946),
    "vgg16": PaperResult(
        accuracy=0.973,
        correct={"covid": (39, 39), "normal": (15, 17), "infection": (19, 19)},
    ),
}
PAPER_MODELS = tuple(RESULTS)  # what a run holds unless its command says otherwise
