"""Style Studio: a desktop program that turns pictures into artworks by style transfer."""

__version__ = "0.1.0"
