"""A hospital's picture archive (PACS): films in, results back, over DICOMweb."""
