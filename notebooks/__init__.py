"""The analyst's client of the API (`lab`, a package of its own) and the notebooks that use it."""
