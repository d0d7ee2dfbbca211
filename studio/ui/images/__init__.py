"""Picture to QImage and QPixmap: pyramid and thumbnails."""
