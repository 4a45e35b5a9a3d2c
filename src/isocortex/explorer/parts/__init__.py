"""Parts of views that show responses and RDMs, of a run or of a file."""
