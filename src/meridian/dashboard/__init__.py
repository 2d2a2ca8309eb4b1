"""The operators' page: its files, built from web/dashboard, served beside the API that it reads."""
