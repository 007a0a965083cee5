"""The Streamlit dashboard of the project."""
