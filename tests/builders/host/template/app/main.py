"""The host: what a society enters, and its backup routes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic import BaseModel
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import close_db, get_db, init_db
from app.dependencies import get_current_user
from app.models import Complaint, User
from app.routes import database

Session = Annotated[AsyncSession, Depends(get_db)]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    await init_db()
    yield
    await close_db()


app = FastAPI(title="GharMitra API", version="1.0.0", lifespan=lifespan)
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True, allow_methods=["*"], allow_headers=["*"])
app.include_router(database.router, prefix="/api/database", tags=["Database"])


class Receipt(BaseModel):
    note: str


@app.get("/")
async def root() -> dict[str, str]:
    return {"app": "GharMitra API", "version": "1.0.0", "status": "running"}


@app.get("/health")
async def health(db: Session) -> dict[str, str]:
    await db.execute(text("SELECT 1"))
    return {"status": "healthy"}


@app.post("/api/receipts", status_code=201)
async def enter_receipt(receipt: Receipt, db: Session) -> dict[str, Any]:
    row = Complaint(title=receipt.note)
    db.add(row)
    await db.commit()
    return {"id": row.id, "note": row.title}


@app.get("/api/receipts/count")
async def count_receipts(db: Session) -> dict[str, int]:
    return {"count": (await db.execute(select(func.count()).select_from(Complaint))).scalar_one()}


@app.get("/api/receipts")
async def list_receipts(db: Session) -> list[str]:
    return list((await db.execute(select(Complaint.title).order_by(Complaint.id))).scalars())


@app.get("/api/slow")
async def slow(db: Session, seconds: float = 1) -> dict[str, float]:
    """Hold a session, and within it a connection to the database, for as long as it is told."""
    await db.execute(text("SELECT 1"))
    await asyncio.sleep(seconds)
    await db.execute(text("SELECT 1"))
    return {"slept": seconds}


@app.get("/api/me")
async def me(current_user: Annotated[User, Depends(get_current_user)]) -> dict[str, Any]:
    return {"id": current_user.id, "email": current_user.email, "role": current_user.role.value}
