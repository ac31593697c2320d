"""The metadata of all tables: importing this module imports the tables of every area."""

from typing import Final

from sqlalchemy import MetaData

import db.accounts.tables
import db.adjustments.tables
import db.artwork.tables
import db.audit.tables
import db.catalog.tables
import db.codes
import db.consignments.custody_tables
import db.consignments.pack_tables
import db.consignments.tables
import db.coupons.tables
import db.ecps.tables
import db.enrollments.tables
import db.epcis.tables
import db.files.tables
import db.idempotency
import db.imports.tables
import db.jobs.tables
import db.notifications.tables
import db.outbox.tables
import db.points.tables
import db.program.tables
import db.redemptions.tables
import db.rules.tables
import db.sales.tables
import db.schemes.tables
import db.settlements.tables
import db.simulations.tables
import db.webhooks.tables  # noqa: F401 - like those above, for the tables it declares
from db.base import Base

METADATA: Final[MetaData] = Base.metadata
