"""The pages: one module each, handlers on top, `build` at the bottom."""
