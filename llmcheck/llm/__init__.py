"""The seam through which every model call goes, and what stands round a call."""
