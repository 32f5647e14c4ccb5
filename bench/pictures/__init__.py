"""Pictures the camera's figures are measured on: made anew from a seed each time, so that the ranges are what is kept."""
