"""People have read what the history notified them of before they last read their notifications."""

from itertools import groupby

from db.demo.reads import LEFT_UNREAD
from graphql_api.demo.accounts.people import Person
from graphql_api.demo.history.desk import Desk
from graphql_api.demo.notifications.reading import LAST_READ_DAYS_AGO
from resolvers.notifications.mark_notifications_read import MarkNotificationsRead, mark_notifications_read


async def read_notifications(desk: Desk) -> None:
    """Mark those notifications as read at the moment at which each person read the others."""
    people = {desk.viewers[person].account_id: person for person in LAST_READ_DAYS_AGO}
    operation = desk.environment.operation(desk.viewers[Person.ADMIN])
    rows = await operation.fetch(LEFT_UNREAD, account_ids=list(people))
    for (account_id, read_at), unread in groupby(rows, key=lambda row: (row.account_id, row.read_at)):
        reading = desk.operation(people[account_id], desk.at - read_at)
        await mark_notifications_read(reading, MarkNotificationsRead([row.id for row in unread], all=False))
