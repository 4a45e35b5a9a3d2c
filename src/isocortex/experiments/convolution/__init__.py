"""A lesson on the convolutional layer."""
