"""Findings: what questions, verdicts and statements come to."""
