"""The backup routes as a host has them before it is protected: quick to say that all is well."""

import shutil
import time
from typing import Annotated, Any

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException

from app.database import database_path, mark, perform_automated_backup, stamp
from app.dependencies import get_current_admin_user, get_current_user
from app.models import User

router = APIRouter()

Admin = Annotated[User, Depends(get_current_admin_user)]
Anyone = Annotated[User, Depends(get_current_user)]


@router.get("/backups")
async def list_backups(current_user: Admin) -> list[dict[str, Any]]:
    found = sorted((database_path().parent / "backups").glob("gharmitra_backup_*.db"), reverse=True)
    looked = [(path.name, path.stat()) for path in found]
    return [
        {
            "filename": name,
            "size_kb": round(stat.st_size / 1024, 2),
            "created_at": time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(stat.st_mtime)),
        }
        for name, stat in looked
    ]


@router.post("/backup")
async def create_backup(current_user: Admin) -> dict[str, str]:
    await perform_automated_backup()
    return {"message": "Backup created successfully"}


@router.post("/backup-on-logout")
async def backup_on_logout(tasks: BackgroundTasks, current_user: Anyone) -> dict[str, str]:
    tasks.add_task(perform_automated_backup)
    return {"message": "Backup triggered"}


@router.post("/restore")
async def restore_backup(filename: str, current_user: Admin) -> dict[str, str]:
    mark("restore")
    database = database_path()
    backup = database.parent / "backups" / filename
    if not backup.exists():
        raise HTTPException(404, detail="There is no such backup")
    safety = database.parent / "backups" / f"pre_restore_safety_{stamp()}.db"
    shutil.copy2(database, safety)
    shutil.copy2(backup, database)
    return {"message": "Restore completed", "safety_backup": safety.name}
