"""Files that come into a session and leave it: uploads, samples, removal with undo."""
