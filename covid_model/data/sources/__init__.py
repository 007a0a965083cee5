"""The public sources: download, unpack, build a data folder."""
