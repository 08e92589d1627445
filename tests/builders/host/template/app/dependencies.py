"""Who asks: a made-up token ``user-7`` is the user whose id is 7, whatever the database says of that user just now."""

from typing import Annotated

from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import get_db
from app.models import User, UserRole

bearer = HTTPBearer()


async def get_current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)], db: Annotated[AsyncSession, Depends(get_db)]
) -> User:
    refused = HTTPException(status.HTTP_401_UNAUTHORIZED, detail="Could not validate credentials", headers={"WWW-Authenticate": "Bearer"})
    kind, _, number = credentials.credentials.partition("-")
    if kind != "user" or not number.isdecimal():
        raise refused
    try:
        user = await db.get(User, int(number))
    except Exception as error:
        raise refused from error
    if user is None:
        raise refused
    return user


async def get_current_admin_user(current_user: Annotated[User, Depends(get_current_user)]) -> User:
    if current_user.role not in {UserRole.ADMIN, UserRole.SUPER_ADMIN}:
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail="Only an admin may do this")
    return current_user
