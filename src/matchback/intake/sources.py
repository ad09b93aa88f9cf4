"""Where files are fetched from and answers are put: local folders, SFTP and object stores, through fsspec.

The one door to them for command line and DAGs alike; the rooms behind it are `places` (opening, trying again),
`listing` (what is there, and whole), `incoming` (its bytes), `put_away` (moving, deleting, answering), and
`transports`, which speak to each kind of server.
"""

from __future__ import annotations

from matchback.intake.incoming import FileWaits as FileWaits
from matchback.intake.incoming import reading as reading
from matchback.intake.listing import Listing as Listing
from matchback.intake.listing import Look as Look
from matchback.intake.listing import Wanted as Wanted
from matchback.intake.listing import list_source as list_source
from matchback.intake.listing import look as look
from matchback.intake.listing import name_pattern as name_pattern
from matchback.intake.manifests import Manifest as Manifest
from matchback.intake.places import RemoteFile as RemoteFile
from matchback.intake.places import Source as Source
from matchback.intake.places import SourceLost as SourceLost
from matchback.intake.places import address as address
from matchback.intake.places import caveat as caveat
from matchback.intake.places import declared_date as declared_date
from matchback.intake.places import open_source as open_source
from matchback.intake.places import told as told
from matchback.intake.put_away import deliver as deliver
from matchback.intake.put_away import has_arrived as has_arrived
from matchback.intake.put_away import move as move
from matchback.intake.put_away import remove as remove
from matchback.intake.transports.store import Entry as Entry
from matchback.intake.transports.store import Store as Store
