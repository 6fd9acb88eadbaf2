"""Survey: which sentences must be seen together, and on what their documents take a stand."""
