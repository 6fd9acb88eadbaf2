"""llmcheck as tools of a model's client."""
