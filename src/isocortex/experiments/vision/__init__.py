"""Networks trained on pictures, beside recordings of visual cortex."""
