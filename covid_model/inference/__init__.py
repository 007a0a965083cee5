"""What an exported network computes, with NumPy and LiteRT only."""
