"""What another program took away is recorded once and told until it is known."""

from __future__ import annotations

from gharmitra_admin.engine import AlertCode
from gharmitra_admin.engine.parts import manifest as manifests
from tests.builders.society import Society


def gone(society: Society) -> list[str]:
    return [str(event.details["filename"]) for event in society.vault().audit_events() if event.action == "vanished"]


def told(society: Society) -> tuple[str, ...]:
    alerts = [alert for alert in society.vault().health().alerts if alert.code is AlertCode.BACKUP_VANISHED]
    return alerts[0].values["names"] if alerts else ()


def lose_one(society: Society) -> str:
    lost = society.back_up().record
    society.back_up()
    lost.path.unlink()
    return lost.filename


def test_one_event_is_written_however_often_the_folder_is_opened(society: Society) -> None:
    lost = lose_one(society)
    for _ in range(3):
        assert gone(society) == [lost]
        assert told(society) == (lost,)


def test_two_backups_of_equal_bytes_are_two_losses(society: Society) -> None:
    first, second = lose_one(society), lose_one(society)
    assert sorted(gone(society)) == sorted([first, second])


def test_the_alert_ends_when_thirty_days_have_gone_by_and_the_record_stays(society: Society) -> None:
    lost = lose_one(society)
    assert told(society) == (lost,)
    society.clock.forward(days=30, seconds=-1)
    assert told(society) == (lost,)
    society.clock.forward(seconds=1)
    assert told(society) == ()
    assert society.vault().state().vanished == ()
    assert gone(society) == [lost]


def test_the_alert_ends_when_somebody_says_that_it_is_known(society: Society) -> None:
    lost = lose_one(society)
    assert society.vault().acknowledge_vanished() == (lost,)
    assert told(society) == ()
    assert society.vault().acknowledge_vanished() == ()
    known = [event for event in society.vault().audit_events() if event.action == "acknowledge"]
    assert [event.details.get("vanished") for event in known] == [[lost], None]


def test_a_file_that_comes_back_is_a_backup_again(society: Society) -> None:
    lost = society.back_up().record
    society.back_up()
    content = lost.path.read_bytes()
    lost.path.unlink()
    assert told(society) == (lost.filename,)
    lost.path.write_bytes(content)
    assert told(society) == ()
    assert lost.filename in [record.filename for record in society.vault().records()]


def test_the_sequence_of_a_known_loss_is_never_given_again(society: Society) -> None:
    society.back_up()
    lost = society.back_up().record
    lost.path.unlink()
    (society.paths.held / lost.filename).unlink()
    society.vault().acknowledge_vanished()
    assert society.back_up().record.sequence == lost.sequence + 1
    assert manifests.manifest_path(society.paths.manifests, lost.filename).exists()
