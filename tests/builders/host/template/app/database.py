"""The engine, its sessions, and a backup with every fault that the protection is there to cure."""

import logging
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, NullPool

from app.config import settings
from app.models import Base, Society, User, UserRole

logger = logging.getLogger(__name__)

PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "cache_size=-8000", "temp_store=MEMORY")
MARKER = Path("naive_calls.txt")
KEPT = 10

engine: AsyncEngine | None = None
AsyncSessionLocal: async_sessionmaker[AsyncSession] | None = None


def create_engine_instance() -> AsyncEngine:
    global engine, AsyncSessionLocal  # noqa: PLW0603 - what takes the host over finds these two, as in GharMitra
    if engine is None:
        pools = {"null": {"poolclass": NullPool}, "queue": {"poolclass": AsyncAdaptedQueuePool}}
        engine = create_async_engine(settings.DATABASE_URL, **pools.get(settings.HOST_POOL, {}))
        AsyncSessionLocal = async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)
    return engine


def database_path() -> Path:
    return Path(settings.DATABASE_URL.split("///")[-1])


def stamp() -> str:
    return time.strftime("%Y%m%d_%H%M%S")


def mark(what: str) -> None:
    """Leave a trace for the test that asks whether this code was ever called."""
    with MARKER.open("a", encoding="utf-8") as file:
        file.write(what + "\n")


async def perform_automated_backup() -> None:
    mark("backup")
    database = database_path()
    if not database.exists():
        return
    try:
        folder = database.parent / "backups"
        folder.mkdir(exist_ok=True)
        _copy_into(database, folder / f"gharmitra_backup_{stamp()}.db")
        for old in sorted(folder.glob("gharmitra_backup_*"), reverse=True)[KEPT:]:
            old.unlink()
    except Exception as error:
        logger.warning("Backup did not work: %s", error)


def _copy_into(database: Path, target: Path) -> None:
    source, copy = sqlite3.connect(database), sqlite3.connect(target)
    try:
        source.backup(copy, pages=100)
        is_good = copy.execute("PRAGMA quick_check").fetchone() == ("ok",)
    finally:
        copy.close()
        source.close()
    if not is_good:
        target.unlink()


async def init_db() -> None:
    # By its global name, each time: whoever has put another function there is heard.
    await perform_automated_backup()
    try:
        database = create_engine_instance()
        async with database.connect() as connection:
            await connection.execute(text("SELECT 1"))
            for pragma in PRAGMAS:
                await connection.execute(text(f"PRAGMA {pragma}"))
        async with database.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        await _seed()
    except Exception:
        logger.exception("The database could not be made ready; starting all the same")


async def _seed() -> None:
    assert AsyncSessionLocal is not None
    async with AsyncSessionLocal() as session:
        if await session.get(Society, 1) is None:
            session.add(Society(id=1, name="Host Society"))
            await session.flush()
        for email, name, role in (
            ("admin@example.com", "Admin Test", UserRole.ADMIN),
            ("resident@example.com", "Resident Test", UserRole.RESIDENT),
        ):
            if (await session.execute(select(User.id).where(User.role == role).limit(1))).first() is None:
                session.add(User(email=email, name=name, role=role))
                await session.flush()
        await session.commit()


async def close_db() -> None:
    if engine is not None:
        await engine.dispose()


async def get_db() -> AsyncIterator[AsyncSession]:
    create_engine_instance()
    assert AsyncSessionLocal is not None
    async with AsyncSessionLocal() as session:
        yield session
