"""Vectors: what retrieval needs of a document beyond its text, made by Open WebUI itself."""
