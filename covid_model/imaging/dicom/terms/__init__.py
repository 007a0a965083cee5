"""Words and codes of DICOM headers for views and body parts, in the languages of hospitals."""
