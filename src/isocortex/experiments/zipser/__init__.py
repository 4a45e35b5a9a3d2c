"""From retina and eye to head: the network of Zipser and Andersen (1988)."""
