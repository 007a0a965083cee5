"""What a training reads: images, batches, augmentation, cached features."""
