"""Why a report says what it says: the passages, prompts and answers behind a finding."""
