"""What the environment, or a file .env of the current folder, says."""

import os
from pathlib import Path


class Settings:
    def __init__(self) -> None:
        said = {**_dotenv(Path(".env")), **os.environ}
        self.DATABASE_URL = said.get("DATABASE_URL", "sqlite+aiosqlite:///./gharmitra.db")
        self.HOST_POOL = said.get("HOST_POOL", "")


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text("utf-8").splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


settings = Settings()
