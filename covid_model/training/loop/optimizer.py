"""AdamW with a warm-up and a cosine decay."""

import keras


def adamw(
    learning_rate: float, *, steps: int, warmup: int, weight_decay: float, clipnorm: float
) -> keras.optimizers.AdamW:
    """An optimizer whose learning rate rises from zero to its peak, then falls to zero.

    Args:
        learning_rate: the peak.
        steps: all training steps.
        warmup: steps until the peak.
        weight_decay: AdamW's.
        clipnorm: largest norm of one weight's gradient.
    """
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warmup), warmup_target=learning_rate, warmup_steps=warmup
    )
    return keras.optimizers.AdamW(schedule, weight_decay=weight_decay, clipnorm=clipnorm)
