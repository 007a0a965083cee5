"""The networks that are trained: backbones, heads, weights."""
