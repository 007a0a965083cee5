"""Pictures that are no DICOM files: PNG, JPEG, TIFF, WebP, BMP and HEIC."""
